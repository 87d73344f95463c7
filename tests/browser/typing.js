/*
 * typing.js: people talk to a program in its terminal; runbook typing.md.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ana, becomes, bo, close, look, newPage, signIn } from './browser.js';

describe('the terminal of an interactive step', () => {
	let page, other, run, terminal;
	const rows = (p) => p.locator('.xterm-rows > div').count();
	const shows = (p, text) => p.waitForFunction((t) => document.querySelector('.xterm-rows')?.textContent.replaceAll('\u00a0', ' ').includes(t), text);

	before(async () => {
		page = await newPage();
		await signIn(page, ana);
		await page.goto('/runs/new?runbook=typing');
		await page.check('input[name=environment][value=test]');
		await page.click('main form button.primary');
		await page.waitForURL(/\/runs\/\d+/);
		run = new URL(page.url()).pathname;
		terminal = `${run}/steps/talk/attempts/1/local.terminal`;
		await page.click('#panel button.primary');
		await page.click('#step-talk [data-primary]');
		await page.waitForSelector('#step-talk .typing a');
	});

	test('the card leads to it', async () => {
		await page.waitForFunction(() => document.querySelector('#step-talk pre.out')?.textContent.includes('Please choose'));
		await look(page, '61-typing-card');
		await page.click('#step-talk .typing a');
		await shows(page, 'Please choose: ');
	});

	test('somebody types, another watches, and nothing is typed by the terminal itself', async () => {
		other = await newPage();
		await signIn(other, bo);
		await other.goto(terminal);
		await shows(other, 'Please choose: ');
		await page.keyboard.type('twp');
		await page.keyboard.press('Backspace');
		await page.keyboard.type('o\n');
		await shows(other, 'You chose two, size ');
		await shows(page, 'Password: ');
	});

	test('the terminal is as large as the window of the one who types, for all', async () => {
		const [, high, wide] = /size (\d+) (\d+)/.exec((await page.textContent('.xterm-rows')).replaceAll('\u00a0', ' '));

		assert.ok(Number(wide) > 100 && Number(high) > 24, `${wide} by ${high}`);
		for (const each of [page, other])
			await each.waitForFunction((n) => document.querySelectorAll('.xterm-rows > div').length === n, Number(high));
		await look(other, '63-terminal-watched');
		await look(page, '62-terminal');
	});

	test('a password without echo, pasted in one piece, is on no screen', async () => {
		await page.focus('.xterm-helper-textarea');
		await page.evaluate(() => {
			const data = new DataTransfer();

			data.setData('text/plain', 'secret words');
			document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
		});
		await page.keyboard.press('Enter');
		await shows(page, 'It has 12 characters');
		await shows(other, 'It has 12 characters');
		assert.doesNotMatch(await other.textContent('.xterm-rows'), /secret/);
	});

	test('requests and answers that are lost on the way lose no key and double none', async () => {
		let away = true, lost = 0;

		await page.route('**/type', async (route) => {
			if (!away)
				await route.fetch();
			if (away || lost++ < 2)
				await route.abort();
			else
				await route.continue();
		});
		await page.focus('.xterm-helper-textarea');
		await page.keyboard.type('0123456789\n');
		await page.waitForSelector('#terminal-said:not([hidden])');
		assert.match(await page.textContent('#terminal-said'), /sent when it does/);
		await page.setViewportSize({ width: 700, height: 860 });
		away = false;
		await shows(other, 'You said 0123456789, size ');
		assert.match(await other.textContent('.xterm-rows'), /9, size.\d\d.[78]\d\./);
		await page.waitForSelector('#terminal-said', { state: 'hidden' });
		assert.ok(lost > 2);
		await page.unroute('**/type');
		await page.setViewportSize({ width: 1280, height: 860 });
		page.complaints = page.complaints.filter((text) => !/ERR_FAILED/.test(text));
	});

	test('who leaves and comes back finds it as it is', async () => {
		await page.goto('/runs');
		await page.goto(terminal);
		await shows(page, 'You chose two');
		await shows(page, 'Once more:');
	});

	test('who may not type reads who does, and who did', async () => {
		const vic = { name: 'vic', password: 'looking over shoulders' };
		const watcher = await newPage();

		await page.goto('/users');
		await page.fill('#add-name', vic.name);
		await page.fill('#add-password', vic.password);
		await page.click('section.panel button.primary');
		await page.waitForSelector('.person:has-text("vic")');
		await page.goto(terminal);
		await signIn(watcher, vic);
		await watcher.goto(terminal);
		await shows(watcher, 'Once more:');
		assert.match(await watcher.textContent('.player .help'), /You watch\. Who types has the role operator\. So far ana typed here\./);
		assert.equal(await watcher.locator('#terminal-form').count(), 0);
		await watcher.keyboard.type('nothing');
		await watcher.focus('.xterm-helper-textarea');
		await watcher.keyboard.type('nothing');
		await look(watcher, '64-terminal-viewer');
		await other.focus('.xterm-helper-textarea');
		await other.keyboard.type('n');
		await other.keyboard.press('Backspace');
		await watcher.waitForFunction(() => /So far ana, bo typed here/.test(document.getElementById('terminal-typists').textContent));
		assert.doesNotMatch(await watcher.textContent('.xterm-rows'), /nothing/);
		assert.deepEqual(watcher.complaints, []);

		const plain = await newPage({ javaScriptEnabled: false });

		await signIn(plain, vic);
		await plain.goto(terminal);
		assert.equal(await plain.locator('meta[http-equiv=refresh]').count(), 1);
	});

	test('without scripts there is a line to send, and nothing empties it', async () => {
		const plain = await newPage({ javaScriptEnabled: false });

		await signIn(plain, ana);
		await plain.goto(terminal);
		assert.match(await plain.textContent('#as-text'), /Once more/);
		await plain.click('#terminal-form a:has-text("Look again")');
		assert.equal(await plain.locator('meta[http-equiv=refresh]').count(), 0);
		await plain.goto(run);
		assert.equal(await plain.locator('meta[http-equiv=refresh]').count(), 0);
		assert.ok(await plain.locator('#step-talk .attempt-head a:has-text("Look again")').isVisible());
		assert.match(await plain.textContent('#step-talk pre.out'), /Once more/);
		await plain.fill('#step-talk input[name=line]', 'and out');
		await plain.click('#step-talk .typing-line button');
		await shows(other, 'The end: and out');
		await page.waitForSelector('#terminal-said.note-info:not([hidden])');
		await page.waitForSelector('.output-facts.is-succeeded');
		assert.ok(!await page.locator('#terminal .help').isVisible());
		await page.goto(run);
		await becomes(page, 'talk', 'succeeded');
		await page.goto(terminal.replace('.terminal', '.play'));
		await shows(page, 'The end: and out');
		assert.equal(await rows(page), await rows(other));
		await page.focus('.player-screen');
		await page.keyboard.press('Home');
		await page.waitForFunction(() => document.querySelectorAll('.xterm-rows > div').length === 24);
		assert.deepEqual(page.complaints, []);
		assert.deepEqual(other.complaints, []);
	});

	after(close);
});
