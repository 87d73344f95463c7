/*
 * firefox.js: the console in Firefox (WebDriver BiDi): a person signs in,
 * creates a run, presses its steps and reads its report; a second tab hears of
 * each press; the dark theme and a phone's width have their pictures.
 */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import puppeteer from 'puppeteer-core';
import { base, shotsFolder } from './browser.js';

const { PASSWORD } = process.env;
const PATIENCE = 60000;

describe('Firefox', () => {
	const complaints = [];
	let browser, page, other, run;

	async function tab() {
		const opened = await browser.newPage();

		opened.setDefaultTimeout(PATIENCE);
		opened.on('pageerror', (e) => complaints.push(e.message));
		opened.on('console', (m) => {
			if (m.type() === 'error')
				complaints.push(m.text());
		});
		await opened.setViewport({ width: 1280, height: 900 });
		return opened;
	}

	async function shot(name, width, height) {
		await page.setViewport({ width, height });
		await page.screenshot({ path: join(shotsFolder, `firefox-${name}-${width}.png`) });
		const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
		assert.ok(over <= 0, `${name} is ${over} px wider than ${width} px`);
		await page.setViewport({ width: 1280, height: 900 });
	}

	/*
	 * Until the element is there, in a page whose scripts are: a button that is
	 * pressed before has its form sent by the browser.  Firefox answers with an
	 * error while another page comes, and the waits of puppeteer need eval(),
	 * which the console's pages forbid.
	 */
	async function sees(from, selector) {
		const end = Date.now() + PATIENCE;
		const isThere = (what) => document.readyState === 'complete' && document.querySelector(what) !== null;

		while (!await from.evaluate(isThere, selector).catch(() => false)) {
			assert.ok(Date.now() < end, `${selector} is not there`);
			await new Promise((resume) => setTimeout(resume, 100));
		}
	}

	async function click(from, selector) {
		await sees(from, selector);
		await from.click(selector);
	}

	const leads = (from, action) => Promise.all([from.waitForNavigation(), action]);

	before(async () => {
		mkdirSync(shotsFolder, { recursive: true });
		browser = await puppeteer.launch({ browser: 'firefox', headless: true,
			executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr' });
	});

	test('a person signs in', async () => {
		page = await tab();
		await page.goto(`${base}/login`);
		await page.type('#name', 'ana');
		await page.type('#password', PASSWORD);
		await leads(page, click(page, 'main button'));
		assert.equal(new URL(page.url()).pathname, '/');
		await shot('home', 1280, 900);
		await shot('home', 360, 740);
	});

	test('a run is created and started', async () => {
		await page.goto(`${base}/runs/new?runbook=two`);
		await click(page, 'input[name=environment][value=test]');
		await leads(page, click(page, 'main form button.primary'));
		run = page.url();
		assert.match(run, /\/runs\/\d+/);
		await click(page, '#panel button.primary');
		await sees(page, '#step-first.current');
		other = await tab();
		await other.goto(run);
		await sees(other, '#step-first.current');
	});

	test('a press is seen in both tabs', async () => {
		await click(page, '#step-first [data-primary]');
		await sees(page, '#step-first.is-succeeded');
		await sees(other, '#step-first.is-succeeded');
		await sees(page, '#step-check.current [data-primary]');
		await shot('run', 1280, 900);
		await shot('run', 360, 740);
	});

	test('a person confirms by keyboard', async () => {
		await page.bringToFront();
		await page.focus('#step-check [data-primary]');
		await page.keyboard.press('Enter');
		await sees(page, '#step-check.is-confirmed');
		await sees(other, '#step-check.is-confirmed');
	});

	test('the report is read', async () => {
		await page.goto(`${run}/report`);
		assert.match(await page.$eval('main', (m) => m.textContent), /ana/);
		await shot('report', 1280, 900);
		await shot('report', 360, 740);
	});

	test('the browser complained of nothing', () => assert.deepEqual(complaints, []));

	after(() => browser?.close());
});
