/*
 * lighthouse.js: what Lighthouse says of six pages: accessibility, best
 * practices and SEO are whole, the layout does not shift, and the bytes stay
 * below their limit.  Performance depends on the machine: with SPEED it is
 * printed, as the median of so many visits (make bench), and not asserted.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import lighthouse from 'lighthouse';
import { chromium } from 'playwright-core';
import { base } from './browser.js';

const { RUN, LONG, PASSWORD } = process.env;
const visits = Number(process.env.SPEED ?? 1);
/*
 * With 'provided' Lighthouse waits for more than 5 s without a request, which
 * home, asking every 5 s, never has: it waits in vain to the limit, and leaves a
 * question behind that may be answered by an error.  'simulate' waits for 1 s.
 */
const parts = process.env.SPEED ? { throttlingMethod: 'provided', maxWaitForLoad: 30000 } : {
	throttlingMethod: 'simulate', maxWaitForLoad: 180000,
	onlyCategories: ['accessibility', 'best-practices', 'seo'],
	onlyAudits: ['cumulative-layout-shift', 'layout-shifts', 'network-requests'], disableFullPageScreenshot: true };
/* Bytes over the wire, without the font. */
const limit = 60 * 1024;
const shift = 0.01;
const pages = {
	'login': { path: '/login', signedOut: true },
	'home': { path: '/' },
	'run': { path: `/runs/${RUN}` },
	'run of 200 steps': { path: `/runs/${LONG}` },
	'history': { path: '/runs' },
	'report': { path: `/runs/${RUN}/report` },
};

const freePort = () => new Promise((resolve) => {
	const server = createServer().listen(0, '127.0.0.1', () => {
		const { port } = server.address();

		server.close(() => resolve(port));
	});
});

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

describe('Lighthouse', () => {
	const folder = mkdtempSync(join(tmpdir(), 'cs-lighthouse-'));
	let context, port, signedIn = false;

	before(async () => {
		port = await freePort();
		/* The tab that Lighthouse opens has the cookies of this profile. */
		context = await chromium.launchPersistentContext(folder, {
			executablePath: fileURLToPath(new URL('chromium', import.meta.url)),
			args: ['--no-sandbox', '--disable-gpu', '--no-first-run',
			    `--remote-debugging-port=${port}`],
		});
	});

	async function signIn() {
		const page = await context.newPage();

		await page.goto(`${base}/login`);
		await page.fill('#name', 'ana');
		await page.fill('#password', PASSWORD);
		await page.click('main button');
		await page.waitForURL((url) => url.pathname === '/');
		await page.close();
		signedIn = true;
	}

	async function visit({ path }) {
		const { lhr } = await lighthouse(base + path, { port, logLevel: 'error',
			formFactor: 'desktop',
			screenEmulation: { mobile: false, width: 1280, height: 900,
				deviceScaleFactor: 1, disabled: false }, ...parts });

		assert.equal(lhr.runtimeError, undefined, path);
		assert.equal(new URL(lhr.finalDisplayedUrl).pathname, path);
		return lhr;
	}

	for (const [name, page] of Object.entries(pages)) {
		test(name, async (t) => {
			const found = [];

			if (!signedIn && !page.signedOut)
				await signIn();

			for (let n = 0; n < visits; n++)
				found.push(await visit(page));
			const [lhr] = found;
			const requests = lhr.audits['network-requests'].details.items;
			const bytes = requests.filter((r) => r.resourceType !== 'Font' && r.resourceType !== 'EventSource')
			    .reduce((sum, r) => sum + r.transferSize, 0);
			const speed = process.env.SPEED ? median(found.map((f) => Math.round(100 * f.categories.performance.score))) : 'not asked for';
			const missing = ['accessibility', 'best-practices', 'seo'].flatMap((category) =>
				lhr.categories[category].auditRefs
				    .filter((ref) => ref.weight > 0 && lhr.audits[ref.id].score !== null && lhr.audits[ref.id].score < 1)
				    .map((ref) => `${ref.id}: ${JSON.stringify(lhr.audits[ref.id].details?.items?.slice(0, 3))}`));

			t.diagnostic(`${requests.length} requests, ${Math.round(bytes / 1024)} KB, ` +
			    `shift ${lhr.audits['cumulative-layout-shift'].numericValue.toFixed(4)}, performance ${speed}`);
			assert.deepEqual(missing, []);
			assert.ok(lhr.audits['cumulative-layout-shift'].numericValue <= shift,
			    JSON.stringify(lhr.audits['layout-shifts']?.details?.items));
			assert.ok(bytes <= limit, `${bytes} bytes: ${requests.map((r) => `${r.url} ${r.transferSize}`).join(', ')}`);
		});
	}

	after(async () => {
		await context?.close();
		rmSync(folder, { recursive: true, force: true });
	});
});
