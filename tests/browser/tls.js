/*
 * tls.js: sessions over TLS, as a browser keeps them; then signed-out.js there.
 *
 *	HTTP_URL	the same address for who forgets the "s"
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ana, becomes, newPage, newRun, setupLink, signIn } from './browser.js';

describe('over TLS', () => {
	let page;

	before(async () => {
		page = await newPage();
	});

	test('the printed link creates the first admin', async () => {
		await page.goto(setupLink);
		await page.fill('#name', ana.name);
		await page.fill('#password', ana.password);
		await page.click('main button');
		await page.waitForURL((url) => url.pathname === '/');
	});

	test('the browser keeps cookies of this host alone, out of reach of scripts', async () => {
		const cookies = await page.context().cookies();

		assert.ok(cookies.some((c) => c.name === '__Host-session'), JSON.stringify(cookies));
		for (const c of cookies)
			assert.deepEqual([c.name.startsWith('__Host-'), c.secure, c.httpOnly, c.path, c.sameSite],
				[true, true, true, '/', 'Lax'], JSON.stringify(c));
		assert.equal(await page.evaluate(() => document.cookie), '');
	});

	test('a press shows its end without a reload', async () => {
		await newRun(page, { title: 'Over TLS' });
		await page.evaluate(() => {
			globalThis.stayed = true;
		});
		await page.click('#step-announce [data-primary]');
		await page.waitForSelector('#step-prepare.current');
		await page.click('#step-prepare [data-primary]');
		await becomes(page, 'prepare', 'succeeded');
		assert.ok(await page.evaluate(() => globalThis.stayed), 'the page was not loaded anew');
	});

	test('a page of another origin sends no form', async () => {
		const answer = await page.context().request.post('/runs', { headers: { Origin: process.env.HTTP_URL },
			form: { runbook: 'hello', environment: 'test' }, maxRedirects: 0 });

		assert.equal(answer.status(), 403);
	});

	test('whoever forgets the "s" is led to TLS', async () => {
		const stranger = await newPage();

		await stranger.goto(`${process.env.HTTP_URL}/runs`);
		await stranger.waitForSelector('#password');
		assert.equal(new URL(stranger.url()).protocol, 'https:');
		await stranger.context().close();
	});

	test('signing out takes the session away, and its cookie is worth nothing', async () => {
		const cookies = await page.context().cookies();

		await page.goto('/');
		await page.click('details.menu summary');
		await page.click('form[action="/logout"] button');
		await page.waitForSelector('#password');
		assert.ok(!(await page.context().cookies()).some((c) => c.name === '__Host-session'));
		await page.context().addCookies(cookies);
		await page.goto('/runs');
		await page.waitForSelector('#password');
		await signIn(page, ana);
		assert.deepEqual(page.complaints, []);
	});

	after(async () => {
		await page.context().close();
	});
});

await import('./signed-out.js');
