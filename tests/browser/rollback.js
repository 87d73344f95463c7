/*
 * rollback.js: what the dialog of a rollback says before it begins, how it is
 * cancelled, and how a confirmation is taken back; runbook runbooks/back.md.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ana, becomes, close, inState, look, newPage, signIn } from './browser.js';

describe('the way back', () => {
	const outer = mkdtempSync(join(tmpdir(), 'cs-back-'));
	const folder = join(outer, 'app');
	let page;

	chmodSync(outer, 0o777);	// steps run as a user of their own

	before(async () => {
		page = await newPage();
		await signIn(page, ana);
		await page.goto('/runs/new?runbook=back');
		await page.check('input[name=environment][value=test]');
		await page.fill('#param-folder', folder);
		await page.click('main form button.primary');
		await page.click('#panel button.primary');
		await page.waitForSelector('#step-announce.current');
	});

	async function press(id, state = 'succeeded') {
		await page.waitForSelector(`#step-${id}.current`);
		await page.click(`#step-${id} [data-primary]`);
		await becomes(page, id, state);
	}

	const unfold = (id) => page.$eval(`#step-${id}`, (card) => {
		card.open = true;
	});

	/* The items of the dialog's lists. */
	const lists = (where) => page.$$eval(`${where} .undo`, (all) =>
		all.map((list) => [...list.querySelectorAll('li')].map((li) => li.firstChild.textContent.trim())));

	test('with nothing done the dialog says that nothing can be undone', async () => {
		await page.click('#actions > summary');
		await page.click('#actions summary:has-text("Roll back")');
		assert.match(await page.textContent('#actions'), /Nothing that ran can be undone/);
		assert.equal(await page.locator('#actions form[action$="/rollback"] button').count(), 0);
		await look(page, '70-nothing-to-undo');
		await page.goto(new URL(page.url()).pathname);
	});

	test('a confirmation is taken back, with a reason', async () => {
		await press('announce', 'confirmed');
		await unfold('announce');
		await page.click('#reopen-announce summary');
		await page.fill('#reopen-announce textarea', 'the wrong window');
		await look(page, '71-take-back');
		await page.click('#reopen-announce button');
		await page.waitForSelector('#step-announce.current');
		await press('announce', 'confirmed');
		await press('count', 'confirmed');
		await unfold('announce');
		assert.equal(await page.locator('#reopen-announce').count(), 0);
	});

	test('the dialog lists what is undone in order, what stays, and what is final', async () => {
		await press('make');
		await press('configure');
		await page.waitForSelector('#step-migrate.current');
		await page.click('#step-migrate summary[data-primary]');
		await page.check('#step-migrate [name=understood]');
		await page.click('#step-migrate .ask-body button');
		await becomes(page, 'migrate', 'succeeded');
		await press('start', 'failed');
		await page.click('#rollback-ask-start summary');
		assert.deepEqual(await lists('#rollback-ask-start'), [
			[`Put the file back: Set the version`, 'Take the folder away', 'Tell everybody that the change was taken back'],
			['Start the service', 'Migrate the data', 'Count the visitors', 'Announce the change'],
			['Migrate the data'],
		]);
		await look(page, '72-rollback-dialog');
	});

	test('a rollback is cancelled before its first step, and goes on where it was', async () => {
		await page.fill('#rollback-ask-start textarea', 'the wrong run');
		await page.click('#rollback-ask-start button');
		await page.waitForSelector('#rollback-cancel');
		await look(page, '73-rollback-begun');
		await page.click('#rollback-cancel summary');
		await page.fill('#rollback-cancel textarea', 'it was the wrong run');
		await page.click('#rollback-cancel button');
		await page.waitForSelector(`#step-start.current${inState('start', 'failed').slice('#step-start'.length)}`);
		assert.ok(await page.locator('#step-start .actions >> text=Try again').first().isVisible());
	});

	test('the restored file comes before what undoes the step before the edit', async () => {
		await page.click('#rollback-ask-start summary');
		await page.fill('#rollback-ask-start textarea', 'it does not start');
		await page.click('#rollback-ask-start button');
		await press('undo-configure');
		assert.equal(await page.locator('#rollback-cancel').count(), 0);
		await press('remove');
		await unfold('remove');
		await page.waitForSelector('#step-remove pre.out:has-text("version = 1")');
		await press('tell', 'confirmed');
		await page.click('#finish button[value=rolled_back]');
		await page.waitForSelector('#h-ended');
		assert.deepEqual(page.complaints, []);
	});

	after(close);
});
