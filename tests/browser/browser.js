/*
 * browser.js: what the tests share: the browser, pictures, axe, signing in.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const axe = readFileSync(axeFile, 'utf8');
export const shotsFolder = process.env.SHOTS ?? fileURLToPath(new URL('../../build/shots', import.meta.url));
const views = [[1280, 860], [360, 740]];
const themes = ['light', 'dark'];

export const base = process.env.BASE_URL?.replace(/\/$/, '');
export const setupLink = process.env.SETUP_LINK;
export const ana = { name: 'ana', password: 'a long night with tea' };
export const bo = { name: 'bo', password: 'another long night here' };

let browser;

export async function open() {
	assert.ok(base, 'BASE_URL says where the console listens');
	browser ??= await chromium.launch({
		executablePath: fileURLToPath(new URL('chromium', import.meta.url)),
		args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none', '--no-first-run',
		    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
	});
	return browser;
}

export async function close() {
	await browser?.close();
	browser = undefined;
}

/*
 * A page in a profile of its own. page.complaints keeps the errors of its
 * console; a refusal (409 and its like) is none, but a file that is missing
 * (a style, a script, an icon) is.
 */
export async function newPage(options = {}) {
	const context = await (await open()).newContext({ viewport: { width: 1280, height: 860 },
		timezoneId: 'Europe/Berlin', locale: 'en-GB', baseURL: base,
		ignoreHTTPSErrors: base.startsWith('https:'), ...options });
	const page = await context.newPage();

	page.setDefaultTimeout(60000);	/* for a busy machine */
	page.complaints = [];
	page.on('pageerror', (e) => page.complaints.push(e.message));
	page.on('console', (m) => {
		if (m.type() === 'error' && !/Failed to load resource: the server responded with a status of 4\d\d/.test(m.text()))
			page.complaints.push(m.text());
	});
	page.on('response', (r) => {
		if (r.status() >= 400 && !['document', 'fetch', 'xhr', 'eventsource'].includes(r.request().resourceType()))
			page.complaints.push(`${r.status()} ${r.url()}`);
	});
	return page;
}

export async function signIn(page, who) {
	await page.goto('/login');
	await page.fill('#name', who.name);
	await page.fill('#password', who.password);
	await page.click('main button');
	await page.waitForURL((url) => url.pathname === '/');
}

/* Nothing but tables and output may scroll sideways. */
export async function fits(page, name) {
	const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

	assert.ok(over <= 0, `${name} is ${over} px wider than the screen`);
}

/* All of it is between the bars, and nothing lies over it. */
export const inView = (page, selector) => page.waitForFunction((what) => {
	const el = document.querySelector(what), box = el?.getBoundingClientRect();

	return box && box.height > 0 && box.top >= 0 && box.bottom <= innerHeight &&
	    el.contains(document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2));
}, selector);

/* Nodes that pass get no selectors, which take most of the time of axe, and files of the page are not fetched again. */
async function axeFinds(page, rules) {
	await page.evaluate(axe);
	const { violations } = await page.evaluate((only) => globalThis.axe.run({ resultTypes: ['violations'], preload: false, ...only && { runOnly: only } }), rules);

	return violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(', ')}`);
}

export const ENGLISH = /[A-Za-z][a-z']+(?:[ ,]+[A-Za-z][a-z']+){2,}/g;

/* The texts with three English words in a row, outside of what a program printed or runs. */
export const english = (page) => page.evaluate((words) => {
	const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
	const found = [];

	while (walker.nextNode()) {
		const node = walker.currentNode;

		if (!node.parentElement.closest('pre, code, kbd, script, textarea, .out') &&
		    new RegExp(words).test(node.data))
			found.push(node.data.trim());
	}
	return found;
}, ENGLISH.source);

/* Buttons are for thumbs. */
async function smallButtons(page) {
	return page.evaluate(() => [...document.querySelectorAll('.btn, summary.step-head, .nav a')]
		.filter((el) => el.checkVisibility() && el.getBoundingClientRect().height < 43.5)
		.map((el) => el.textContent.trim()));
}

/*
 * Pictures (if SHOTS names their folder) at both widths in both themes, looked
 * at by axe.  Themes differ by colours alone, and a narrow page has those of a
 * wide one.
 */
export async function look(page, name, { full = true } = {}) {
	const before = page.viewportSize();

	mkdirSync(shotsFolder, { recursive: true });
	for (const [width, height] of views) {
		for (const colorScheme of themes) {
			const picture = `${name}-${width}-${colorScheme}`;

			await page.setViewportSize({ width, height });
			await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
			if (full)
				await page.evaluate(() => scrollTo(0, 0));
			await page.waitForTimeout(50);
			if (process.env.SHOTS)
				await page.screenshot({ path: join(shotsFolder, picture + '.png'), fullPage: full });
			await fits(page, picture);
			if (colorScheme === 'light')
				assert.deepEqual(await axeFinds(page), [], `axe on ${picture}`);
			else if (width > 500)
				assert.deepEqual(await axeFinds(page, ['color-contrast']), [], `axe on ${picture}`);
			if (width < 500)
				assert.deepEqual(await smallButtons(page), [], `small buttons on ${picture}`);
		}
	}
	await page.setViewportSize(before);
	await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

/* Starts a run of the example runbook; answers its address. */
export async function newRun(page, { environment = 'test', title = '' } = {}) {
	await page.goto('/runs/new?runbook=hello');
	await page.check(`input[name=environment][value=${environment}]`);
	if (title)
		await page.fill('#run-title', title);
	await page.click('main form button.primary');
	await page.waitForURL(/\/runs\/\d+/);
	const url = new URL(page.url()).pathname;

	await page.click('#panel button.primary');
	await page.waitForSelector('.step.current');
	return url;
}

/* The state of a step as the page says it, in its class. */
export const inState = (id, state) => `#step-${id.replaceAll('.', '\\.')}.is-${state}`;

/* The step as the page shows it, and as the console has it on record. */
async function standing(page, id) {
	const shown = await page.evaluate((step) => ({ step: document.getElementById(step)?.className,
		seq: document.getElementById('main').dataset.seq, link: document.getElementById('link')?.className,
		here: location.href }), `step-${id}`);
	const answer = await page.context().request.get(shown.here, { headers: { Accept: 'application/json' } });
	const run = await answer.json().catch(() => ({}));

	return `the page: ${JSON.stringify(shown)}\nthe console: seq ${run.seq}, ${run.state}, ${JSON.stringify(run.steps?.find((s) => s.id === id))}`;
}

/* Waits until the page shows the step in that state; says how both stand if it does not. */
export async function becomes(page, id, state, options) {
	try {
		await page.waitForSelector(inState(id, state), options);
	} catch (error) {
		throw new Error(`${error.message}\n${await standing(page, id).catch((e) => e.message)}`);
	}
}

/*
 * The press of one page goes on as soon as that of the other has arrived.
 * The pages stay like this: Chromium may lose requests that are under way
 * when it is told to let all through again.
 */
export async function holdUntilAll(pages, url) {
	const held = [];

	for (const page of pages)
		await page.route(url, (route) => {
			held.push(route);
			if (held.length === pages.length)
				held.splice(0).forEach((r) => r.continue());
		});
}
