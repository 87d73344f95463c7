/*
 * inventory.js: the pages of targets and secrets, as an admin uses them.
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

try {
	await signIn(page, { name: 'ana', password: process.env.PASSWORD });
	await targets();
	await secrets();
	assert.deepEqual(page.complaints, []);
} finally {
	await close();
}
