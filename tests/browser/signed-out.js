/*
 * signed-out.js: a form that is sent after the session ended comes back
 * filled in, with scripts and without.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ana, close, look, newPage, newRun, signIn } from './browser.js';

/* The session ends elsewhere: the browser keeps a cookie of nobody. */
async function end(page) {
	const context = page.context();
	const cookie = (await context.cookies()).find((c) => /^(__Host-)?session$/.test(c.name));

	await context.addCookies([{ ...cookie, value: '0'.repeat(64) }]);
}

async function signInAgain(page) {
	await page.waitForSelector('input[name=carry_path]', { state: 'attached' });
	assert.equal(await page.inputValue('#password'), '');
	await page.fill('#name', ana.name);
	await page.fill('#password', ana.password);
	await page.click('main button');
}

for (const javaScriptEnabled of [false, true])
	describe(`a session that ends, ${javaScriptEnabled ? 'with' : 'without'} scripts`, () => {
		let page;

		before(async () => {
			page = await newPage({ javaScriptEnabled });
			await signIn(page, ana);
		});

		test('the form of a new run comes back filled in and makes the run', async () => {
			await page.goto('/runs/new?runbook=hello&environment=test');
			await page.fill('#run-title', 'Typed "before" <it> ended');
			await page.fill('#reason', 'two\nlines');
			await end(page);
			await page.click('main form .btn.primary');
			await signInAgain(page);
			await page.waitForSelector('.resumed #run-title');
			assert.equal(await page.inputValue('#run-title'), 'Typed "before" <it> ended');
			assert.equal(await page.inputValue('#reason'), 'two\nlines');
			assert.equal(await page.locator('[name=environment]:checked').inputValue(), 'test');
			if (javaScriptEnabled)
				await look(page, '60-resumed');
			await page.click('.resumed .btn.primary');
			await page.waitForURL(/\/runs\/\d+/);
			assert.match(await page.locator('h1').first().textContent(), /Typed "before" <it> ended/);
		});

		test('a comment that is typed on the run page comes back too', async () => {
			await newRun(page, { title: 'Comments' });
			await page.fill('form[action$="/comments"] [name=text]', 'what I wanted to say');
			await end(page);
			await page.click('form[action$="/comments"] button');
			await signInAgain(page);
			await page.waitForSelector('.resumed');
			assert.equal(await page.inputValue('.resumed [name=text]'), 'what I wanted to say');
			await page.click('.resumed button');
			await page.waitForURL(/\/runs\/\d+/);
			await page.waitForSelector('.comment-text:has-text("what I wanted to say")');
		});

		test('a signed-out browser is told and signs in at once', async () => {
			await end(page);
			await page.goto('/runs');
			await page.waitForSelector('#password');
			await signIn(page, ana);
			assert.deepEqual(page.complaints, []);
		});

		after(async () => {
			await page.context().close();
			if (javaScriptEnabled)
				await close();
		});
	});
