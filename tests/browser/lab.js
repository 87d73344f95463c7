/*
 * lab.js: the hands and eyes of the people of tests/lab/driver.py.  Each line of
 * the standard input is a command in JSON, each line of the output its answer.
 *
 *	{"do": "create", "who", "fields": {...}}	the form of a new run
 *	{"do": "submit", "who", "run", "path", "body"}	the form of a command
 *	{"do": "look", "who", "path", "name"}	pictures of a page, looked at by axe
 *
 * Each person has a browser of their own, in Chinese.  Every form is pictured as
 * it was filled in, and every step that did not succeed, at 1280 and at 360 px.
 * A page must not be wider than the screen, cut a word off or speak English.
 *
 *	BASE_URL, PASSWORD, SHOTS
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { close, english, ENGLISH, fits, look, newPage, shotsFolder, signIn } from './browser.js';

const WIDTHS = [[1280, 860], [360, 740]];
const WAIT = { timeout: 60000 };
const people = new Map();
const found = new Set();	/* what is wrong with the pages; a run goes on nevertheless */
const known = new Set();	/* the words of the runbooks and of what targets printed, which are not the console's */
const pictured = new Set();	/* what two runs have alike is pictured once */

async function ask(what, question) {
	try {
		await question();
	} catch (error) {
		found.add(`${what}: ${error.message}`);
	}
}

async function pageOf(who) {
	if (!people.has(who)) {
		const page = await newPage({ locale: 'zh-CN', timezoneId: 'Asia/Shanghai' });

		page.setDefaultTimeout(WAIT.timeout);
		await signIn(page, { name: who, password: process.env.PASSWORD });
		people.set(who, page);
	}
	return people.get(who);
}

