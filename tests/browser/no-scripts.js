/*
 * no-scripts.js: all of it by form and reload, without JavaScript.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ana, becomes, close, inState, newPage, newRun, signIn } from './browser.js';

describe('without scripts', () => {
	let page, run;

	before(async () => {
		page = await newPage({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
		await signIn(page, ana);
	});

	async function until(selector) {
		for (let i = 0; i < 60; i++) {
			if (await page.locator(selector).count() > 0)
				return;
			await page.waitForTimeout(250);
			await page.goto(run);
		}
		assert.fail(`${selector} never came`);
	}

	async function press(id, state) {
		const step = page.locator(`#step-${id}`);

		if (await step.locator('summary[data-primary]').count() > 0) {
			await step.locator('summary[data-primary]').click();
			await step.locator('.ask-body input[type=checkbox]').first().check();
			await step.locator('.ask-body button').first().click();
		} else {
			await step.locator('[data-primary]').click();
		}
		await until(inState(id, state));
	}

	test('a run goes from the form to the report without scripts', async () => {
		run = await newRun(page, { title: 'Without scripts' });
		await press('announce', 'confirmed');
		for (const id of ['prepare', 'stop', 'configure', 'start'])
			await press(id, 'succeeded');
		await page.click('#step-stop > summary');
		await page.click('#step-stop .target-head a');
		assert.match(await page.textContent('pre.out-full'), /greeted: 1\s+stopped/);
		await page.goto(run);
		await press('verify', 'confirmed');
		await press('clean', 'succeeded');
		await page.click('#finish button.primary');
		await page.waitForSelector('.panel-end.is-succeeded');
		await page.click('.panel-end a.primary');
		await page.waitForSelector('main.report');
		assert.match(await page.textContent('main.report .facts time'), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
		assert.match(await page.getAttribute('main.report .facts time', 'datetime'), /^\S+T\S+Z$/);
	});

	test('after a press the page stands at the step that is next', async () => {
		run = await newRun(page);
		assert.match(page.url(), /#step-announce$/);
		await press('announce', 'confirmed');
	});

	test('while a step runs the page loads itself again, and stands there', async () => {
		run = await newRun(page);
		await press('announce', 'confirmed');
		await press('prepare', 'succeeded');
		await page.locator('#step-stop [data-primary]').click();
		await page.waitForURL(/#step-stop$/);
		await becomes(page, 'stop', 'succeeded');
		assert.match(page.url(), /\?at=\d+#step-/);
	});

	test('an old form is refused with words and a way back', async () => {
		const other = await newPage({ javaScriptEnabled: false });

		run = await newRun(page);
		await press('announce', 'confirmed');
		await signIn(other, ana);
		await other.goto(run);
		await press('prepare', 'succeeded');
		await other.click('#step-prepare [data-primary]');
		await other.waitForSelector('#refused .note');
		assert.match(await other.textContent('#refused .note'), /ana was first/);
		assert.equal(await other.textContent('h1'), await page.textContent('h1'));
		await other.context().close();
	});

	test('a run is aborted with a reason', async () => {
		await page.goto(run);
		await page.click('#actions > summary');
		await page.click('#actions .ask:has(textarea[name=reason]) >> summary:has-text("Abort")');
		await page.fill('#actions form[action$="/abort"] textarea', 'only a test');
		await page.click('#actions form[action$="/abort"] button');
		await page.waitForSelector('.panel-end.is-aborted');
	});

	after(close);
});
