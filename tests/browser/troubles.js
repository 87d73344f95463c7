/*
 * troubles.js: a plan that needs approval, a step that fails, parameters
 * that change, an outcome that is lost, a signature, a rollback; runbook
 * runbooks/trouble.md, between ana, who runs it, and bo, who approves.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { ana, becomes, bo, close, look, newPage, signIn } from './browser.js';

/* kill -9 of the processes of the steps at work in that data folder. */
function killSteps(data) {
	for (const pid of readdirSync('/proc').filter((p) => /^\d+$/.test(p))) {
		try {
			const exec = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[1];

			if (/^[0-9a-f]{32}$/.test(exec) && existsSync(`${data}/exec/${exec}`))
				process.kill(Number(pid), 'SIGKILL');
		} catch { /* it has ended */ }
	}
}

describe('when it goes wrong', () => {
	let first, second, run;

	before(async () => {
		first = await newPage();
		second = await newPage();
		await signIn(first, ana);
		await signIn(second, bo);
	});

	async function approve() {
		await second.goto(run);
		await second.fill('#panel textarea', 'read it all');
		await second.click('#panel [value=approve]');
		await first.waitForSelector('#panel:not(:has(.votes))', { state: 'attached' });
	}

	test('who made the plan waits for somebody else to approve it', async () => {
		await first.goto('/runs/new?runbook=trouble');
		await first.check('input[name=environment][value=production]');
		await first.selectOption('#param-flag', 'no');
		await first.fill('#param-password', 'not so secret');
		await first.click('main form button.primary');
		await first.waitForSelector('.votes');
		run = new URL(first.url()).pathname;
		assert.equal(await first.locator('#panel [value=approve]').count(), 0);
		assert.match(await first.textContent('.production strong'), /production/i);
		await second.goto('/');
		await second.waitForSelector(`.rows-waiting a[href="${run}"]`);
		await look(second, '30-home-waiting');
		await second.goto(run);
		await second.click('#panel a[href$="?plan=open"]');
		for (const id of ['check', 'lose', 'compare'])
			await second.waitForSelector(`#step-${id}[open] .step-body`);
		await look(second, '31-approval');
	});

	test('the approval reaches the other browser, which starts the run', async () => {
		await approve();
		await first.click('#panel [data-primary]');
		await first.waitForSelector('#step-check.current');
	});

	test('a failed step says what failed, with the last lines, and what is possible', async () => {
		await first.click('#step-check [data-primary]');
		await becomes(first, 'check', 'failed');
		await first.waitForSelector('#step-check pre.out:has-text("aborting")');
		const said = await first.textContent('#step-check pre.out');

		assert.ok(said.includes("<script>alert('from the output')</script>"), 'hostile output is text');
		assert.ok(said.includes('3 of 3') && !said.includes('1 of 3'), 'a progress line is one line');
		assert.ok((await first.textContent('#step-check .note-fail')).length > 30);
		for (const words of ['Try again', 'Skip', 'Roll back', 'Change parameters'])
			assert.ok(await first.locator(`#step-check .actions >> text=${words}`).first().isVisible(), words);
		await look(first, '32-failed');
	});

	test('a changed parameter makes a new plan, which is approved again, and the retry succeeds', async () => {
		await first.click('#step-check .actions a:has-text("Change parameters")');
		await look(first, '33-change');
		await first.selectOption('#param-flag', 'yes');
		await first.click('main form button.primary');
		await first.waitForSelector('.votes');
		await approve();
		const start = first.locator('#panel [data-primary]');

		if (await start.count() > 0)
			await start.click();
		await first.click('#step-check [data-primary]');
		await becomes(first, 'check', 'succeeded');
		await first.click('#step-check:not([open]) > summary');
		await first.click('#step-check .fold:has(.attempt) > summary');
		assert.equal(await first.locator('#step-check .attempt').count(), 2);
	});

	test('a lost outcome is unknown until its probe settles it', async () => {
		await first.click('#step-lose [data-primary]');
		await becomes(first, 'lose', 'running');
		killSteps(process.env.DATA);
		await becomes(first, 'lose', 'unknown');
		await look(first, '34-unknown');
		await first.click('#step-lose [data-primary]');
		await becomes(first, 'lose', 'succeeded');
	});

	test('a confirmed step waits for the signature of somebody else', async () => {
		await first.click('#step-compare [data-primary]');
		await becomes(first, 'compare', 'awaiting_signature');
		assert.equal(await first.locator('#step-compare form[action$="/sign"]').count(), 0);
		await second.goto(run);
		await look(second, '35-signature');
		await second.fill('#step-compare textarea', 'counted twice');
		await second.click('#step-compare [data-primary]');
		await becomes(first, 'compare', 'confirmed');
	});

	test('the rollback offers what undoes the steps that ran', async () => {
		await first.click('#actions > summary');
		await first.click('#actions .ask > summary:has-text("Roll back")');
		await first.fill('#actions form[action$="/rollback"] textarea', 'only to see it');
		await first.click('#actions form[action$="/rollback"] button');
		await first.waitForSelector('#step-uncheck.current [data-primary]');
		await look(first, '36-rollback');
		await first.click('#step-uncheck [data-primary]');
		await becomes(first, 'uncheck', 'succeeded');
		await first.click('#finish [value=rolled_back]');
		await first.waitForSelector('.panel-end.is-rolled_back');
		await look(first, '37-rolled-back');
	});

	test('the secret stands on no page of the run', async () => {
		for (const path of ['', '/report', '/preview/check']) {
			await first.goto(run + path);
			assert.ok(!(await first.content()).includes('not so secret'), path);
		}
	});

	test('no page complained in the console', () => {
		assert.deepEqual([...first.complaints, ...second.complaints], []);
	});

	after(close);
});
