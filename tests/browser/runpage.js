/*
 * runpage.js: the page of a run, as people work with it.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { execute, must, started, stepOf } from './api.js';
import { ana, becomes, close, inView, look, newPage, signIn } from './browser.js';

const who = { name: ana.name, password: process.env.PASSWORD };
const STEPS = 12;

describe('the bar', () => {
	let page, run;

	before(async () => {
		page = await newPage();
		await signIn(page, who);
	});

	for (const [width, height, most] of [[1280, 900, 100], [360, 740, 60]])
		test(`at ${width}x${height} it has what is next and its button, after each press`, async () => {
			await page.setViewportSize({ width, height });
			run = await started('walk');
			await page.goto(run);
			for (let i = 1; i <= STEPS; i++) {
				await page.waitForSelector(`#step-s${i}.current`);
				await inView(page, `.bar-do [form="do-s${i}"]`);
				assert.ok(await page.$eval('.bar-what', (el) => el.closest('.bar').clientHeight) <= most, 'it is one line');
				await page.click(`.bar-do [form="do-s${i}"]`);
				await becomes(page, `s${i}`, i % 2 ? 'confirmed' : 'succeeded', { state: 'attached' });
			}
			await page.waitForSelector('.bar-do a[href="#finish"]');
			await page.click('.bar-do a[href="#finish"]');
			await inView(page, '#finish [data-primary]');
		});

	test('its button sends what was typed in the card', async () => {
		run = await started('walk');
		await page.goto(run);
		await page.fill('#step-s1 textarea[name=note]', 'seen in the card');
		await page.click('.bar-do [form="do-s1"]');
		await becomes(page, 's1', 'confirmed', { state: 'attached' });
		assert.equal((await stepOf(run, 's1')).reason, 'seen in the card');
	});

	test('a refusal of its button is said in view, and it can be pressed again', async () => {
		await page.waitForSelector('#step-s2.current');
		await page.route('**/execute', (route) => route.fulfill({ status: 409, contentType: 'application/json',
			body: '{"error": {"code": "changed", "message": "Not now."}}' }));
		await page.click('.bar-do [form="do-s2"]');
		await page.waitForSelector('.said:has-text("Not now.")');
		await inView(page, '.said');
		await page.unroute('**/execute');
		await page.click('.bar-do [form="do-s2"]:not([aria-disabled])');
		await becomes(page, 's2', 'succeeded', { state: 'attached' });
	});

	test('pause stands in it, and resume is then what is next', async () => {
		await page.click('.bar-do form[action$="/pause"] button');
		await page.click('.bar-do [form="do-resume"]');
		await page.waitForSelector('.bar-do [form="do-s3"]');
	});

	test('on a phone output begins in the upper half, and what runs is ended by a second press', async () => {
		const slow = await started('slow');

		await page.setViewportSize({ width: 360, height: 740 });
		await must('POST', `${slow}/steps/slow/execute`, {});
		await page.goto(slow);
		await page.waitForSelector('#step-slow .out:has-text("the first line")');
		const top = await page.$eval('#step-slow .out', (el) => el.getBoundingClientRect().top + scrollY);

		assert.ok(top <= 400, `it begins at ${top} px`);
		await page.click('.outline-small > summary');	/* nothing lies over it */
		await page.waitForSelector('.outline-small[open] a[href="#work"]');
		await page.click('#step-slow summary:has-text("Stop this step")');
		assert.equal((await stepOf(slow, 'slow')).state, 'running');
		await page.click('#step-slow .ask[open] form[action$="/cancel"] button');
		await becomes(page, 'slow', 'failed', { state: 'attached' });
		await page.goto(run);
	});

	test('the menu has what can be done with the run, and closes by Escape', async () => {
		await page.click('#actions > summary');
		for (const [width, height] of [[1280, 900], [360, 740]]) {
			await page.setViewportSize({ width, height });
			await inView(page, '#actions .ask:has(form[action$="/park"]) > summary');
			await inView(page, '#actions .ask:has(form[action$="/abort"]) > summary');
		}
		await look(page, '95-actions', { full: false });
		await page.keyboard.press('Escape');
		await page.waitForSelector('#actions:not([open])');
		await page.click('#actions > summary');
		await page.click('#actions .ask:has(form[action$="/abort"]) > summary');
		await page.fill('#actions form[action$="/abort"] textarea', 'enough');
		await page.click('#actions form[action$="/abort"] button');
		await page.waitForSelector('.panel-end.is-aborted');
		assert.equal(await page.locator('#actions').count(), 0);
		assert.equal((await must('GET', run)).state, 'aborted');
	});

	test('no page complained in the console', () => assert.deepEqual(page.complaints, []));
});

