/*
 * outputs.js: each output on the screen is that of the host it stands under.
 * Groups of 2, 8, 12 and 64 hosts, of which random ones fail at random times,
 * are watched without a reload, over three attempts.
 *
 * The text on the page is collected after each update; it has to be the
 * beginning of the file that it names, and in the end the whole.  A script
 * prints fewer lines than a card shows.
 */
/* global inView, shown, note, seen -- of the page */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ana, base, close, newPage, signIn } from './browser.js';

const GROUPS = (process.env.GROUPS ?? '2,8,12,64').split(',').map(Number);
const ATTEMPTS = 3;
const ON_CARD = 8, WELL_ON_CARD = 2;	/* as in fcgi/web/card/card_targets.c */
const auth = { Authorization: `Bearer ${process.env.TOKEN}`, Accept: 'application/json' };

async function ask(method, path, body) {
	const answer = await fetch(base + path, { method, body: body && JSON.stringify(body),
		headers: { ...auth, ...(body && { 'Content-Type': 'application/json' }) } });

	assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
	return answer.json();
}

const files = new Map();

async function fileOf(path) {
	if (!files.has(path))
		files.set(path, await (await fetch(base + path, { headers: auth })).text());
	return files.get(path);
}

/* The number of outputs on the card: of a larger group those that failed, and a few of the others. */
function onCard(attempts) {
	const count = ({ targets, targets_count: all }) => all <= ON_CARD ? all :
	    Math.min(ON_CARD, Math.max(WELL_ON_CARD, targets.filter((t) => t.state !== 'succeeded').length));

	return attempts.map(count).reduce((a, b) => a + b);
}

/* In the page: keeps what stood on the screen, under which name. */
function collect() {
	const seen = new Set();

	globalThis.inView = (pre) => !pre.closest('details:not([open])');
	globalThis.shown = (which = () => true) => [...document.querySelectorAll('pre.out[data-txt]')].filter(which).map((pre) => {
		const lines = pre.dataset.owned === undefined ? pre.textContent :
		    [...pre.children].map((line) => line.textContent + '\n').join('');

		return { file: pre.dataset.txt, name: pre.closest('.target').querySelector('strong').textContent,
			said: pre.getAttribute('aria-label'), lines };
	});
	globalThis.seen = seen;
	globalThis.note = () => shown().forEach((x) => seen.add(JSON.stringify(x)));
	document.addEventListener('cs:morphed', note);
	new MutationObserver(note).observe(document, { childList: true, subtree: true });
}

describe('outputs of a group', () => {
	let page;

	before(async () => {
		page = await newPage();
		await page.addInitScript(collect);
		await signIn(page, { name: ana.name, password: process.env.PASSWORD });
	});

	/* The texts that an output may show while its file grows, and at its end. */
	async function compare(shown, whole) {
		for (const { file, name, said, lines } of shown) {
			const text = await fileOf(file);

			assert.ok(file.endsWith(`/${name}.txt`) && said.endsWith(name), `${file} stands under ${name}`);
			assert.ok(whole ? text === lines : text.startsWith(lines.replace(/\n$/, '')),
			    `${file} is\n${text}and the page shows under ${name}\n${lines}`);
		}
	}

	/* Opens the outputs that are folded: those of the last attempt, or of all of them. */
	const unfold = (within) => page.$eval('#step-roll', (card, where) => {
		card.open = true;	/* one that succeeded has folded */
		card.querySelectorAll(`${where} .out-fold`).forEach((fold) => {
			fold.open = true;	/* it is read when it is opened */
		});
	}, within);

	/* As many outputs as belong there, all of them whole. */
	async function settles(state, attempts, within) {
		const wanted = onCard(attempts);

		await page.waitForSelector(`#step-roll.is-${state}`, { timeout: 120000 });
		for (const end = Date.now() + 15000; ; await page.waitForTimeout(200)) {
			await unfold(within);
			const texts = await page.evaluate(() => shown(inView));

			try {
				assert.equal(await page.locator('pre.out[data-running]').count(), 0);
				assert.equal(texts.length, wanted, `${texts.length} outputs are shown, and not ${wanted}`);
				await compare(texts, true);
				break;
			} catch (e) {
				if (Date.now() > end)
					throw e;
			}
		}
	}

	for (const size of GROUPS)
		test(`of ${size} hosts: each stands under the host that printed it, at all times`, async () => {
			const { id } = await ask('POST', '/runs', { runbook: `roll-${size}`, environment: 'test' });

			await ask('POST', `/runs/${id}/start`, {});
			files.clear();
			await page.goto(`/runs/${id}`);
			await page.waitForSelector('#step-roll.current');
			await page.evaluate(() => seen.clear());
			let step;

			for (let n = 1; n <= ATTEMPTS; n++) {
				await ask('POST', `/runs/${id}/steps/roll/${n === 1 ? 'execute' : 'retry'}`, {});
				await page.waitForSelector(`[data-key="roll/${n}"]`, { timeout: 60000 });
				do {
					await page.waitForTimeout(300);
					step = (await ask('GET', `/runs/${id}`)).steps.find((s) => s.id === 'roll');
				} while (['requested', 'starting', 'running'].includes(step.state));
				await settles(step.state, step.attempts.slice(-1), '.step-body > .attempt');
				if (step.state !== 'failed')
					break;
			}
			if (await page.locator('#step-roll .fold[data-key=earlier]').count() > 0) {
				await page.click('#step-roll .fold[data-key=earlier] > summary');
				await settles(step.state, step.attempts, '.attempt');
			}
			const all = (await page.evaluate(() => [...seen])).map((s) => JSON.parse(s));

			assert.ok(all.length >= 2, 'the page showed something');
			await compare(all, false);
		});

	test('a line that is longer than what is loaded at once is shown on the card from where it was loaded', async () => {
		const { id } = await ask('POST', '/runs', { runbook: 'long', environment: 'test' });

		await ask('POST', `/runs/${id}/start`, {});
		await ask('POST', `/runs/${id}/steps/dump/execute`, {});
		for (;;)
			if ((await ask('GET', `/runs/${id}`)).steps[0].state === 'succeeded')
				break;
		const long = await page.context().newPage();

		await long.goto(`/runs/${id}`);
		await long.click('#step-dump summary');
		await long.waitForFunction(() => /client-\d{5} of them all/.test(document.querySelector('#step-dump pre.out').textContent));
		await long.close();
	});

	test('no page complained in the console', () => assert.deepEqual(page.complaints, []));

	after(close);
});