function learn(text) {
	for (const [word] of text.matchAll(/[A-Za-z][a-z']*/g))
		known.add(word);
}

/* The texts that the page cuts off: no way to read their end. */
const cut = (page) => page.evaluate(() => [...document.querySelectorAll('main *')]
	.filter((el) => el.checkVisibility() && ['hidden', 'clip'].includes(getComputedStyle(el).overflowX) &&
	    !el.closest('.vh') && el.scrollWidth > el.clientWidth + 1 && el.textContent.trim())
	.map((el) => `${el.className}: ${el.textContent.trim()}`));

/* The place of a step with its heading and text, or of a form; none: the whole page. */
const part = (page, step, address) => page.evaluate(([id, action]) => {
	const form = [...document.querySelectorAll('form')].findLast((f) => f.getAttribute('action') === action);
	const card = document.getElementById(`step-${id}`) ?? form?.closest('.step, .panel, .about');
	let first = card;

	if (!card)
		return undefined;
	while (card.id === `step-${id}` && first.previousElementSibling && !first.previousElementSibling.matches('.step, h2.vh'))
		first = first.previousElementSibling;
	const box = document.querySelector('.run-body').getBoundingClientRect();
	const top = first.getBoundingClientRect().top + scrollY;

	return { x: Math.max(0, box.left - 8), y: top, width: Math.min(box.width + 16, innerWidth),
		height: card.getBoundingClientRect().bottom + scrollY - top + 8 };
}, [step, address]);

/* The bar of a run, which a picture of the whole page would have in its middle. */
const stick = (page, position) => page.evaluate((how) => document.getElementById('bar')?.style.setProperty('position', how), position);

async function picture(page, what, step, address) {
	const name = `${String(pictured.size + 1).padStart(3, '0')}-${what}`;

	if (pictured.has(what))
		return;
	pictured.add(what);
	await stick(page, 'static');
	for (const [width, height] of WIDTHS) {
		await page.setViewportSize({ width, height });
		await page.waitForTimeout(50);
		const clip = await part(page, step, address);

		await page.screenshot({ path: join(shotsFolder, `${name}-${width}.png`), fullPage: true, clip });
		await ask(name, () => fits(page, `${width}`));
		for (const words of await cut(page))
			found.add(`cut off at ${width} px: ${words}`);
	}
	await page.setViewportSize({ width: WIDTHS[0][0], height: WIDTHS[0][1] });
	await stick(page, '');
	learn((await page.locator('pre').allTextContents()).join(' '));
	for (const text of await english(page))
		for (const [words] of text.matchAll(ENGLISH))
			if (words.split(/[ ,]+/).some((word) => !known.has(word)))
				found.add(`English: ${words}`);
}

async function fill(form, body) {
	for (const [name, value] of Object.entries(body)) {
		const field = form.locator(`[name="${name}"]:not([type=hidden], button)`);

		if (await field.count() === 0)
			continue;
		const kind = await field.evaluate((el) => el.type ?? '');

		if (kind === 'checkbox')
			await field.setChecked(value === true || value === 'true');
		else if (kind.startsWith('select'))
			await field.selectOption(String(value));
		else
			await field.fill(String(value));
	}
}

async function create({ who, fields }) {
	const page = await pageOf(who);
	const form = page.locator('main form');

	learn(readFileSync(new URL(`../../runbooks/${fields.runbook}.md`, import.meta.url), 'utf8'));
	await page.goto(`/runs/new?runbook=${fields.runbook}`);
	await page.check(`input[name=environment][value=${fields.environment}]`);
	await fill(form, Object.fromEntries(Object.entries(fields.parameters).map(([name, value]) => [`param_${name}`, value])));
	await fill(form, { title: fields.title, reason: fields.reason });
	await picture(page, 'new');
	await page.click('main form button.primary');
	await page.waitForURL(/\/runs\/\d+$/);
	return { id: Number(page.url().split('/').pop()) };
}

/* The form of a command, the last one on the page: that of a card, not of the menu. */
async function formOf(page, address, body) {
	const from = body.from ? `:has([name=from][value="${body.from}"])` : address.endsWith('/retry') ? ':not(:has([name=from]))' : '';
	const form = page.locator(`main form[action="${address}"]${from}`).last();

	if (address.endsWith('/close'))
		await page.waitForSelector('#finish form', WAIT);
	await form.waitFor({ state: 'attached', ...WAIT });
	for (;;) {
		const folded = form.locator('xpath=ancestor::details[not(@open)]').first();

		if (await folded.count() === 0)
			return form;
		await folded.locator(':scope > summary').click();
	}
}

async function submit({ who, run, path, body }) {
	const page = await pageOf(who);
	const address = `/runs/${run}${path}`;
	const [, step, verb] = path.match(/^\/steps\/([^/]+)\/(\w+)$/) ?? [null, undefined, path.slice(1)];
	const at = (r) => r.request().method() === 'POST' && new URL(r.url()).pathname === address;

	if (new URL(page.url()).pathname !== `/runs/${run}`)
		await page.goto(`/runs/${run}`);
	const form = await formOf(page, address, body);

	await fill(form, body);
	await picture(page, step ? `${step}-${verb}` : verb, step, address);
	const choice = body.decision ?? body.result;
	const [answer] = await Promise.all([page.waitForResponse(at, WAIT),
		form.locator(choice ? `button[value="${choice}"]` : 'button').last().click()]);

	assert.ok(answer.status() < 400, `${address}: ${answer.status()} ${await answer.text().catch(() => '')}`);
	return {};
}

async function show({ who, path, name, step }) {
	const page = await pageOf(who);

	if (new URL(page.url()).pathname !== path)
		await page.goto(path);
	await page.waitForSelector('main.page[data-live]', { state: 'detached', ...WAIT });
	if (step) {
		await page.waitForSelector(`[id="step-${step.id}"].is-${step.state}`, WAIT);
		await page.locator(`[id="step-${step.id}"]`).scrollIntoViewIfNeeded();
		await picture(page, name, step.id);
	} else {
		await picture(page, name);
	}
	await ask(name, () => look(page, name, { full: !step }));
	return {};
}

const does = { create, submit, look: show };

mkdirSync(shotsFolder, { recursive: true });
for await (const line of createInterface({ input: process.stdin })) {
	const order = JSON.parse(line);
	let answer;

	try {
		answer = await does[order.do](order);
	} catch (error) {
		await people.get(order.who)?.screenshot({ path: join(shotsFolder, 'broken.png') }).catch(() => undefined);
		answer = { error: error.message };
	}
	console.log(JSON.stringify(answer));
}
const complaints = [...people.values()].flatMap((page) => page.complaints);

await close();
assert.deepEqual([...found, ...complaints], []);