describe('the outline', () => {
	let page, run;
	const current = '#outline [aria-current=step]';

	before(async () => {
		page = await newPage();
		await signIn(page, who);
		run = await started('loop', { list: Array.from({ length: 40 }, (_, i) => `w${i}`).join('\n') });
		await page.goto(run);
	});

	test('has the steps of the section in which somebody works, those around the current one', async () => {
		assert.match(await page.innerText(current), /Begin/);
		await execute(run, 'begin');
		for (let i = 0; i < 20; i++)
			await must('POST', `${run}/steps/each.w${i}/confirm`, { note: '' });
		await page.waitForFunction((what) => /w20/.test(document.querySelector(what)?.innerText), current);
		await inView(page, current);
		assert.equal(await page.locator('#outline .outline-steps a').count(), 1);
	});

	test('of a long section some before and behind, and how many others there are', async () => {
		const wide = await started('wide');

		for (let i = 0; i < 10; i++)
			await must('POST', `${wide}/steps/c${i}/confirm`, { note: '' });
		await page.goto(wide);
		assert.deepEqual(await page.locator('#outline .outline-steps li').allInnerTexts().then((all) => [all.length, all[0], all.at(-1)]),
			[9, '8 before', '15 more']);
		await page.goto(run);
	});

	test('/ finds a step by words of its title, and Enter goes there', async () => {
		await page.keyboard.press('/');
		await page.keyboard.type('w3');
		assert.deepEqual(await page.locator('#outline .find li').allInnerTexts(),
			['3', ...Array.from({ length: 10 }, (_, i) => `3${i}`)].map((n) => `Tell w${n}`));
		await look(page, '97-find', { full: false });
		await page.fill('#outline .find input', 'w37 tell');
		assert.equal(await page.locator('#outline .find li').count(), 1);
		await page.keyboard.press('Enter');
		await inView(page, '[id="step-each.w37"][open] > summary');
		assert.equal(await page.inputValue('#outline .find input'), '');
		await page.keyboard.press('/');
		await page.keyboard.type('nowhere');
		await page.waitForSelector('#outline .find p:not([hidden])');
		await page.keyboard.press('Escape');
		await page.waitForSelector('#outline .outline-list');
	});

	test('tells apart what was skipped and what was skipped after failing', async () => {
		const mixed = await started('mixed');

		await execute(mixed, 'one');
		assert.equal((await execute(mixed, 'two')).state, 'failed');
		await must('POST', `${mixed}/steps/two/skip`, { reason: 'known' });
		await must('POST', `${mixed}/steps/three/skip`, { reason: 'not needed' });
		await page.goto(mixed);
		assert.match(await page.innerText('#outline li:has(> [href="#work"])'), /1 skipped\s.*1 skipped after failing\s.*1\/3/s);
	});

	test('no page complained in the console', () => assert.deepEqual(page.complaints, []));
});

describe('a point of no return', () => {
	let page, run;

	before(async () => {
		page = await newPage();
		await signIn(page, who);
		run = await started('final');
		assert.equal((await execute(run, 'stop')).state, 'succeeded');
		await page.goto(run);
	});

	test('is confirmed in a dialog that names the targets and what is lost, by the keyboard too', async () => {
		await page.keyboard.press('e');
		await page.keyboard.press('e');
		await page.waitForSelector('#step-drop dialog:modal');
		assert.match(await page.innerText('#step-drop dialog'), new RegExp(['Drop the tables', 'acts on h001, h002.*h014',
			'Nothing else has what customers wrote', 'echo dropped', 'can undo these steps until now', 'Stop the greeter', 'no way back'].join('.*'), 's'));
		await look(page, '98-final', { full: false });
		await page.keyboard.press('Escape');
		await page.waitForSelector('#step-drop details.ask:not([open])');
		assert.equal((await stepOf(run, 'drop')).state, 'ready');
	});

	test('which closes by its button, and once it has been pressed', async () => {
		await page.click('#step-drop summary[data-primary]');
		await page.click('#step-drop [data-close]');
		await page.waitForSelector('#step-drop details.ask:not([open])');
		await page.click('#step-drop summary[data-primary]');
		await page.click('#step-drop dialog .solid');
		assert.equal((await stepOf(run, 'drop')).state, 'ready', 'not without the mark');
		await page.check('#step-drop dialog [name=understood]');
		await page.click('#step-drop dialog .solid');
		await becomes(page, 'drop', 'succeeded');
		assert.equal(await page.locator('dialog:modal').count(), 0);
		assert.deepEqual(page.complaints, []);
	});
});

