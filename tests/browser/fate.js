/*
 * fate.js: one scene of the FATE upgrade, pressed through as an operator does.
 *
 *	SCENE	allinone (with a wrong password first), ansible, rollback
 *	WHO, PASSWORD, BASE_URL	whom to sign in as, and where
 */
import assert from 'node:assert/strict';
import { close, look, newPage, signIn } from './browser.js';

const scene = process.env.SCENE;
const method = scene === 'allinone' ? 'allinone' : 'ansible';
const page = await newPage();

async function create() {
	await page.goto('/runs/new?runbook=fate');
	await page.check(`input[name=environment][value=${method === 'allinone' ? 'test' : 'production'}]`);
	await page.selectOption('[name=param_method]', method);
	await page.fill('[name=param_db_pass]', scene === 'allinone' ? 'wrong' : 'fate_dev');
	await page.fill('#run-title', `FATE by the browser, ${scene}`);
	await page.click('main form button.primary');
	await page.waitForURL(/\/runs\/\d+/);
	await page.click('#panel button.primary');
	await page.waitForSelector('.step.current');
}

/* The step in focus and its state, as the page says it. */
async function focus() {
	return page.evaluate(() => {
		const step = document.querySelector('.step.current');

		return step && { id: step.id.slice(5),
			state: [...step.classList].find((c) => c.startsWith('is-')).slice(3) };
	});
}

/* Presses the button of the step, with the confirmation that it asks for. */
async function press(id) {
	/* The id of a step of a loop has a dot. */
	const card = page.locator(`[id="step-${id}"]`);
	const ask = card.locator('summary[data-primary]');

	if (await ask.count() === 0)
		return card.locator('[data-primary]').click();
	await ask.click();
	await card.locator('.ask-body input[type=checkbox]').check();
	return card.locator('.ask-body button.big').click();
}

/* Until the step `until` is in focus, nothing is, or one has failed. */
async function go(until) {
	for (let i = 0; i < 60; i++) {
		const { id, state } = await focus() ?? {};

		if (id === undefined || id === until || state === 'failed')
			return id;
		await press(id);
		await page.waitForFunction((was) => {
			const step = document.querySelector('.step.current');
			return step?.id !== `step-${was}` || step.classList.contains('is-failed');
		}, id, { timeout: 90000 });
	}
	throw new Error('the run does not end');
}

async function correctPassword() {
	assert.equal(await go(), 'upgrade');
	const card = page.locator('#step-upgrade');
	const words = await card.innerText();

	assert.match(words, /Access denied for user/, "the script's own words are on the card");
	await look(page, 'fate-failed', { full: false });
	await card.locator('a:has-text("Change parameters")').click();
	await page.fill('[name=param_db_pass]', 'fate_dev');
	await page.click('main form button.primary');
	await page.waitForSelector('#step-upgrade.is-failed');
	await page.click('#step-upgrade [data-primary]:has-text("again"), #step-upgrade button:has-text("again")');
	await page.waitForFunction(() => !document.querySelector('#step-upgrade.current'), null, { timeout: 90000 });
}

async function rollBack() {
	await go('accept');
	await page.click('#actions > summary');
	await page.click('#actions .ask > summary:has-text("Roll back")');
	await page.fill('#actions form[action$="/rollback"] textarea', 'the test wants it back');
	await page.click('#actions form[action$="/rollback"] button');
	await page.waitForFunction(() => document.querySelector('.step.current')?.id !== 'step-accept');
}

try {
	await signIn(page, { name: process.env.WHO, password: process.env.PASSWORD });
	await create();
	if (scene === 'allinone')
		await correctPassword();
	if (scene === 'rollback')
		await rollBack();
	assert.equal(await go(), undefined, 'every step is done');
	await page.click(scene === 'rollback' ? '#finish [value=rolled_back]' : '#finish [data-primary]');
	await page.waitForSelector('.panel-end');
	await page.click('.panel-end a.primary');
	await page.waitForSelector('main.report');
	await look(page, `fate-report-${scene}`);
	assert.deepEqual(page.complaints, []);
} catch (e) {
	await page.screenshot({ path: `../../build/fate-${scene}-broken.png`, fullPage: true });
	console.error(e);
	process.exitCode = 1;
} finally {
	await close();
}
