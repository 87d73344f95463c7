/*
 * inventory.js: the pages of targets, secrets and sessions, as an admin uses
 * them.
 *
 *	PASSWORD, BASE_URL	ana's, and where
 */
import assert from 'node:assert/strict';
import { close, look, newPage, signIn } from './browser.js';

const page = await newPage();

async function targets() {
	await page.click('summary:has-text("ana")');
	await page.click('.menu-body a[href="/targets"]');
	await page.waitForURL(/\/targets$/);
	const text = await page.innerText('main');

	for (const words of ['SHA256:', 'not pinned', '10.0.0.11:2222', 'openssh', 'targets.yml:12:'])
		assert.ok(text.includes(words), `${words} is not in the page`);
	assert.equal(await page.getAttribute('tr:has(th code:text-is("node-1")) a', 'href'), '/runbooks/up');
	assert.ok(await page.isVisible('.env-production'));
	await look(page, '60-targets');
}

async function secrets() {
	await page.click('summary:has-text("ana")');
	await page.click('.menu-body a[href="/secrets"]');
	await page.waitForURL(/\/secrets$/);
	await look(page, '61-secrets-none');
	await page.click('a:has-text("db-pass")');
	assert.equal(await page.inputValue('#secret-name'), 'db-pass');
	await page.fill('#secret-value', 'hunter2-and-more');
	await page.click('main form button.primary');
	await page.waitForSelector('th code:text-is("db-pass")');
	assert.ok(!(await page.content()).includes('hunter2'));
	await look(page, '62-secrets');

	await page.fill('#secret-name', 'a b');
	await page.fill('#secret-value', 'nobody sees this');
	await page.click('main form button.primary');
	await page.waitForSelector('[role=alert]');
	assert.equal(await page.inputValue('#secret-name'), 'a b');
	assert.equal(await page.inputValue('#secret-value'), '');
	assert.ok(!(await page.content()).includes('nobody sees'));

	await page.click('button[aria-label="Delete db-pass"]');
	await page.waitForSelector('.note-warn[role=alert]');
	assert.ok((await page.innerText('.note-warn[role=alert]')).includes('db (test)'));
	await look(page, '63-secret-used');
	await page.click('.note-warn[role=alert] button.danger');
	await page.waitForSelector('.empty');
}

/* Sessions: each other one is ended by itself, or all at once. */
async function sessions() {
	const others = [await newPage(), await newPage(), await newPage()];
	const rows = page.locator('main tbody tr');

	for (const other of others)
		await signIn(other, { name: 'ana', password: process.env.PASSWORD });
	await page.goto('/');
	await page.click('summary:has-text("ana")');
	await page.click('.menu-body a[href="/sessions"]');
	await page.waitForURL(/\/sessions$/);
	assert.equal(await rows.count(), 4);
	assert.equal(await page.locator('tr:has(.tag:text-is("this one"))').count(), 1);
	assert.equal(await page.locator('tr:has(.tag:text-is("this one")) button').count(), 0);
	assert.match(await rows.first().innerText(), /Chrome on Linux[^]*127\.0\.0\.1/);
	await look(page, '64-sessions');
	await rows.first().locator('button').click();
	await page.waitForFunction(() => document.querySelectorAll('main tbody tr').length === 3);
	assert.match(page.url(), /\/sessions$/);
	await page.click('main form.actions button.danger');
	await page.waitForFunction(() => document.querySelectorAll('main tbody tr').length === 1);
	for (const other of others) {
		await other.waitForURL(/\/login\?back=%2F&ended=1$/);	/* home goes there by itself */
		await other.context().close();
	}
	await page.goto('/users');
	await page.click('.person summary:has-text("ana")');
	await page.click('.person-body a[href="/users/ana/sessions"]');
	await page.waitForURL(/\/users\/ana\/sessions$/);
	assert.match(await page.innerText('h1'), /Sessions of ana/);
	assert.equal(await rows.count(), 1);
	await page.context().addCookies([{ name: 'lang', value: 'zh-CN', url: page.url() }]);
	await page.goto('/sessions');
	await look(page, '65-sessions-zh');
	await page.context().clearCookies({ name: 'lang' });
}

try {
	await signIn(page, { name: 'ana', password: process.env.PASSWORD });
	await targets();
	await secrets();
	await sessions();
	assert.deepEqual(page.complaints, []);
} finally {
	await close();
}