describe('an approval', () => {
	let page;

	const created = async (values) => (await must('POST', '/runs', { runbook: 'agreed', environment: 'test',
		reason: 'CHG-7: the disk is full', parameters: { pass: 'well hidden', ...values } })).id;

	async function approve(id) {
		await page.goto(`/runs/${id}`);
		await page.click('#panel [value=approve]');
		await page.waitForSelector('#panel .votes', { state: 'detached' });
	}

	before(async () => {
		page = await newPage();
		await signIn(page, { name: 'bo', password: process.env.PASSWORD });
	});

	test('shows all that it is given to', async () => {
		const id = await created({});

		await page.goto(`/runs/${id}`);
		const panel = await page.innerText('#panel');

		for (const words of [/CHG-7: the disk is full/, /Target version:\s+1\.4\.1/, /Password:\s+••••/, /h001\s+\S+@127\.0\.0\.1:\d+/,
			/Cannot be undone\s+Drop the tables/, /No run of this runbook has succeeded/, /approver 0 of 1 · May approve: bo/])
			assert.match(panel, words);
		assert.ok(!panel.includes('h002'), 'no target that it does not act on');
		const plan = await page.$eval('#panel dd code[title]', (el) => [el.textContent, el.title]);

		assert.match(plan[1], /^[0-9a-f]{64}$/);
		assert.equal(plan[0], plan[1].slice(0, 8));
		await look(page, '99-approval');
		assert.equal(await page.locator('#step-drop[open]').count(), 0, 'the plan is lines');
		await page.click('#panel a:has-text("Unfold all steps")');
		await page.waitForSelector('#step-drop[open] .step-body');
		await approve(id);
		await must('POST', `/runs/${id}/start`, {});
		await execute(`/runs/${id}`, 'drop', { understood: true });
		await must('POST', `/runs/${id}/close`, { result: 'succeeded', note: '' });
	});

	test('says what differs from the last success', async () => {
		await page.goto(`/runs/${await created({ version: '1.5.0' })}`);
		const since = await page.locator('#panel .facts > div', { hasText: 'Since the last success' }).innerText();

		assert.match(since, /version: 1\.4\.1 → 1\.5\.0/);
		assert.match(since, /pass: another secret/);
		assert.doesNotMatch(since, /h001|document/);
		assert.deepEqual(page.complaints, []);
	});
});

describe('a step that failed', () => {
	let page, run;

	before(async () => {
		page = await newPage();
		await signIn(page, who);
		run = await started('group');
		assert.equal((await execute(run, 'roll')).state, 'failed');
		await page.goto(run);
	});

	test('says why in its own words, equal failures once', async () => {
		const said = await page.locator('#step-roll .failures li').allInnerTexts();

		assert.equal(said.length, 2);
		assert.match(said[0], /6 × h002, h005, h006, h009 and 2 more\s+exit code 3\s+…: package database is locked/);
		assert.match(said[1], /h004\s+exit code 28\s+<b>No space<\/b>/);
	});

	test('says what is possible and what each choice does, in view', async () => {
		for (const [choice, help] of [['Retry on 7 failed', /has not succeeded/], ['Skip', /Goes on without/]])
			assert.match(await page.locator(`#step-roll .choices > :has-text("${choice}") + .help`).first().innerText(), help);
		await inView(page, '#step-roll .choices [data-primary]');
		await look(page, '96-choices', { full: false });
	});

	test('keeps its reason in its line, also once it is skipped', async () => {
		await page.click('#step-roll > summary');
		assert.match(await page.innerText('#step-roll > summary'), /6 × exit code 3 …: package database is locked/);
		await must('POST', `${run}/steps/roll/skip`, { reason: 'they are switched off' });
		await becomes(page, 'roll', 'skipped_failed');
		assert.match(await page.innerText('#step-roll > summary'), /they are switched off/);
	});

	test('a person without the role sees who has it, and a link to send them', async () => {
		await page.waitForSelector('#step-agree.current');
		assert.match(await page.innerText('#step-agree'), /role dba.*Who has it: bo/s);
		assert.equal(await page.getAttribute('#step-agree .ask-link a', 'href'), `${run}#step-agree`);
		await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
		await page.click('#step-agree [data-copy]');
		await page.waitForSelector('#step-agree [data-copy]:has-text("Copied")');
		assert.equal(await page.evaluate(() => navigator.clipboard.readText()), new URL(`${run}#step-agree`, page.url()).href);
	});

	test('no page complained in the console', () => assert.deepEqual(page.complaints, []));
});

after(close);
