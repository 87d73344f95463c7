/*
 * flow.js: a list that repeats a section, version hops of which a run takes
 * some, and a gate in the middle; runbook releases.md, between ana, who runs
 * it, and bo, who approves.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ana, becomes, bo, close, look, newPage, signIn } from './browser.js';

describe('lists, hops and gates', () => {
	let first, second, run;

	before(async () => {
		first = await newPage();
		second = await newPage();
		await signIn(first, ana);
		await signIn(second, bo);
	});

	async function press(id, state) {
		await first.click(`#step-${CSS(id)} [data-primary]`);
		await becomes(first, id, state);
	}

	const CSS = (id) => id.replaceAll('.', '\\.');

	test('a list that cannot be is explained at its field', async () => {
		await first.goto('/runs/new?runbook=releases');
		await first.check('input[name=environment][value=test]');
		await first.selectOption('#param-from', '0.3');
		await first.selectOption('#param-to', '1.0');
		await first.fill('#param-workers', 'mail, mail');
		await first.click('main form button.primary');
		await first.waitForSelector('.field-wrong:has(#param-workers)');
		assert.match(await first.textContent('.field-wrong .field-error'), /twice/);
		await look(first, '40-list');
	});

	test('the run has the section for each item, and leaves other hops out', async () => {
		await first.fill('#param-workers', 'mail\nweb');
		await first.click('main form button.primary');
		await first.waitForURL(/\/runs\/\d+/);
		run = new URL(first.url()).pathname;
		await first.click('#panel button.primary');
		await first.waitForSelector('.step.current');
		assert.match(await first.textContent('#outline'), /Stop the worker mail.*Stop the worker web/s);
		assert.equal(await first.locator('#step-callers.is-excluded').count(), 1);
		assert.match(await first.textContent('#bar'), /3 left out/);
		for (const id of ['prepare', 'backup', 'stop.mail', 'stop.web'])
			await press(id, 'succeeded');
		await press('try-hook', 'confirmed');
		await first.waitForSelector('#step-agree.current');
		assert.equal(await first.locator('#step-agree [value=approve]').count(), 0);
	});

	test('the gate says who gives it and what follows; a rejection says why', async () => {
		await second.goto('/');
		await second.waitForSelector(`.rows-waiting a[href="${run}"]`);
		await second.goto(run);
		assert.match(await second.textContent('#step-agree'), /0 of 1 given/);
		assert.match(await second.textContent('#step-agree .follows'), /Send notices to the hook/);
		await look(second, '41-gate');
		await second.fill('#step-agree textarea', 'the hook answers 401');
		await second.click('#step-agree [value=reject]');
		await becomes(first, 'agree', 'failed');
		assert.match(await first.textContent('#step-agree .note-fail'), /bo rejected it: the hook answers 401/);
		await look(first, '42-rejected');
	});

	test('who rejected takes it back, and the other browser goes on', async () => {
		await second.waitForSelector('#step-agree.current [value=approve]');
		await second.fill('#step-agree textarea', 'it answers 200 now');
		await second.click('#step-agree [value=approve]');
		await first.waitForSelector('#step-use-hook.current [data-primary]');
		await press('use-hook', 'succeeded');
		assert.deepEqual([...first.complaints, ...second.complaints], []);
	});

	after(close);
});
