/*
 * chinese.js: pages of a reader of Chinese have no English sentence: findings
 * about a document, a wrong parameter, the preflight, failures, what a rollback
 * does, and the report; runbook runbooks/chinese.md.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ana, becomes, close, english, look, newPage, signIn } from './browser.js';

describe('for a reader of Chinese', () => {
	let page, run;

	before(async () => {
		page = await newPage({ locale: 'zh-CN' });
		await signIn(page, ana);
	});

	async function isChinese(...words) {
		const text = await page.textContent('main');

		assert.deepEqual(await english(page), []);
		for (const word of words)
			assert.ok(text.includes(word), `“${word}” is in ${text}`);
	}

	async function fails(id) {
		await page.waitForSelector(`#step-${id}.current`);
		await page.click(`#step-${id} [data-primary]`);
		await becomes(page, id, 'failed');
		await page.reload();
	}

	async function skip(id) {
		await page.click(`#step-${id} .ask:has(form[action$="/skip"]) > summary`);
		await page.fill(`#step-${id} form[action$="/skip"] textarea`, '继续');
		await page.click(`#step-${id} form[action$="/skip"] button`);
	}

	test('what check finds, and the titles of alerts', async () => {
		await page.goto('/runbooks/chinese');
		assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN');
		await isChinese('警告', '第一步会失败', 'dba', '恢复文件：');
		await look(page, '80-chinese-runbook');
	});

	test('a parameter that is wrong', async () => {
		await page.goto('/runs/new?runbook=chinese');
		await page.check('input[name=environment][value=test]');
		await page.fill('#param-count', 'viel');
		await page.click('main form button.primary');
		await page.waitForSelector('.field-error');
		await isChinese('数字');
		await page.check('input[name=environment][value=test]');
		await page.fill('#param-count', '3');
		await page.click('main form button.primary');
		await page.waitForURL(/\/runs\/\d+/);
		run = new URL(page.url()).pathname;
	});

	test('what the preflight finds', async () => {
		await page.click('#panel .look button');
		await page.waitForSelector('#panel .look-sum.is-succeeded a, #panel .look-sum.is-error a');
		await isChinese();
		await page.click('#panel .look-sum a');
		await page.waitForSelector('.looks');
		await isChinese('控制台所在的机器');
	});

	test('the reason of a failure', async () => {
		await page.goto(run);
		await page.click('#panel button.primary');
		await fails('exits');
		await isChinese('脚本在 local 上以 3 退出。');
		await look(page, '81-chinese-failure');
		await skip('exits');
		await fails('expects');
		await isChinese('输出中没有匹配“^完成”的行');
		await skip('expects');
		await page.waitForSelector('#step-make.current');
		await page.click('#step-make [data-primary]');
		await becomes(page, 'make', 'succeeded');
		await fails('change');
		await isChinese('文件中没有“b=1”');
	});

	test('the preview and the report', async () => {
		await page.goto(`${run}/preview/change`);
		await isChinese('恢复文件：');
		await page.goto(`${run}/report`);
		await isChinese('脚本在 local 上以 3 退出。');
		const [csv, json] = await page.evaluate(async (url) => [await (await fetch(`${url}/report.csv`)).text(),
			await (await fetch(`${url}/report.json`)).json()], run);

		assert.ok(csv.includes('脚本在 local 上以 3 退出。'), csv);
		assert.deepEqual(json.steps.find((s) => s.id === 'exits').attempts[0].targets[0].message,
			{ code: 'evaluate_exit', args: { code: '3', target: 'local' } });
	});

	async function isReadable(name) {
		await look(page, name);
		assert.equal(await page.textContent('.h-2 h2, .h-2 h3'), '迁移模块');
		assert.equal(await page.locator('.prose tr.struck td').count(), 3);
		assert.equal(await page.textContent('.prose strong'), '注意：');
		assert.deepEqual(await page.locator('.prose p a').allTextContents(), ['http://192.168.1.10:31028']);
		assert.match(await page.textContent('main'), /先停止旧的服务，再导入/);
		for (const [width, least] of [[1280, 40], [360, 8]]) {
			await page.setViewportSize({ width, height: 800 });
			const wide = await page.evaluate(() => [...document.querySelectorAll('.prose td.long')].map((td) =>
				td.clientWidth / Number.parseFloat(getComputedStyle(td).fontSize)));

			assert.ok(Math.max(...wide) >= least / 2 && Math.min(...wide) >= 8, `${name} at ${width}: ${wide}`);
		}
		await page.setViewportSize({ width: 1280, height: 860 });
		assert.ok(await page.evaluate(() => {
			const box = document.querySelector('.table-wrap');

			return box.scrollWidth <= box.clientWidth;
		}), `${name}: the table needs no scrolling on a desk`);
	}

	test('a heading without a blank, and a table as wide as the page', async () => {
		await page.goto('/runbooks/tables');
		await isReadable('82-chinese-table');
		await page.goto('/runs/new?runbook=tables');
		await page.check('input[name=environment][value=test]');
		await page.click('main form button.primary');
		await page.waitForURL(/\/runs\/\d+/);
		await isReadable('83-chinese-table-run');
	});

	test('no page complained in the console', () => {
		assert.deepEqual(page.complaints, []);
	});

	after(close);
});
