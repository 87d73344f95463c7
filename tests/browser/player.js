/*
 * player.js: a recording is replayed in a terminal that does nothing but show;
 * runbook play.md.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ana, becomes, close, look, newPage, signIn } from './browser.js';

describe('the replay of a recording', () => {
	let page, run;
	const screen = () => page.textContent('.player-screen .xterm-rows');
	const position = () => page.textContent('.player output');

	before(async () => {
		page = await newPage();
		await signIn(page, ana);
		await page.goto('/runs/new?runbook=play');
		await page.check('input[name=environment][value=test]');
		await page.click('main form button.primary');
		await page.waitForURL(/\/runs\/\d+/);
		run = new URL(page.url()).pathname;
		await page.click('#panel button.primary');
		await page.click('#step-print [data-primary]');
		await becomes(page, 'print', 'succeeded');
	});

	test('the attempt leads to it, and it stands at its end', async () => {
		await page.goto(run);
		await page.click('#step-print > summary');
		await page.click('#step-print a[href$=".play"]');
		await page.waitForSelector('.player:not([hidden]) .xterm-rows');
		await page.waitForFunction(() => document.querySelector('.xterm-rows').textContent.includes('last line'));
		assert.match(await screen(), /red a link/);
		assert.match(await screen(), /100 %/);
		await look(page, '60-replay');
	});

	test('hostile sequences leave no link, no title and no clipboard', async () => {
		await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
		await page.evaluate(() => navigator.clipboard.writeText('what the viewer copied'));
		await page.reload();
		await page.waitForFunction(() => document.querySelector('.xterm-rows')?.textContent.includes('last line'));
		assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'what the viewer copied');
		assert.equal(await page.locator('.player-screen a').count(), 0);
		assert.match(await page.title(), /Print/);
		assert.equal(await page.locator('.player-screen .xterm-underline-5').count(), 0);
		assert.deepEqual(page.complaints, []);
	});

	test('it goes back, plays, and ends', async () => {
		await page.focus('.player-screen');
		await page.keyboard.press('Home');
		assert.match(await position(), /^0:00 /);
		await page.waitForFunction(() => !document.querySelector('.xterm-rows').textContent.includes('last line'));
		await page.selectOption('.player select', '8');
		await page.click('.player [data-do=toggle]');
		await page.waitForFunction(() => document.querySelector('.xterm-rows').textContent.includes('last line'));
		await page.waitForFunction(() => document.querySelector('.player [data-do=toggle]').textContent === 'Play');
		assert.deepEqual(page.complaints, []);
	});

	test('without scripts its text stands there', async () => {
		const plain = await newPage({ javaScriptEnabled: false });

		await signIn(plain, ana);
		await plain.goto(`${run}/steps/print/attempts/1/local.play`);
		assert.match(await plain.textContent('#as-text'), /last line/);
	});

	after(close);
});
