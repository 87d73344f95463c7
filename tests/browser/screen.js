/*
 * screen.js: the pages of runs that did not go straight on.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ask, must, started } from './api.js';
import { ana, close, look, newPage, signIn } from './browser.js';

const who = { name: ana.name, password: process.env.PASSWORD };

describe('a run that waits for another', () => {
	let page, holder, waiting;

	before(async () => {
		page = await newPage();
		await signIn(page, who);
		holder = await started('held');
		waiting = `/runs/${(await must('POST', '/runs', { runbook: 'held', environment: 'test', parameters: {} })).id}`;
	});

	test('a program is told which run holds the target', async () => {
		const { status, body } = await ask('POST', `${waiting}/start`, {});

		assert.equal(status, 409);
		assert.equal(body.error.code, 'target_held');
		assert.equal(`/runs/${body.error.run}`, holder);
		assert.equal(body.error.target, 'db');
	});

	test('the page says who holds it before and after Start, with a link', async () => {
		await page.goto(waiting);
		await page.waitForSelector(`#panel .note a[href="${holder}"]`);
		assert.match(await page.textContent('#panel .note'), /db/);
		await page.click('#panel [data-primary]');
		await page.waitForSelector(`.said a[href="${holder}"]`);
		assert.equal(new URL(page.url()).pathname, waiting);
		await look(page, '60-held');
	});

	test('without scripts the answer is the page of the run', async () => {
		const plain = await newPage({ javaScriptEnabled: false });

		await signIn(plain, who);
		await plain.goto(waiting);
		const [answer] = await Promise.all([plain.waitForNavigation(), plain.click('#panel [data-primary]')]);

		assert.equal(answer.status(), 409);
		await plain.waitForSelector(`#refused a[href="${holder}"]`);
		assert.ok(await plain.locator('#panel [data-primary]').isVisible(), 'it can be pressed again');
		await plain.context().close();
	});

	test('once the other is closed, Start starts', async () => {
		await must('POST', `${holder}/close`, { result: 'failed', note: 'in the way' });
		await page.click('#panel [data-primary]');
		await page.waitForSelector('.step.current');
		assert.deepEqual(page.complaints, []);
	});

	after(close);
});
