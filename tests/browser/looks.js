/*
 * looks.js: what can be seen before it is done: the preflight of a run, the
 * difference of an edit, and how what it changed is put back; runbook
 * looks.md.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ana, becomes, close, inState, look, newPage, signIn } from './browser.js';

describe('looks before the press', () => {
	let page, run;

	before(async () => {
		page = await newPage();
		await signIn(page, ana);
	});

	test('the targets are tried before the run is started', async () => {
		await page.goto('/runs/new?runbook=looks');
		await page.check('input[name=environment][value=test]');
		await page.click('main form button.primary');
		await page.waitForURL(/\/runs\/\d+/);
		run = new URL(page.url()).pathname;
		assert.match(await page.textContent('#panel .look'), /not been tried yet/);
		await page.click('#panel .look button');
		if (process.env.ISOLATED === 'no') {
			await page.waitForSelector('#panel .look-sum.is-error');
			assert.match(await page.textContent('#panel .look-sum'), /1 target answered; 1 with a warning/);
		} else {
			await page.waitForSelector('#panel .look-sum.is-succeeded');
			assert.match(await page.textContent('#panel .look-sum'), /The target answered/);
		}
		await look(page, '50-ready');
		await page.click('#panel .look-sum a');
		await page.waitForSelector('.looks');
		assert.match(await page.textContent('.looks'), /This console's machine.*free on/s);
		assert.deepEqual(await page.locator('main .btn').allTextContents().then((all) => all.map((text) => text.trim())),
			['Start the run', 'Try the targets again', 'Back to the run']);
		await look(page, '51-preflight');
		await page.click('main .btn.primary');
		await page.waitForURL(`**${run}*`);
		await page.click('#step-make [data-primary]');
		await becomes(page, 'make', 'succeeded');
	});

	test('the difference is shown, and nothing is done', async () => {
		await page.waitForSelector('#step-change.current');
		await page.click('#step-change form[action$="/look"] button');
		await page.waitForSelector('#step-change .look .out');
		assert.match(await page.textContent('#step-change .look .out'), /-version=2\.0\.9\n\+version=2\.1\.0/);
		assert.equal(await page.locator(inState('change', 'ready')).count(), 1);
		await look(page, '52-difference');
		await page.goto(`${run}/preview/change`);
		assert.match(await page.textContent('main'), /Undone by\s*Put .* back/);
		await look(page, '53-preview');
		await page.goto(run);
	});

	test('what the edit changed is put back by the rollback', async () => {
		await page.click('#step-change [data-primary]');
		await becomes(page, 'change', 'succeeded');
		await page.click('#actions > summary');
		await page.click('#actions .ask:has(form[action$="/rollback"]) > summary');
		await page.fill('#actions form[action$="/rollback"] textarea', 'not yet');
		await page.click('#actions form[action$="/rollback"] button');
		await page.waitForSelector('#step-undo-change.current');
		await page.click('#step-undo-change [data-primary]');
		await becomes(page, 'undo-change', 'succeeded');
		assert.match(await page.textContent('#step-undo-change'), /\+version=2\.0\.9/);
		assert.deepEqual(page.complaints, []);
	});

	after(close);
});
