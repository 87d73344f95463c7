/*
 * newcomer.js: a run in production as somebody sees it who is new here
 * (newcomer.py): what will run, in whole; where one is; what is possible.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ask, execute, must } from './api.js';
import { close, look, newPage, signIn } from './browser.js';

const person = (name) => ({ name, password: process.env.PASSWORD });
const flat = (text) => text.replace(/\s+/g, ' ').trim();

/* Texts of code of which something is beside the box. */
const cut = (page) => page.evaluate(() => [...document.querySelectorAll('.code pre, .prose pre')]
	.filter((el) => el.checkVisibility() && el.scrollWidth > el.clientWidth).map((el) => el.textContent));

async function created(runbook, environment) {
	return `/runs/${(await must('POST', '/runs', { runbook, environment, parameters: {} })).id}`;
}

async function approvedAndStarted(runbook, environment) {
	const run = await created(runbook, environment);
	const { plan } = await must('GET', run);

	await must('POST', `${run}/approvals`, { plan, decision: 'approve' }, process.env.TOKEN_BO);
	await must('POST', `${run}/start`, {});
	return run;
}

describe('what somebody new sees', () => {
	let page, run;

	before(async () => {
		page = await newPage();
		await signIn(page, person('ana'));
		run = await approvedAndStarted('upgrade', 'production');
		await execute(run, 'install');
		await execute(run, 'roll');
	});

	test('no line of what will run is cut, neither on a desk nor on a phone', async () => {
		for (const width of [1280, 360]) {
			await page.setViewportSize({ width, height: 800 });
			for (const path of [`${run}/preview/install`, '/runbooks/upgrade', run]) {
				await page.goto(path);
				await page.evaluate(() => document.querySelectorAll('details').forEach((el) => { el.open = true; }));
				assert.ok((await page.locator('pre:visible').allTextContents()).some((text) => text.includes(process.env.LONG)), path);
				assert.deepEqual(await cut(page), [], `${path} at ${width}`);
			}
		}
		await page.setViewportSize({ width: 1280, height: 860 });
		await page.goto(`${run}/preview/install`);
		assert.ok((await page.locator('.code').first().boundingBox()).width > 1000, 'the page gives it all of its width');
		await look(page, '90-preview');
	});

	test('each page of a run in production says so, once', async () => {
		const output = `${run}/steps/install/attempts/1/local`;

		for (const path of [run, `${run}/preview/install`, output, `${output}.play`, `${run}/preflight`, `${run}/timeline`, `${run}/report`,
			`${run}/steps/roll/attempts`, `${run}/steps/roll/attempts/1`, `${run}/parameters`]) {
			await page.goto(path);
			assert.deepEqual((await page.locator('.production').allTextContents()).map(flat), ['Production every step acts on live machines'], path);
			assert.ok(await page.locator('.production').isVisible(), path);
		}
		const live = await created('fleet', 'live');

		for (const path of [live, `${live}/timeline`]) {
			await page.goto(path);
			assert.equal(flat(await page.textContent('.production')), 'Production Live · every step acts on live machines');
		}
		const { status, body } = await ask('POST', '/runs', { runbook: 'upgrade', environment: 'test', parameters: {} });

		assert.deepEqual([status, body.error?.code], [422, 'unknown_target'], 'the group is not in the test lab');
		for (const path of ['/', '/runs', '/runbooks/upgrade']) {
			await page.goto(path);
			assert.equal(await page.locator('.production').count(), 0, path);
		}
	});

	test('no two times of the axis of a timeline are equal', async () => {
		await page.goto(`${run}/timeline`);
		const times = await page.locator('.tl-axis time').allTextContents();

		assert.ok(times.length >= 3 && new Set(times).size === times.length, times.join(' '));
	});

	test('a new run says of each environment what it means, or why it cannot be', async () => {
		await page.goto('/runs/new?runbook=upgrade');
		const choice = (name) => page.locator(`.choice:has([value=${name}])`);

		assert.match(flat(await choice('production').textContent()), /15 targets · Approval by approver × 1$/);
		assert.match(flat(await choice('live').textContent()), /h001, h002, local/);
		assert.match(flat(await choice('live').textContent()), /Approval by approver × 1, approver × 2$/);
		assert.match(flat(await choice('test').textContent()), /cannot run here: .*\ball\b/);
		assert.ok(await choice('test').locator('input').isDisabled());
		assert.ok(await choice('live').locator('input').isEnabled());
		assert.match(flat(await page.textContent('.field:has(#param-version)')), /matches \\d\+/);
		await look(page, '91-new-run');
	});

	test('what failed comes first, each with its last line; what went well is folded', async () => {
		await page.goto(`${run}#step-roll`);
		const card = page.locator('#step-roll');
		const targets = card.locator('.target');

		assert.equal(flat(await card.locator('.note-fail').innerText()),
			'This step failed 4 of 14 targets failed. 4 × h001, h002, h003, h004 exit code 1 …: package database is locked');
		assert.deepEqual((await targets.locator('strong').allTextContents()).slice(0, 4), ['h001', 'h002', 'h003', 'h004']);
		for (const i of [1, 2, 3])
			assert.match(flat(await targets.nth(i).locator('.target-head').innerText()), new RegExp(`h00${i + 1}: package database is locked`));
		assert.equal(await card.locator('.target-message').count(), 0, 'no message is told twice');
		assert.equal(await targets.locator('.out:visible').count(), 1);
		await look(page, '92-failed');
	});

	test('the button of a probe says where, and which it is', async () => {
		assert.equal(flat(await page.textContent('#step-roll .choices .btn.primary')), 'Run the probe on 14 targets');
		assert.match(flat(await page.textContent('#step-roll .choices')), /Is it restarted\? Looks whether/);
	});

	test('the plan says what a step captures, undoes and probes, and what a person needs', async () => {
		for (const path of ['/runbooks/upgrade', run]) {
			await page.goto(path);
			const facts = async (id) => flat(await page.locator(`#step-${id} .facts`).first().textContent());

			assert.match(await facts('install'), /Captures ?backup: saved as/);
			assert.match(await facts('roll'), /After a failure ?its probe says first/);
			assert.match(await facts('rolled'), /Probe of ?Restart the greeters/);
			assert.match(await facts('back'), /Undoes ?Install the new version/);
			assert.match(await facts('tell'), /Evidence ?a note/);
			assert.equal(flat(await page.textContent('#step-rolled .step-head .tag')), 'Probe');
		}
		await page.goto('/runbooks/upgrade');
		assert.match(flat(await page.textContent('section[aria-labelledby=h-parameters]')), /one of rolling, at-once/);
		await page.goto(`${run}/preview/back`);
		assert.match(flat(await page.textContent('.facts')), /Undoes ?Install the new version/);
	});

	test('production is written once where an environment has that name', async () => {
		await page.goto('/runs/new?runbook=fleet');
		assert.match(flat(await page.textContent('.choice:has([value=production])')), /^Production(?! Production)/);
		assert.match(flat(await page.textContent('.choice:has([value=live])')), /^Live Production/);
		await page.goto(`${run}/report`);
		assert.equal(flat(await page.textContent('.facts-report > div:has-text("Environment") dd')), 'Production');
	});

	after(close);
});
