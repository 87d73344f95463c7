/*
 * viewer.js: the page of one output shows any line of a million by its address,
 * finds text and errors, and follows a program that runs; steps of viewer.py.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { ana, base, close, look, newPage, signIn } from './browser.js';

const auth = { Authorization: `Bearer ${process.env.TOKEN}`, Accept: 'application/json' };
const MILLION = 1000000;

async function ask(method, path, body) {
	const answer = await fetch(base + path, { method, body: body && JSON.stringify(body),
		headers: { ...auth, ...(body && { 'Content-Type': 'application/json' }) } });

	assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
	return answer.json();
}

async function ends(run, step) {
	for (;;) {
		const { state } = (await ask('GET', `/runs/${run}`)).steps.find((s) => s.id === step);

		if (!['ready', 'requested', 'starting', 'running'].includes(state))
			return state;
		await new Promise((done) => setTimeout(done, 200));
	}
}

describe('the page of an output', () => {
	let page, run;
	const output = (step) => `/runs/${run}/steps/${step}/attempts/1/local`;

	/* The row of a line, once it is in view. */
	async function row(n) {
		const at = `#viewer .line:has(> .ln[href="#L${n}"])`;

		await page.waitForFunction((where) => {
			const box = document.querySelector(where)?.getBoundingClientRect();
			const view = document.getElementById('viewer').getBoundingClientRect();

			return box && box.top >= view.top - 1 && box.bottom <= view.bottom + 1;
		}, at);
		return page.locator(at);
	}

	const text = async (n) => (await row(n)).locator('.text').textContent();
	const rows = () => page.locator('#viewer .line').count();
	const found = (words, timeout = 60000) =>
		page.waitForFunction((w) => document.getElementById('out-found').textContent === w, words, { timeout });

	before(async () => {
		page = await newPage();
		await signIn(page, { name: ana.name, password: process.env.PASSWORD });
		run = (await ask('POST', '/runs', { runbook: 'lines', environment: 'test' })).id;
		await ask('POST', `/runs/${run}/start`, {});
		await ask('POST', `/runs/${run}/steps/million/execute`, {});
		assert.equal(await ends(run, 'million'), 'succeeded');
	});

	test('a line in the middle of a million is reached by its address', async () => {
		await page.goto(`${output('million')}#L500000`);
		assert.equal(await text(500000), 'no room');
		assert.equal(await text(500001), '<b>bold</b> & "text"');
		assert.equal(await (await row(500000)).locator('.f1').textContent(), 'no room', 'a colour goes on');
		assert.match(await (await row(500000)).getAttribute('class'), /selected/);
		await page.waitForSelector('#out-range:has-text("1,000,000 lines")');
		assert.ok(await rows() < 2000);
	});

	test('every line can be scrolled to, and none is left out', async () => {
		await page.focus('#viewer');
		for (let i = 0; i < 3; i++) {
			const last = () => page.evaluate(() => {
				const view = document.getElementById('viewer').getBoundingClientRect();
				const seen = [...document.querySelectorAll('#viewer .line')].filter((el) => {
					const box = el.getBoundingClientRect();

					return box.top >= view.top && box.bottom <= view.bottom;
				}).map((el) => Number(el.firstChild.textContent));

				return [seen[0], seen.at(-1)];
			});
			const [first, end] = await last();

			await page.keyboard.press('PageDown');
			await page.waitForFunction((n) => !document.querySelector(`#viewer .ln[href="#L${n}"]`) ||
			    document.querySelector(`#viewer .ln[href="#L${n}"]`).getBoundingClientRect().bottom <
			    document.getElementById('viewer').getBoundingClientRect().top, first);
			await page.waitForTimeout(400);		/* the bar settles */
			const [next] = await last();

			assert.ok(next > first && next <= end + 1, `${next} follows ${end}`);
		}
		await page.keyboard.press('End');
		assert.equal(await text(MILLION), 'the very last needle');
		await page.keyboard.press('Home');
		assert.match(await text(1), /^line 0000001 /);
		assert.ok(await rows() < 2000);
	});

	test('search finds a word of the last line and marks it', async () => {
		await page.fill('#q', 'NEEDLE');
		await page.press('#q', 'Enter');
		assert.equal(await text(MILLION), 'the very last needle');
		await found('Match 1 of 1');
		assert.equal(await page.textContent('#viewer .hit mark'), 'needle');
		await page.fill('#q', 'line 040000');
		await page.press('#q', 'Enter');
		await found('Match 1 of 10');
		await page.press('#q', 'Enter');
		await found('Match 2 of 10');
		await page.press('#q', 'Shift+Enter');
		await found('Match 1 of 10');
		await page.click('#out-before');
		await found('Match 10 of 10');
		assert.match(await text(400009), /^line 0400009 /);
		await page.press('#q', 'Escape');
		await found('');
		assert.equal(await page.locator('#viewer mark').count(), 0);
	});

	test('errors are found, and counts of none are not', async () => {
		await page.focus('#viewer');
		await page.keyboard.press('Home');
		await row(1);
		await page.click('#out-error-next');
		await found('Line 499,999 looks like an error', 120000);
		assert.equal(await text(499999), 'ERROR: disk 7 is full');
		await page.click('#out-error-next');
		await page.waitForSelector('#out-progress', { state: 'hidden', timeout: 120000 });
		assert.equal(await text(999999), 'almost: permission denied');
		await page.click('#out-error-before');
		assert.equal(await text(499999), 'ERROR: disk 7 is full');
		await page.click('#out-error-before');
		await found('Error 2 of 2');
		assert.equal(await text(999999), 'almost: permission denied');
	});

	test('a file of which less is there than was said is an error, and not an output without errors', async () => {
		const cut = (route) => route.fulfill({ status: 206, body: 'half a line' });

		await page.goto('about:blank');
		await page.goto(`${output('million')}#L500100`);
		await row(500100);
		await page.route('**/*.txt', cut);
		await page.click('#out-error-next');
		await found('The search was not carried out. Try again.');
		await page.unroute('**/*.txt', cut);
		await page.click('#out-error-next');
		await found('Line 999,999 looks like an error', 120000);
	});

	test('what is shown of a large file is read, and no more', async () => {
		let bytes = 0;
		const read = async (answer) => {
			if (/\.(txt|lines)(\?|$)/.test(answer.url()))
				bytes += (await answer.request().sizes()).responseBodySize;
		};

		await page.goto('about:blank');
		page.on('response', read);
		await page.goto(output('million'));
		assert.equal(await text(MILLION), 'the very last needle');
		await page.goto('about:blank');
		await page.goto(`${output('million')}#L250000`);
		await row(250000);
		await page.waitForSelector('#out-range:has-text("1,000,000 lines")');
		page.off('response', read);
		assert.ok(bytes > 10000 && bytes < 2e6, `${bytes} bytes of 62 MB were read`);
	});

	test('on paper are the lines that are read, and where all of them are', async () => {
		await page.goto('about:blank');
		await page.goto(`${output('million')}#L250000`);
		await row(250000);
		const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
		const sheets = pdf.match(/\/Type\s*\/Page\b/g).length;

		await page.emulateMedia({ media: 'print' });
		const { height, gap, note } = await page.evaluate(() => {
			const box = (what) => document.querySelector(what).getBoundingClientRect();

			return { height: box('#viewer').height, gap: box('#viewer .line').top - box('#viewer').top, note: box('.print-only').height };
		});

		await page.emulateMedia({ media: null });
		assert.ok(sheets <= 8 && gap < 50 && height < 20000 && note > 0, `${sheets} sheets, ${gap} px, ${height} px, ${note} px`);
	});

	test('a search shows how far it is, and is cancelled', async () => {
		let pieces = 0, go, asked;
		const held = new Promise((done) => { go = done; });
		const third = new Promise((done) => { asked = done; });

		await page.route(/\.lines\?.*q=/, async (route) => {
			if (++pieces === 3) {
				asked();
				await held;
			}
			await route.continue();
		});
		await page.fill('#q', 'line 0200000');
		await page.press('#q', 'Enter');
		await third;
		assert.ok(await page.$eval('#out-progress', (o) => o.value) > 0.05);
		await page.click('#out-cancel');
		go();
		await found('Cancelled. What was searched has nothing.');
		assert.ok(await page.isHidden('#out-progress') && await page.isHidden('#out-cancel'));
		assert.equal(pieces, 3);
		await page.unroute(/\.lines\?.*q=/);
		await page.press('#q', 'Escape');
	});

	test('a number sets the address, with shift that of a range', async () => {
		await page.fill('#out-line', '700000');
		await page.press('#out-line', 'Enter');
		await row(700000);
		assert.equal(new URL(page.url()).hash, '#L700000');
		await page.click('#viewer .ln[href="#L700002"]');
		await page.click('#viewer .ln[href="#L700005"]', { modifiers: ['Shift'] });
		assert.equal(new URL(page.url()).hash, '#L700002-L700005');
		assert.equal(await page.locator('#viewer .selected').count(), 4);
		await page.reload();
		await row(700002);
		assert.equal(await page.locator('#viewer .selected').count(), 4);
	});

	test('times are read when they are asked for', async () => {
		const asked = [];

		page.on('request', (r) => r.url().endsWith('.times') && asked.push(r.url()));
		assert.equal(await page.locator('#viewer .when').count(), 0);
		assert.deepEqual(asked, []);
		await page.check('#out-times');
		await page.waitForSelector('#viewer .when');
		assert.equal(asked.length, 1);
		assert.match(await (await row(700002)).locator('.when').textContent(), /^\d\d:\d\d:\d\d$/);
		await page.uncheck('#out-times');
		await page.waitForSelector('#viewer .when', { state: 'detached' });
	});

	test('of the lines that are selected the text is copied', async () => {
		await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
		await page.click('#out-copy');
		await found('Copied');
		assert.equal(await page.evaluate(() => navigator.clipboard.readText()),
		    [2, 3, 4, 5].map((n) => `line 070000${n} of many, with 0 errors\n`).join(''));
	});

	test('it is legible at each width, in each theme and language', async () => {
		await look(page, '70-viewer', { full: false });
		await page.context().addCookies([{ name: 'lang', value: 'zh-CN', url: base }]);
		await page.reload();
		await page.waitForSelector('#out-range:has-text("共 1,000,000 行")');
		await look(page, '71-viewer-zh', { full: false });
		await page.context().clearCookies({ name: 'lang' });
	});

	test('a line that is longer than what is loaded at once shows its beginning', async () => {
		await ask('POST', `/runs/${run}/steps/long/execute`, {});
		assert.equal(await ends(run, 'long'), 'succeeded');
		await page.goto(output('long'));
		assert.equal(await text(2), 'behind it');
		assert.match(await page.textContent('#viewer .line .text'), /^\['client-00000 of them all, 客户端, .* … \+\d{6,}$/);
		await page.check('#out-wrap');
		assert.equal(await text(2), 'behind it');
		await page.focus('#viewer');
		await page.keyboard.press('Home');
		await page.waitForFunction(() => document.getElementById('viewer').scrollTop === 0);
	});

	test('the line that reject= found is an error', async () => {
		await ask('POST', `/runs/${run}/steps/rejected/execute`, {});
		assert.equal(await ends(run, 'rejected'), 'failed');
		await page.goto(output('rejected'));
		await row(601);
		await page.click('#out-error-before');
		await found('Error 1 of 1');
		assert.equal(await text(301), 'quota of vol1 is 97');
		await page.waitForSelector('#viewer .line.hit.error');
		await page.check('#out-times');
		await page.fill('#q', 'vol1');
		await page.press('#q', 'Enter');
		await page.waitForSelector('#viewer .hit .when + .text mark');
		await look(page, '72-viewer-error', { full: false });
		await ask('POST', `/runs/${run}/steps/rejected/skip`, { reason: 'it was meant to fail' });
	});

	test('it follows a program that runs, until it has ended', async () => {
		await ask('POST', `/runs/${run}/steps/grow/execute`, {});
		while ((await ask('GET', `/runs/${run}`)).steps.find((s) => s.id === 'grow').state !== 'running')
			await page.waitForTimeout(100);
		await page.goto(output('grow'));
		assert.equal(await text(5), 'early 5');
		assert.ok(await page.isVisible('#out-follow'));
		assert.equal(await page.$eval('#viewer', (el) => el.clientHeight), 5 * 20, 'as high as its lines');
		writeFileSync(`${process.env.GATE}/go`, '');
		assert.equal(await text(3005), 'late 3000');
		await page.focus('#viewer');
		await page.keyboard.press('Home');
		assert.equal(await text(1), 'early 1');
		assert.ok(!await page.isChecked('#out-follow input'), 'who scrolls away stays there');
		writeFileSync(`${process.env.GATE}/end`, '');
		await page.waitForSelector('#out-range:has-text("3,006 lines")');
		assert.equal(await text(1), 'early 1');
		await page.waitForSelector('#out-follow', { state: 'hidden' });
		await page.waitForSelector('.output-facts.is-succeeded');
	});

	test('no page complained in the console', () => assert.deepEqual(page.complaints, []));

	after(close);
});
