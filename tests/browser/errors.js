/*
 * errors.js: the pages of errors: what happened, why, a way on that works, and
 * the text that the person had typed.  In English without scripts, in
 * Chinese with them.
 */
import assert from 'node:assert/strict';
import { existsSync, renameSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { close, english, look, newPage, signIn } from './browser.js';

const person = (name) => ({ name, password: process.env.PASSWORD });
const socket = `${process.env.DATA}/run/keeper.sock`;
const STEP = '/runs/1/steps/announce';
const TYPED = 'typed <b> at night';
const LINE = `${'typed '.repeat(16)}at\n`;	/* 99 bytes: a browser lays out long words slowly */

/* Addresses without a page, and the page that is to be offered first. */
const PLACES = [
	['ana', '/users', 403, /admin.*root/s, '/'],
	['ana', '/secrets', 403, /admin.*root/s, '/'],
	['root', '/runs/new?runbook=greet', 403, /operator.*ana, bo/s, '/runbooks'],
	['ana', '/nothing', 404, /./, '/runs'],
	['ana', '/runs/99', 404, /99/, '/runs'],
	['ana', '/runs/99/report', 404, /99/, '/runs'],
	['ana', '/runs/1/preview/none', 404, /none/, '/runs/1'],
	['ana', `${STEP}/attempts/9`, 404, /./, '/runs/1'],
	['ana', `${STEP}/attempts/1/nowhere`, 404, /./, '/runs/1'],
	['ana', '/runs/1/artifacts/7', 404, /./, '/runs/1'],
	['ana', '/runbooks/none', 404, /none/, '/runbooks'],
	['ana', '/targets/none', 404, /none/, '/targets'],
	['root', '/users/nobody/sessions', 404, /nobody/, '/users'],
	['ana', `${STEP}/confirm`, 405, /./, '/runs/1'],
	['ana', '/runs?%zz', 400, /./, '/'],
];

/*
 * Forms as a page sends them that has grown old: from the page, to the address,
 * with the fields; then who is named, and where the text stands that was typed.
 */
const FORMS = [
	['ana', '/runs/1', `${STEP}/confirm`, { note: TYPED }, 409, /./, '#refused .entered'],
	['ana', '/runs/1', '/runs/1/steps/look/confirm', { note: TYPED }, 403, /dba.*bo/s, '#refused .entered'],
	['ana', '/runs/1', '/runs/1/comments', { text: ` ${'x'.repeat(10000)}${TYPED}` }, 422, /./, 'form[action$="/comments"] textarea'],
	['ana', '/runs/1', '/runs/1/comments', { text: LINE.repeat(11000) + TYPED }, 413, /1 MB/, '.resumed textarea'],
	['ana', '/runs/1', '/runs/99/comments', { text: TYPED }, 404, /99/, 'main .entered'],
	['root', '/users', '/runs', { runbook: 'greet', environment: 'test', title: TYPED }, 403, /operator.*ana, bo/s, 'main .entered'],
	['root', '/users', '/users/root', { roles: ['', 'night shift'] }, 409, /root/, '.resumed [name=roles]:not([type=checkbox])'],
	['root', '/users', '/users/ana/password', { password: 'short' }, 422, /./, '.resumed [name=password]'],
];

/* The way on, by the addresses of its links. */
const links = (page) => page.locator('main .actions > a').evaluateAll((all) => all.map((a) => a.getAttribute('href')));

async function send(page, from, action, fields) {
	await page.goto(from);
	const token = await page.locator('input[name=_csrf]').first().inputValue();
	const html = Object.entries({ _csrf: token, ...fields }).flatMap(([name, values]) => [values].flat().map((value) =>
		`<textarea name="${name}">${value.replaceAll('<', '&lt;')}</textarea>`)).join('');

	await page.route('**/form-of-old', (route) => route.fulfill({ contentType: 'text/html',
		body: `<form method="post" action="${action}">${html}<button>send</button></form>` }));
	await page.goto('/form-of-old');
	const answer = page.waitForResponse((r) => r.request().method() === 'POST');

	await page.route(`**${action}`, (route) => route.continue({ headers: { ...route.request().headers(), referer: new URL(from, page.url()).href } }));
	await page.click('button');
	await page.waitForLoadState('load');
	await page.unroute('**/form-of-old');
	await page.unroute(`**${action}`);
	return answer;
}

for (const lang of ['en', 'zh-CN'])
	describe(`errors in ${lang}`, () => {
		const pages = {}, reached = new Set();

		before(async () => {
			for (const name of ['ana', 'root']) {
				const page = pages[name] = await newPage({ javaScriptEnabled: lang !== 'en', locale: lang });

				await page.context().setExtraHTTPHeaders({ 'Accept-Language': lang });
				await signIn(page, person(name));
			}
		});

		/* The error page: a heading, a reason, links that lead on. */
		async function explains(page, names) {
			const text = await page.textContent('main');

			assert.match(text, names);
			assert.ok((await page.textContent('h1')).trim().length > 5, text);
			assert.ok((await page.textContent('main .lead')).trim().length > 10, text);
			for (const url of (await links(page)).filter((u) => !reached.has(u)))
				assert.equal((await page.context().request.get(url)).status(), 200, `${page.url()} leads to ${url}`);
			(await links(page)).forEach((url) => reached.add(url));
			if (lang !== 'en')
				assert.deepEqual(await english(page), []);
		}

		for (const [name, path, status, names, first] of PLACES)
			test(`${path} is ${status} and leads to ${first}`, async () => {
				const page = pages[name];

				assert.equal((await page.goto(path)).status(), status);
				await explains(page, names);
				assert.equal((await links(page))[0].replace(/#.*/, ''), first);
			});

		for (const [name, from, action, fields, status, names, where] of FORMS)
			test(`${action} is ${status} and keeps what was typed`, async () => {
				const page = pages[name];
				const answer = await send(page, from, action, fields);

				assert.equal(answer.status(), status);
				if (where.startsWith('.resumed') || where.startsWith('main'))
					await explains(page, names);
				assert.match(await page.textContent('main'), names);
				const typed = page.locator(where).last();
				const value = where.endsWith('.entered') ? await page.locator(where).allTextContents() : [await typed.inputValue()];

				if (status === 409 && lang !== 'en')
					await look(page, `84-refused${action.replaceAll('/', '-')}`);
				const wanted = fields.password ? '' : Object.values(fields).flat().at(-1);

				assert.ok(value.includes(wanted), `${value} has ${wanted}`);
			});

		test('a time in a refusal is one of the reader', async () => {
			const page = pages.ana;

			await send(page, '/runs/1', `${STEP}/confirm`, { note: TYPED });
			const time = page.locator('#refused time');

			assert.match(await time.getAttribute('datetime'), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
			assert.match(await time.textContent(), lang === 'en' ? / UTC$/ : /^\d\d:\d\d$/);
			assert.doesNotMatch(await page.textContent('#refused'), /\dT\d/);
		});

		/* Without scripts the browser has the text still, with them the page. */
		test('a text that nginx does not take is not lost', async () => {
			const page = pages.ana, text = LINE.repeat(22000);

			await page.goto('/runs/1');
			await page.$eval('#comment', (el, typed) => { el.value = typed; }, text);
			await page.click('#comment-form button');
			if (lang === 'en') {
				await page.waitForSelector('h1:has-text("1 MB")');
				await explains(page, /Back button/);
				await page.goBack();
			} else {
				await page.waitForSelector('.said:has-text("1 MB")');
			}
			assert.equal((await page.inputValue('#comment')).length, text.length);
		});

		test('a session that has ended says so, and leads back', async () => {
			const page = pages.ana;
			const cookie = (await page.context().cookies()).find((c) => /session$/.test(c.name));

			await page.goto('about:blank');	/* a live page would go to /login by itself */
			await page.context().addCookies([{ ...cookie, value: '0'.repeat(64) }]);
			await page.goto('/runs/1/report');
			assert.equal(new URL(page.url()).pathname, '/login');
			assert.ok((await page.textContent('main .note')).trim().length > 20);
			if (lang !== 'en')
				assert.deepEqual(await english(page), []);
			await page.fill('#name', 'ana');
			await page.fill('#password', process.env.PASSWORD);
			await page.keyboard.press('Enter');
			await page.waitForURL('**/runs/1/report');
		});

		/* A new process of the pages does not find the keeper. */
		test('a keeper that is away is 503, and the form can be sent again', { skip: lang === 'en' }, async () => {
			const page = pages.ana;
			const isUp = async () => (await page.context().request.get('/runs/1')).ok();

			renameSync(socket, `${socket}.away`);
			try {
				for (const pid of process.env.WEB.split(' ').map(Number))
					if (existsSync(`/proc/${pid}`))
						process.kill(pid, 'SIGKILL');
				for (let n = 0; n < 100 && !await isUp(); n++)
					await page.waitForTimeout(100);
				assert.equal((await send(page, '/runs/1', '/runs/1/comments', { text: TYPED })).status(), 503);
			} finally {
				renameSync(`${socket}.away`, socket);
			}
			await explains(page, /./);
			assert.equal((await links(page))[0], '/runs/1');
			assert.equal(await page.inputValue('.resumed textarea'), TYPED);
			await look(page, '85-away');
			await page.click('.resumed button');
			await page.waitForURL((url) => url.pathname === '/runs/1');
			await page.waitForSelector(`.comment-text:has-text("${TYPED}")`);
		});

		after(() => lang === 'en' || close());
	});
