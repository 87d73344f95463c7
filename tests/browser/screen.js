/*
 * screen.js: the pages of runs that did not go straight on.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ask, execute, must, started, stepOf } from './api.js';
import { ana, becomes, close, look, newPage, signIn } from './browser.js';

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
		await page.waitForSelector(`#panel .note a.primary[href="${holder}"]`);
		assert.equal(await page.locator('#panel [data-primary]').count(), 1, 'the other run comes first');
		assert.match(await page.textContent('#panel .note'), /db/);
		await page.click('#do-start button');
		await page.waitForSelector(`.said a[href="${holder}"]`);
		assert.equal(new URL(page.url()).pathname, waiting);
		await look(page, '60-held');
	});

	test('without scripts the answer is the page of the run', async () => {
		const plain = await newPage({ javaScriptEnabled: false });

		await signIn(plain, who);
		await plain.goto(waiting);
		const [answer] = await Promise.all([plain.waitForNavigation(), plain.click('#do-start button')]);

		assert.equal(answer.status(), 409);
		await plain.waitForSelector(`#refused a[href="${holder}"]`);
		assert.ok(await plain.locator('#do-start button').isVisible(), 'it can be pressed again');
		await plain.context().close();
	});

	test('once the other is closed, Start starts', async () => {
		await must('POST', `${holder}/close`, { result: 'failed', note: 'in the way' });
		await page.click('#do-start button');
		await page.waitForSelector('.step.current');
		assert.deepEqual(page.complaints, []);
	});

});

describe('exactly what will run', () => {
	let page, run;

	before(async () => {
		page = await newPage();
		await signIn(page, who);
		run = `/runs/${(await must('POST', '/runs', { runbook: 'exact', environment: 'test', parameters: { pass: 'hidden away' } })).id}`;
		await must('POST', `${run}/start`, {});
	});

	const read = async (step) => {
		await page.goto(`${run}/preview/${step}`);
		const text = await page.textContent('main');

		assert.ok(!text.includes('hidden away'), 'the secret is dots');
		return text;
	};

	test('a copy between two hosts names both, on chip, button and with their keys', async () => {
		await page.goto(run);
		assert.match(await page.textContent('#step-carry .chip'), /one → two/);
		assert.equal(await page.textContent('#step-carry [data-primary]'), 'Copy one → two');
		const text = await read('carry');

		assert.match(text, /ops at one\.example:22, host key.*ops at two\.example:22, host key/s);
		assert.match(await page.textContent('#filled'), /one:\/srv\/blue\.tar -> two:\/srv\/in\/blue\.tar/);
		await look(page, '65-copy');
	});

	test('edit lines, request, answers and folder have their values in place', async () => {
		assert.match(await read('set'), /set colour = blue.*\/etc\/blue\.conf/s);
		await read('call');
		assert.match(await page.textContent('#filled'), /POST http:\/\/api\.example\/blue\nAuthorization: Bearer ••••/);
		assert.match(await read('ask'), /\/srv\/blue/);
		assert.match(await page.textContent('#filled-answers'), /Colour\/ => blue\n.*Password\/ => ••••/s);
		assert.deepEqual(page.complaints, []);
	});
});

describe('who has the role', () => {
	test('a person without it sees who has it', async () => {
		const page = await newPage();
		const { id } = await must('POST', '/runs', { runbook: 'roles', environment: 'test', parameters: {} });

		await must('POST', `/runs/${id}/start`, {});
		await signIn(page, who);
		await page.goto(`/runs/${id}`);
		assert.match(await page.textContent('#step-agree'), /role dba.*Who has it: bo\./s);
		await must('POST', `/runs/${id}/steps/agree/confirm`, { note: '' }, process.env.TOKEN_BO);
		await page.waitForSelector('#step-sign.current');
		await must('POST', `/runs/${id}/steps/sign/confirm`, { note: '' });
		await becomes(page, 'sign', 'awaiting_signature');
		assert.match(await page.textContent('#step-sign'), /nobody-yet.*Nobody has this role/s);
		await page.context().close();
	});
});

describe('what went well and what did not', () => {
	let page, run;
	const outline = (id) => page.getAttribute(`#outline a[href="#${id}"]`, 'href').then(() =>
	    page.evaluate((i) => document.querySelector(`#outline a[href="#${i}"]`).closest('li').className, id));

	before(async () => {
		page = await newPage();
		await signIn(page, who);
		run = `/runs/${(await must('POST', '/runs', { runbook: 'mixed', environment: 'test', parameters: {} })).id}`;
	});

	test('what parameters alone leave out is left out from the beginning, and comes back with them', async () => {
		const progress = async () => (await must('GET', run)).progress;

		assert.equal((await stepOf(run, 'only-b')).outcome, 'excluded');
		assert.deepEqual([(await progress()).total, (await progress()).left_out], [4, 1]);
		await page.goto(run);
		await becomes(page, 'only-b', 'excluded');
		assert.match(await page.textContent('#bar'), /0 of 4.*1 left out/s);
		for (const [mode, outcome, total] of [['b', 'pending', 5], ['a', 'excluded', 4]]) {
			await must('POST', `${run}/parameters`, { parameters: { mode } });
			assert.equal((await stepOf(run, 'only-b')).outcome, outcome);
			assert.equal((await progress()).total, total);
			await becomes(page, 'only-b', outcome);
		}
		await must('POST', `${run}/start`, {});
	});

	test('a title stands once, with its values, and its links below it', async () => {
		await page.goto(run);
		assert.equal(await page.textContent('#step-check h3'), 'Check all of mode a with the guide');
		const body = (await page.textContent('#step-check .prose')).trim();

		assert.equal(body, 'the guide');
		assert.equal(await page.locator('#step-check .prose a[href="https://guide.example/x"]').count(), 1);
	});

	test('a probe and an undo without title are named after their step', async () => {
		assert.equal(await page.textContent('#step-took-effect h3'), 'Probe: The last');
		assert.equal(await page.textContent('#step-back h3'), 'Undo: The first');
	});

	test('history and home say which step is next, and the environment by its label', async () => {
		await must('POST', `${run}/steps/one/execute`, {});
		await page.goto(run);
		await becomes(page, 'one', 'succeeded', { state: 'attached' });
		for (const path of ['/runs', '/']) {
			await page.goto(path);
			const row = await page.textContent(`[data-key="run/${run.split('/').pop()}"]`);

			assert.match(row, /Next: The second/, path);
			assert.match(row, /Test lab/, path);
		}
	});

	test('a step that failed and was skipped never looks done', async () => {
		assert.equal((await execute(run, 'fails')).state, 'failed');
		await must('POST', `${run}/steps/fails/skip`, { reason: 'known' });
		assert.equal((await stepOf(run, 'fails')).outcome, 'skipped_failed');
		await page.goto(run);
		assert.match(await page.getAttribute('#step-fails', 'class'), /is-skipped_failed/);
		assert.match(await page.textContent('#step-fails .state'), /Skipped after failing/);
		assert.equal(await page.innerText('#step-fails > summary .step-why'), 'known');
		assert.match(await outline('inside'), /is-succeeded/);
		assert.match(await outline('beside'), /is-skipped_failed/);
		assert.match(await outline('prepare'), /is-skipped_failed/);
		assert.match(await page.textContent('#bar'), /1 of 4.*1 skipped after failing/s);
		await must('POST', `${run}/steps/check/confirm`, { note: 'seen' });
		await must('POST', `${run}/steps/last/skip`, { reason: 'not today' });
		await page.waitForSelector('#finish .panel');
		assert.match(await page.textContent('#finish h2'), /not all went well/);
		assert.equal(await page.locator('#finish [value=succeeded]:not(.primary)').count(), 1);
		assert.match(await page.textContent('#finish'), /1 skipped\b.*1 skipped after failing/s);
		assert.match(await page.textContent('#bar'), /2 of 4/);
		const { progress } = await must('GET', run);

		assert.deepEqual([progress.done, progress.skipped, progress.skipped_failed, progress.left_out], [2, 1, 1, 1]);
		await look(page, '61-settled');
		await page.goto('/runs');
		assert.match(await page.textContent(`[data-key="run/${run.split('/').pop()}"]`), /2 of 4.*1 skipped.*1 skipped after failing/s);
		await look(page, '62-history');
	});

	test('after a rollback the outline has it, and what was never pressed is not ready', async () => {
		await must('POST', `${run}/rollback`, { reason: 'back' });
		await page.goto(run);
		assert.match(await outline('rollback'), /is-pending/);
		await execute(run, 'back');
		await page.waitForSelector('#outline li.is-succeeded a[href="#rollback"]');
		await must('POST', `${run}/close`, { result: 'rolled_back', note: '' });
		await page.goto(run);
		assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('.step.is-ready, .step.is-pending')].map((s) => s.id)), []);
		await look(page, '63-rolled-back');
		await page.goto(`${run}/report`);
		assert.match(await page.textContent('main'), /Test lab/);
		assert.match(await page.textContent('main'), /Skipped after failing/);
		for (const said of [/mode: a → b/, /left out, as this does not hold.*mode == 'b'/s, /part of the run again/,
			/skipped it after it had not succeeded.*known/s])
			assert.match(await page.textContent('main ol'), said);
		await look(page, '64-report');
		assert.deepEqual(page.complaints, []);
	});

	after(close);
});
