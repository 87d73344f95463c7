/*
 * report.js: the report on screen and paper (report.py has the run), people and
 * their roles, targets.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ana, close, look, newPage, shotsFolder, signIn } from './browser.js';

const who = { name: ana.name, password: process.env.PASSWORD };
const report = `/runs/${process.env.RUN}/report`;

describe('the report, people and targets', () => {
	let page;

	before(async () => {
		page = await newPage();
		await signIn(page, who);
	});

	const language = (lang) => page.context().addCookies([{ name: 'lang', value: lang, url: process.env.BASE_URL }]);

	test('what did not go well comes first, and equal results are one line', async () => {
		await page.goto(report);
		assert.deepEqual(await page.locator('.troubles li a').allTextContents(), ['Migrate the databases', 'Check the service']);
		assert.match(await page.textContent('.troubles'),
			/eight hosts are retired tomorrow – 8 targets: Statement 1 .*no such table.*nightly index – local: The script exited with 3/s);
		const results = page.locator('#report-migrate .result');

		assert.equal(await results.count(), 2);
		assert.match(await results.nth(0).textContent(), /Failed 8 targets fleet040, fleet041.*fleet047.*no such table/);
		assert.match(await results.nth(1).textContent(), /Succeeded 292 targets fleet001.* and 284 more/);
		assert.match(await page.textContent('#report-check'), /package database is locked/);
		assert.equal(await page.locator('#report-announce .try').count(), 0);
		await look(page, 'report');
		assert.deepEqual(page.complaints, []);
	});

	test('without scripts there is no button that prints', async () => {
		await page.goto(report);
		assert.ok(await page.locator('[data-print]').isVisible());
		const plain = await newPage({ javaScriptEnabled: false, storageState: await page.context().storageState() });

		await plain.goto(report);
		assert.equal(await plain.locator('[data-print]').isVisible(), false);
		assert.ok((await plain.content()).length < 60000);
	});

	test('300 targets are a few sheets, each with its number', async () => {
		for (const lang of ['en', 'zh-CN']) {
			await language(lang);
			await page.goto(report);
			await page.emulateMedia({ colorScheme: 'dark' });
			const pdf = (await page.pdf({ path: join(shotsFolder, `report-${lang}.pdf`), preferCSSPageSize: true })).toString('latin1');
			const sheets = pdf.match(/\/Type\s*\/Page\b/g).length;

			assert.ok(sheets <= 4, `${lang}: ${sheets} sheets`);
			assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--running-head')),
				JSON.stringify(`Upgrade the fleet · #${process.env.RUN} · Live`));
		}
		await look(page, 'report-chinese');
		await language('en');
	});

	test('roles are ticked, and others are named', async () => {
		const form = page.locator('section.panel form');
		const eve = page.locator('.person:has-text("eve")');
		const ticked = () => eve.locator('input[type=checkbox]:checked').evaluateAll((all) => all.map((el) => el.value));

		await page.goto('/users');
		await form.locator('#add-name').fill('eve');
		for (const role of ['operator', 'approver'])
			await form.locator(`[value=${role}]`).check();
		await form.locator('.roles-other input').fill('dba, auditor');
		await form.locator('#add-password').fill('a password for eve alone');
		await form.locator('.primary').click();
		await eve.locator('summary').click();
		assert.match(await eve.locator('.person-roles').textContent(), /operator, approver, dba, auditor/);
		assert.deepEqual(await ticked(), ['operator', 'approver']);
		assert.equal(await eve.locator('.roles-other input').inputValue(), 'dba, auditor');
		await look(page, 'users');
		await eve.locator('[value=approver]').uncheck();
		await eve.locator('.roles-other input').fill('');
		await eve.locator('.roles').locator('xpath=..').locator('button').click();
		await eve.locator('summary').click();
		assert.deepEqual(await ticked(), ['operator']);
		await eve.locator('[value=operator]').uncheck();
		await eve.locator('.roles').locator('xpath=..').locator('button').click();
		await page.waitForSelector('.person:has-text("eve"):has-text("no role")');
		await language('zh-CN');
		await page.goto('/users');
		await look(page, 'users-chinese');
		await language('en');
	});

	test('targets are found by name', async () => {
		await page.goto('/targets?q=FLEET04');
		assert.equal(await page.locator('tbody tr').count(), 10);
		await look(page, 'targets');
		await page.goto('/targets?q=nowhere');
		assert.equal(await page.textContent('[role=status]'), 'No target has such a name or address.');
	});

	test('secrets and tokens', async () => {
		for (const name of ['secrets', 'tokens']) {
			await page.goto(`/${name}`);
			await look(page, name);
		}
		assert.deepEqual(page.complaints, []);
	});

	after(close);
});
