/*
 * new-user.js: what somebody does who has just started the console: the
 * printed link, the example runbook, a run from first step to report.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ana, becomes, close, inState, look, newPage, setupLink, shotsFolder } from './browser.js';

describe('a new user', () => {
	let page;

	before(async () => {
		page = await newPage();
	});

	test('the printed link creates the first admin and signs in', async () => {
		assert.ok(setupLink, 'SETUP_LINK is what the console printed');
		await page.goto(setupLink);
		await look(page, '01-setup');
		await page.fill('#name', ana.name);
		await page.fill('#password', ana.password);
		await page.click('main button');
		await page.waitForURL((url) => url.pathname === '/');
		await look(page, '02-home-empty');
	});

	test('the link works once', async () => {
		const stranger = await newPage();

		await stranger.goto(setupLink);
		await stranger.fill('#name', 'mallory');
		await stranger.fill('#password', 'mallory was here too');
		await stranger.click('main button');
		await stranger.waitForSelector('[role=alert]');
		await stranger.context().close();
	});

	test('the library leads to the example runbook and its form', async () => {
		await page.click('nav >> text=Runbooks');
		await look(page, '03-runbooks');
		await page.click('a[href="/runbooks/hello"]');
		await look(page, '04-runbook');
		await page.click('main .page-head a.primary');
		await look(page, '05-new-run');
	});

	test('a wrong value comes back with what was typed and a sentence at its field', async () => {
		await page.check('input[name=environment][value=test]');
		await page.fill('#param-greeting', 'Hello <script>');
		await page.fill('#reason', 'Trying it out');
		await page.click('main form button.primary');
		await page.waitForSelector('.field-wrong .field-error');
		assert.equal(await page.inputValue('#param-greeting'), 'Hello <script>');
		assert.equal(await page.inputValue('#reason'), 'Trying it out');
		assert.ok(await page.isChecked('input[name=environment][value=test]'));
		await look(page, '06-new-run-wrong');
	});

	test('the run shows its whole plan before anything runs', async () => {
		await page.fill('#param-greeting', 'Hello, new user!');
		await page.fill('#run-title', 'My first run');
		await page.click('main form button.primary');
		await page.waitForURL(/\/runs\/\d+/);
		await page.click('#panel a[href$="?plan=open"]');
		assert.match(await page.innerText('#step-stop[open] pre'), /Visitors still being greeted/);
		await look(page, '07-run-ready');
		await page.click('#panel button.primary');
		await page.waitForSelector('#step-announce.current');
		await look(page, '08-run-started');
	});

	test('a manual step is confirmed with a note', async () => {
		await page.fill('#step-announce textarea[name=note]', 'told the night shift');
		await page.click('#step-announce [data-primary]');
		await becomes(page, 'announce', 'confirmed');
		assert.match(await page.textContent('#step-announce .settled'), /told the night shift/);
	});

	test('the button says where it runs, and the next step comes into focus', async () => {
		assert.match(await page.textContent('#step-prepare [data-primary]'), /^Run on this/);
		await page.click('#step-prepare [data-primary]');
		await becomes(page, 'prepare', 'succeeded');
		await page.waitForSelector('#step-stop.current');
	});

	test('output appears while the step runs', async () => {
		await page.click('#step-stop [data-primary]');
		await page.waitForSelector(inState('stop', 'running') + ' pre.out:has-text("Visitors still being greeted: 4")');
		assert.equal(await page.locator('#step-stop pre.out:has-text("greeted: 1")').count(), 0);
		await page.waitForFunction(() => {
			const r = document.querySelector('#step-stop pre.out').getBoundingClientRect();

			return r.top >= 0 && r.bottom <= innerHeight;
		});
		await look(page, '09-run-running', { full: false });
		await becomes(page, 'stop', 'succeeded');
	});

	test('a step that is over is one line, which a click or o unfolds', async () => {
		await page.waitForSelector('#step-stop:not([open])');
		assert.match(await page.innerText('#step-stop > summary'), /\bs\b.*ana.*\d\d:\d\d.*Succeeded/s);
		assert.ok(await page.$eval('#step-stop', (el) => el.clientHeight) < 60, 'it is one line');
		await page.focus('#step-stop > summary');
		await page.keyboard.press('o');
		await page.waitForSelector('#step-stop pre.out:has-text("stopped")');
	});

	test('the full output has a page of its own', async () => {
		await page.click('#step-stop .target-head a');
		await page.waitForSelector('pre.out-full:has-text("stopped")');
		await look(page, '10-output', { full: false });
		await page.fill('#q', 'greeted: 3');
		await page.press('#q', 'Enter');
		await page.waitForSelector('#viewer .hit:has-text("greeted: 3")');
		await page.click('.crumb a');
		await page.waitForSelector('.step.current');
	});

	test('the preview shows the text and the values', async () => {
		await page.click('#step-configure .step-links a');
		await page.waitForSelector('table:has-text("Hello, new user!")');
		await look(page, '11-preview');
		await page.click('main .actions a.primary');
		await page.waitForSelector('#step-configure.current');
	});

	test('the keyboard presses the step that is next', async () => {
		await page.keyboard.press('.');
		await page.keyboard.press('e');
		await page.keyboard.press('e');
		await becomes(page, 'configure', 'succeeded');
		await page.keyboard.press('?');
		await page.waitForSelector('#keys[open]');
		await page.keyboard.press('Escape');
	});

	test('a step that stands under a false condition is not part of the run', async () => {
		await page.click('#step-start [data-primary]');
		await becomes(page, 'start', 'succeeded');
		await becomes(page, 'ask-often', 'excluded');
		await page.click('#step-verify [data-primary]');
		await becomes(page, 'verify', 'confirmed');
	});

	test('the point of no return asks again', async () => {
		await page.waitForSelector('#step-clean.current');
		await page.click('#step-clean summary[data-primary]');
		await look(page, '12-irreversible', { full: false });
		await page.click('#step-clean .ask-body button');
		assert.equal(await page.locator(inState('clean', 'succeeded')).count(), 0);
		await page.check('#step-clean .ask-body input[type=checkbox]');
		await page.click('#step-clean .ask-body button');
		await becomes(page, 'clean', 'succeeded');
	});

	test('the run is closed and its report read', async () => {
		await page.waitForSelector('#finish [data-primary]');
		await look(page, '13-run-finished');
		await page.click('#finish [data-primary]');
		await page.waitForSelector('.panel-end.is-succeeded');
		await look(page, '14-run-ended');
		await page.click('.panel-end a.primary');
		await page.waitForSelector('main.report');
		const text = await page.textContent('main');

		for (const words of ['My first run', 'told the night shift', 'Hello, new user!', 'Succeeded', 'ana'])
			assert.ok(text.includes(words), `the report says “${words}”`);
		await look(page, '15-report');
		await page.pdf({ path: join(shotsFolder, 'report.pdf'), preferCSSPageSize: true });
	});

	test('the other pages pass too', async () => {
		for (const [name, path] of [['16-home', '/'], ['17-runs', '/runs'], ['18-users', '/users'],
		    ['19-tokens', '/tokens'], ['20-password', '/password'], ['21-not-found', '/runs/999999'],
		    ['22-tour', '/runbooks/tour']]) {
			await page.goto(path);
			await look(page, name);
		}
	});

	test('the language is switched and remembered', async () => {
		await page.goto('/runs');
		await page.click('.menu > summary');
		await page.click('.menu-body button[name=lang]');
		await page.waitForSelector('html[lang=zh-CN]');
		await page.goto('/');
		assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN');
		await look(page, '23-home-zh');
		await page.click('.menu > summary');
		await page.click('.menu-body button[name=lang]');
		await page.waitForSelector('html[lang=en]');
	});

	test('no page complained in the console', () => {
		assert.deepEqual(page.complaints, []);
	});

	after(close);
});
