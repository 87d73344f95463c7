/*
 * parallel.js: two people at a parallel section, each in their own browser.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { must, started, stepOf } from './api.js';
import { becomes, close, holdUntilAll, look, newPage, signIn } from './browser.js';

const password = process.env.PASSWORD;
const letGo = (name) => writeFileSync(`${process.env.FOLDER}/go-${name}`, '');

describe('two browsers at a parallel section', () => {
	let ana, tess, run;
	const currents = (page) => page.evaluate(() => [...document.querySelectorAll('.step.current[open]')].map((s) => s.id.slice(5)));
	const focused = (page) => page.evaluate(() => document.activeElement.closest('.step')?.id);

	before(async () => {
		[ana, tess] = [await newPage(), await newPage()];
		await signIn(ana, { name: 'ana', password });
		await signIn(tess, { name: 'tess', password });
		run = await started('checks', { folder: process.env.FOLDER });
		await must('POST', `${run}/steps/begin/confirm`, { note: '' });
		for (const page of [ana, tess]) {
			await page.goto(run);
			await page.waitForSelector('#link:not([hidden])');
		}
	});

	test('all of it is unfolded, and heading and outline say that it has no order', async () => {
		assert.deepEqual(await currents(ana), ['slow', 'other', 'read', 'place']);
		assert.match(await ana.textContent('#checks .tag'), /in any order, also at the same time/);
		assert.equal(await ana.locator('#outline a[href="#checks"] .any-order svg').count(), 1);
		assert.equal(await ana.locator('#outline a[href="#behind"] .any-order').count(), 0);
		assert.equal(await ana.locator('#outline a[aria-current=true]').count(), 2);
		assert.equal(await ana.locator('#outline a[aria-current=step]').count(), 4);
		/* each has the buttons of the own role alone */
		assert.deepEqual(await ana.evaluate(() => [...document.querySelectorAll('.step.current [data-primary]')].map((b) => b.closest('.step').id)), ['step-slow', 'step-other']);
		assert.deepEqual(await tess.evaluate(() => [...document.querySelectorAll('.step.current [data-primary]')].map((b) => b.closest('.step').id)), ['step-read', 'step-place']);
		assert.match(await tess.textContent('.next'), /Next: \(1 of 4\)\s*Read an old order/);
		await look(ana, '90-parallel');
	});

	test('keys lead through what may be taken, to a button of the own', async () => {
		await tess.evaluate(() => document.activeElement.blur());
		await tess.keyboard.press('e');
		assert.equal(await focused(tess), 'step-read', 'the first with a button');
		await tess.evaluate(() => document.activeElement.blur());
		for (const id of ['slow', 'other', 'read', 'place', 'slow']) {
			await tess.keyboard.press('.');
			assert.equal(await focused(tess), `step-${id}`);
		}
	});

	test('both go on at the same time, and each sees what the other does', async () => {
		await tess.fill('#step-read textarea[name=note]', 'half of what I');
		await tess.evaluate(() => document.querySelector('#step-read').scrollIntoView({ block: 'center' }));
		const top = await tess.evaluate(() => scrollY);

		await ana.click('#step-slow [data-primary]');
		await ana.click('#step-other [data-primary]');
		for (const id of ['slow', 'other']) {
			await becomes(ana, id, 'running');
			await becomes(tess, id, 'running');
		}
		assert.equal(await tess.inputValue('#step-read textarea[name=note]'), 'half of what I');
		assert.ok(Math.abs(await tess.evaluate(() => scrollY) - top) < 700, 'the page stays about where it was');
		assert.match(await tess.textContent('#step-slow .attempt-head'), /ana/);
		await tess.waitForFunction(() => /building/.test(document.querySelector('#step-slow .out')?.textContent));
		await tess.waitForFunction(() => /waiting/.test(document.querySelector('#step-other .out')?.textContent));
		await look(tess, '91-parallel-at-work');
		await tess.click('#step-read [data-primary]');
		await becomes(tess, 'read', 'confirmed');
		await becomes(ana, 'read', 'confirmed', { state: 'attached' });
		assert.deepEqual(await currents(ana), ['slow', 'other', 'place']);
	});

	test('the second press of one step is refused, whatever runs beside it', async () => {
		const tab = await ana.context().newPage();

		letGo('other');
		await becomes(ana, 'other', 'succeeded', { state: 'attached' });
		await tab.goto(run);
		await tess.click('#step-place [data-primary]');
		await becomes(tess, 'place', 'confirmed', { state: 'attached' });
		assert.deepEqual(await currents(ana), ['slow']);
		assert.equal(await tab.locator('#step-open [data-primary]').count(), 0, 'nothing behind it before');
		letGo('slow');
		await Promise.all([ana, tab].map((p) => p.waitForSelector('#step-open.current [data-primary]')));
		const answers = [ana, tab].map((p) => p.waitForResponse((r) => r.url().endsWith('/steps/open/execute')));

		await holdUntilAll([ana, tab], /\/steps\/open\/execute$/);
		await Promise.all([ana, tab].map((p) => p.click('#step-open [data-primary]')));
		const codes = (await Promise.all(answers)).map((r) => r.status()).sort();

		assert.deepEqual(codes, [202, 409]);
		await becomes(ana, 'open', 'succeeded');
		assert.equal((await stepOf(run, 'open')).attempts.length, 1);
	});

	test('no page complained in the console', () => assert.deepEqual([...ana.complaints, ...tess.complaints], []));

	after(close);
});
