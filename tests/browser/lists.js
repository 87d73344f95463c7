/*
 * lists.js: home, history, the library and the page of a runbook, with the runs
 * of lists.py: what waits, what failed and why, and how often.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { close, english, look, newPage, signIn } from './browser.js';

const person = (name) => ({ name, password: process.env.PASSWORD });
const flat = (text) => text.replace(/\s+/g, ' ').trim();
const rows = async (page, where) => (await page.locator(where).allTextContents()).map(flat);

async function chinese(page) {
	await page.click('.menu > summary');
	await page.click('.menu-body button[name=lang]');
	await page.waitForSelector('html[lang=zh-CN]');
}

/* No page is over 60 KB. */
async function small(page, path) {
	const html = await (await page.context().request.get(path, { headers: { Accept: 'text/html' } })).body();

	assert.ok(html.length < 60000, `${path} has ${html.length} bytes`);
}

describe('the lists', () => {
	let page;

	before(async () => {
		page = await newPage();
		await signIn(page, person('bo'));
	});

	test('home says what waits and in which role, what is under way, and what failed and why', async () => {
		const waiting = await rows(page, '.rows-waiting .row-what');

		assert.equal(waiting.length, 4);
		assert.ok(waiting.includes('Approve the plan as approver'), waiting.join('\n'));
		assert.ok(waiting.includes('Confirm: Look at the result as operator'), waiting.join('\n'));
		assert.ok(waiting.includes('Failed: Say hello with 4 as operator The script exited with 4 on local.'), waiting.join('\n'));
		const failed = await rows(page, 'section[aria-labelledby=h-failed] .row-what');

		assert.deepEqual(failed, ['Say hello with 7 The script exited with 7 on local.',
			'Say hello with 3 The script exited with 3 on local.']);
		assert.equal(await page.locator('section[aria-labelledby=h-recent] .row').count(), 3);
		await look(page, '80-home');
		await small(page, '/');
	});

	test('the tab says the worst of it, in its title and its icon', async () => {
		assert.equal(await page.title(), 'Failed · Home · Countersign');
		assert.match(await page.getAttribute('link[rel=icon]', 'href'), /icon-failed\.svg/);
		await page.evaluate(() => {
			document.getElementById('main').dataset.tab = 'waiting';
			document.getElementById('main').dataset.tabText = 'Waiting for you';
			document.dispatchEvent(new Event('cs:morphed'));
		});
		assert.equal(await page.title(), 'Waiting for you · Home · Countersign');
		assert.match(await page.getAttribute('link[rel=icon]', 'href'), /icon-waiting\.svg/);
		for (const name of ['failed', 'waiting', 'running', 'done'])
			assert.equal((await page.context().request.get(`/static/icon-${name}.svg`)).status(), 200);
	});

	test('the history has columns, by day, and leads to the reason', async () => {
		await page.goto('/runs');
		assert.equal(await page.locator('.history tr[data-key]').count(), 9);
		assert.deepEqual(await rows(page, '.history thead th'),
			['State', 'Run', 'Environment', 'By', 'Started', 'Duration', 'Why, or what is next']);
		assert.match(await page.textContent('.history .day'), /day/);
		await look(page, '81-history');
		await small(page, '/runs');
		await page.selectOption('#state', 'failed');
		await page.click('.filters button');
		await page.waitForURL(/state=failed/);
		assert.deepEqual(await rows(page, '.history .h-why'), ['Say hello with 7 The script exited with 7 on local.', 'Say hello with 3 The script exited with 3 on local.']);
		await page.click('.history .row-link >> nth=1');
		await page.waitForURL(/\/runs\/\d+#step-hello$/);
		assert.ok(await page.locator('#step-hello').isVisible());
	});

	test('a reader in another zone has the days of that zone', async () => {
		const far = await newPage({ timezoneId: 'Pacific/Kiritimati' });

		await signIn(far, person('bo'));
		await far.goto('/runs');
		const { day, is } = await far.evaluate(() => ({ day: document.querySelector('.history .day time').textContent,
			is: new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
				.format(new Date(document.querySelector('.history tr[data-at]').dataset.at)) }));

		assert.equal(day, is);
		await far.context().close();
	});

	test('on a phone a run takes two lines', async () => {
		await page.setViewportSize({ width: 360, height: 740 });
		await page.goto('/runs');
		const heights = await page.evaluate(() => [...document.querySelectorAll('.history tr[data-key]')]
			.map((el) => el.getBoundingClientRect().height));

		assert.ok(heights.length > 0 && heights.every((h) => h <= 80), heights.join(' '));
		await page.setViewportSize({ width: 1280, height: 860 });
	});

	test('the page of a runbook has its past runs, as bars and as a table', async () => {
		await page.goto('/runbooks/greet');
		const bars = await rows(page, '.strip li');

		assert.equal(bars.length, 8);
		assert.match(bars[0], /^#1 Succeeded, \d+/);
		assert.match(bars[3], /^#4 Failed, \d+/);
		assert.match(bars[7], /^#8 Ready$/);
		assert.match(await page.textContent('.past'), /3 of the last 5 succeeded/);
		assert.equal(await page.locator('.past tr[data-key]').count(), 5);
		await look(page, '84-runbook');
		await small(page, '/runbooks/greet');
		await page.click('.past a[href="/runs?runbook=greet"]');
		await page.waitForURL(/runs\?runbook=greet/);
		assert.equal(await page.locator('.history tr[data-key]').count(), 8);
		assert.ok(await page.isVisible('#runbook'), 'a filter that is set is seen');
		await page.goto('/runbooks/nowhere');
		assert.match(await page.textContent('.past'), /Never run/);
	});

	test('the library is searched, and says how runs ended and where one cannot be', async () => {
		await page.goto('/runbooks');
		assert.match(await page.textContent('.row-book:has-text("Greet the users")'), /3 of the last 5 succeeded/);
		assert.match(await page.textContent('.row-book:has-text("Restart the database")'), /Cannot run in Test lab, Live: .*databases/s);
		assert.match(await page.textContent('.row-book:has-text("Replace the certificates")'), /Nobody has the role that it needs: lead/);
		assert.doesNotMatch(await page.textContent('.row-book:has-text("Greet the users")'), /Nobody has/);
		const titles = (await rows(page, '.row-title')).map((title) => title.toLowerCase());

		assert.deepEqual(titles, [...titles].sort(), 'by their titles, not by their files');
		await look(page, '85-library');
		await small(page, '/runbooks');
		for (const [q, names] of [['TLS', ['Replace the certificates']], ['greeters', ['Greet the users']],
			['restart', ['Restart the database']], ['no such thing', []]]) {
			await page.fill('#q', q);
			await page.click('.filters button');
			await page.waitForURL((url) => url.searchParams.get('q') === q);
			assert.deepEqual(await rows(page, '.row-title'), names);
		}
		assert.match(await page.textContent('.empty'), /No runbook matches/);
		await page.goto('/runbooks');
		await page.click('.row-book a.tag:text-is("hello")');
		await page.waitForURL((url) => url.searchParams.get('q') === 'hello');
		assert.deepEqual(await rows(page, '.row-title'), ['Greet the users']);
	});

	test('the icons have the address of the build, for a year', async () => {
		const href = await page.getAttribute('.row-link use', 'href');
		const answer = await page.context().request.get(href.split('#')[0]);

		assert.match(href, /^\/i\/[0-9a-f]+#book$/);
		assert.equal(answer.status(), 200);
		assert.match(answer.headers()['content-type'], /svg/);
		assert.match(answer.headers()['cache-control'], /max-age=31536000, immutable/);
		assert.ok((await answer.text()).includes('id="book"'));
	});

	test('who may do nothing is told that nothing waits', async () => {
		const eve = await newPage();

		await signIn(eve, person('eve'));
		assert.match(await eve.textContent('section[aria-labelledby=h-waiting]'), /Nothing waits for you/);
		await eve.context().close();
	});

	test('all of it in Chinese', async () => {
		await page.goto('/');
		await chinese(page);
		for (const path of ['/', '/runs', '/runs?q=nothing%20like%20it', '/runbooks', '/runbooks?q=none', '/runbooks/greet']) {
			await page.goto(path);
			assert.deepEqual((await english(page)).filter((text) => !/Say.* hello|Says hello|Greet the|Look at|Replace the|Announce|Restart the|the greeters|Test lab, Live|：lead$/.test(text)), []);
		}
		await page.goto('/');
		await look(page, '82-home-zh');
		await page.goto('/runs');
		await look(page, '83-history-zh');
		await page.goto('/runbooks');
		await look(page, '86-library-zh');
		await page.goto('/runbooks/greet');
		await look(page, '87-runbook-zh');
		assert.deepEqual(page.complaints, []);
	});

	after(close);
});
