/*
 * two-browsers.js: two people on one run, each in their own browser.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ana, becomes, bo, close, holdUntilAll, newPage, newRun, signIn } from './browser.js';

describe('two browsers on one run', () => {
	const ROUNDS = Number(process.env.ROUNDS ?? 5);
	const EXECUTE = /\/steps\/prepare\/execute$/;
	let first, second, run;

	/* An account whose password somebody else has set approves nothing. */
	async function choosePassword(page, old) {
		await page.goto('/password');
		await page.fill('#old', old);
		await page.fill('#password', bo.password);
		await page.click('main button.primary');
		await page.waitForURL((url) => url.pathname !== '/password');
	}

	before(async () => {
		const given = 'what ana thought of first';

		first = await newPage();
		await signIn(first, ana);
		await first.goto('/users');
		await first.fill('#add-name', bo.name);
		for (const role of ['operator', 'approver'])
			await first.check(`section.panel [value=${role}]`);
		await first.fill('#add-password', given);
		await first.click('section.panel button.primary');
		await first.waitForSelector('.person:has-text("bo")');
		second = await newPage();
		await signIn(second, { name: bo.name, password: given });
		await choosePassword(second, given);
		await signIn(second, bo);
		run = await newRun(first, { title: 'Two browsers' });
		await second.goto(run);
		for (const page of [first, second])
			await page.waitForSelector('#link:not([hidden])');
	});

	test('what one does the other sees without a reload, and what is half typed there stays', async () => {
		await second.evaluate(() => {
			globalThis.isTheSame = true;
		});
		await second.fill('#comment', 'half typed');
		await second.focus('#comment');
		await first.click('#step-announce [data-primary]');
		await becomes(first, 'announce', 'confirmed');
		await becomes(second, 'announce', 'confirmed', { state: 'attached' });
		assert.ok(await second.evaluate(() => globalThis.isTheSame), 'the page was not loaded again');
		assert.equal(await second.inputValue('#comment'), 'half typed');
		assert.equal(await second.evaluate(() => document.activeElement.id), 'comment');
	});

	test('a comment reaches the other browser', async () => {
		await second.click('#comment-form button');
		await first.waitForSelector('.comment:has-text("half typed")');
		await second.waitForFunction(() => document.getElementById('comment').value === '');
	});

	test('both press the same button: it runs once, and the other is told', async () => {
		await holdUntilAll([first, second], EXECUTE);
		for (let round = 0; round < ROUNDS; round++) {
			const url = round === 0 ? run : await newRun(first, { title: `Both press ${round}` });

			if (round > 0) {
				await second.goto(url);
				await first.click('#step-announce [data-primary]');
				await becomes(first, 'announce', 'confirmed');
			}
			await Promise.all([first, second].map((p) => p.waitForSelector('#step-prepare.current [data-primary]')));
			const answers = [first, second].map((p) => p.waitForResponse((r) => EXECUTE.test(r.url())));

			await Promise.all([first, second].map((p) => p.click('#step-prepare [data-primary]')));
			const codes = (await Promise.all(answers)).map((r) => r.status());
			const [winner, other] = codes[0] === 202 ? [first, second] : [second, first];

			assert.deepEqual([...codes].sort(), [202, 409], 'one was accepted');
			await Promise.all([first, second].map((p) => becomes(p, 'prepare', 'succeeded')));
			const answer = await first.context().request.get(url, { headers: { Accept: 'application/json' } });
			const step = (await answer.json()).steps.find((s) => s.id === 'prepare');

			assert.equal(step.attempts.length, 1, 'it ran once');
			await other.waitForSelector('#step-prepare .said:not(:empty)', { state: 'attached' });
			assert.equal(await winner.locator('.said').count(), 0, 'who was first is told nothing');
		}
	});

	test('a form that goes leaves what was typed, and a press whose answer is lost says when to press again', async () => {
		await second.goto(await newRun(first, { title: 'Typing' }));
		await second.fill('#step-announce textarea', 'told the night shift');
		await first.click('#step-announce [data-primary]');
		await becomes(first, 'announce', 'confirmed');
		await second.waitForSelector('#refused pre.entered:has-text("told the night shift")');
		await second.route(EXECUTE, (route) => route.abort());
		await second.click('#step-prepare [data-primary]');
		await second.waitForSelector('.said:has-text("is up to date again")');
		await second.unroute(EXECUTE);
		await second.click('#step-prepare [data-primary]');
		await becomes(second, 'prepare', 'succeeded');
	});

	test('a line that breaks says so and mends itself', async () => {
		/* a page cannot cut the line of a shared worker */
		await second.addInitScript(() => delete globalThis.SharedWorker);
		await second.route('**/events*', (route) => route.abort());
		await second.reload();
		await second.waitForSelector('#link.wait, #link.off');
		await second.unroute('**/events*');
		await second.waitForSelector('#link.live');
	});

	test('no page complained in the console', () => {
		const own = (page) => page.complaints.filter((c) => !/ERR_FAILED/.test(c));

		assert.deepEqual([...own(first), ...own(second)], []);
	});

	after(close);
});
