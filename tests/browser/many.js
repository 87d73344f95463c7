/*
 * many.js: a step on 1,000 targets, of which eight fail, and a run of 1,000
 * steps: what needs a person is in view, what is looked for is found, and the
 * pages stay small.  Times depend on the machine and are printed.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ask, execute, must, started } from './api.js';
import { ana, becomes, close, fits, inView, newPage, signIn } from './browser.js';

const who = { name: ana.name, password: process.env.PASSWORD };
const KB = 1024;
const sizes = [[1280, 900], [360, 740]];

const bytesOf = async (path) => Buffer.byteLength((await ask('GET', path, undefined, undefined, 'text/html')).text);

/* Bytes over the wire, as nginx compresses them. */
const packed = (page) => page.evaluate(() => performance.getEntriesByType('navigation')[0].encodedBodySize);

describe('a step on 1,000 targets', () => {
	let page, run, hosts;

	before(async () => {
		page = await newPage();
		await signIn(page, who);
		run = await started('fleet');
		hosts = `${run}/steps/migrate/attempts/1`;
		await page.goto(run);
		await page.waitForSelector('#step-migrate.current');
		assert.equal((await execute(run, 'migrate')).state, 'failed');
		await becomes(page, 'migrate', 'failed');
	});

	for (const [width, height] of sizes)
		test(`the first failure and what is possible are in view: ${width} by ${height}`, async (t) => {
			await page.setViewportSize({ width, height });
			await page.goto(run);
			await inView(page, '#step-migrate .failures li');
			await inView(page, '#step-migrate > summary h3');
			assert.match(await page.innerText('#step-migrate .failures li'), /8 × fleet0601, fleet0602.*no such table/s);
			assert.match(await page.innerText('#step-migrate .hosts-sum'), /8 failed\s+992 succeeded/i);
			await fits(page, 'the run');
			const [rows, bytes] = [await page.locator('#step-migrate .target').count(), await bytesOf(run)];

			t.diagnostic(`${rows} targets on the card, ${bytes} bytes`);
			assert.ok(rows <= 200 && bytes < 60 * KB);
			await page.goto(hosts);
			await inView(page, '.hosts tbody tr:first-child th');
			await fits(page, 'the targets');
		});

	test('their list has those that failed first, and stays small', async (t) => {
		await page.goto(hosts);
		assert.deepEqual((await page.locator('.hosts tbody th').allInnerTexts()).slice(0, 10),
			[...Array.from({ length: 8 }, (_, i) => `fleet060${i + 1}`), 'fleet0001', 'fleet0002']);
		const [rows, bytes] = [await page.locator('.hosts tbody tr').count(), await bytesOf(hosts)];

		t.diagnostic(`${rows} rows, ${bytes} bytes`);
		assert.ok(rows <= 200 && bytes < 60 * KB);
	});

	test('it is filtered while somebody types, and leads on to the next page', async (t) => {
		await page.goto(hosts);
		for (const [name, count] of [['fleet0777', 1], ['fleet06', 100], ['nowhere', 0], ['FLEET0601', 1]]) {
			const took = await page.evaluate(({ text, rows }) => new Promise((done) => {
				const field = document.getElementById('q'), from = performance.now();
				const look = () => {
					const names = [...document.querySelectorAll('.hosts tbody th')].map((el) => el.textContent);

					if (names.length !== rows || !names.every((n) => n.includes(text.toLowerCase())))
						return;
					seen.disconnect();
					done(performance.now() - from);
				};
				const seen = new MutationObserver(look);

				seen.observe(document.getElementById('main'), { subtree: true, childList: true, characterData: true });
				field.value = text;
				field.dispatchEvent(new Event('input', { bubbles: true }));
			}), { text: name, rows: count });

			t.diagnostic(`${name}: ${Math.round(took)} ms until its ${count} rows are there`);
		}
		await page.goto(hosts);
		await page.click('[rel=next]');
		assert.equal(await page.innerText('.hosts tbody tr:first-child th'), 'fleet0093');
		assert.deepEqual(page.complaints, []);
	});
});

describe('a run of 1,000 steps', () => {
	let page, run;

	before(async () => {
		page = await newPage();
		await signIn(page, who);
		run = await started('steps');
		await page.goto(run);
		await page.waitForSelector('#link.live', { state: 'attached' });
	});

	test('its page stays small over the wire', async (t) => {
		const bytes = await packed(page);

		t.diagnostic(`${bytes} bytes, of ${await bytesOf(run)}`);
		assert.ok(bytes < 60 * KB);
	});

	for (const [width, height] of sizes)
		test(`what is next comes into view after a press: ${width} by ${height}`, async () => {
			await page.setViewportSize({ width, height });
			for (let i = 0; i < 3; i++) {
				const id = (await must('GET', run)).current, n = Number(id.slice(1));

				await page.click(`.bar-do [form="do-${id}"]`);
				await becomes(page, id, 'succeeded', { state: 'attached' });
				await inView(page, `#step-s${n + 1}.current > summary h3`);
				await inView(page, `#step-s${n + 1} [data-primary]`);
			}
			await fits(page, 'the run');
		});

	test('/ finds a step, and Enter goes there', async () => {
		await page.setViewportSize({ width: 1280, height: 900 });
		await page.evaluate(() => document.activeElement.blur());
		await page.keyboard.press('/');
		await page.keyboard.type('service 777');
		assert.deepEqual(await page.locator('#outline .find li').allInnerTexts(), ['Replace service 777']);
		await page.keyboard.press('Enter');
		await inView(page, '#step-s777[open] > summary');
		assert.match(await page.innerText('#step-s777'), /echo "service 777 is replaced"/);
		await page.keyboard.press('.');
		await inView(page, '.step.current > summary');
		assert.deepEqual(page.complaints, []);
	});
});

after(close);
