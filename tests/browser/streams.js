/*
 * streams.js: one stream for all tabs of a browser, by a shared worker or by
 * a tab that leads; a leader that dies is replaced; a stream that brings
 * nothing is noticed, said, and made up for by asking.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ana, base, close, newPage, signIn } from './browser.js';

const auth = { Authorization: `Bearer ${process.env.TOKEN}` };
/* They take a second, five and eight; a loaded machine takes longer. */
const SOON_MS = 20000, LEADER_MS = 30000, NOTICE_MS = 40000;
let said = 0;

async function post(path, body) {
	const answer = await fetch(base + path, { method: 'POST', body: JSON.stringify(body),
		headers: { ...auth, Accept: 'application/json', 'Content-Type': 'application/json' } });

	assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
	return answer.json();
}

async function newRun() {
	const { id } = await post('/runs', { runbook: 'two', environment: 'test' });

	await post(`/runs/${id}/start`, {});
	return id;
}

/* Something happens in the run; every page has to show it in time. */
async function allShow(run, pages, ms) {
	const text = `comment ${++said}`;

	await post(`/runs/${run}/comments`, { text });
	await Promise.all(pages.map((page) => page.waitForSelector(`.comment:has-text("${text}")`, { timeout: ms })));
}

/* The number of streams that watch the run, by what the hub says of presence; ours is
 * one of them. */
async function watchers(runs) {
	const stop = new AbortController();
	const answer = await fetch(`${base}/events?runs=${runs.map((r) => r + ':0').join(',')}`, {
		headers: { ...auth, Accept: 'text/event-stream' }, signal: stop.signal });
	const found = {};
	let text = '';

	for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
		text += part;
		for (const [, data] of text.matchAll(/event: presence\ndata: (.*)\n\n/g))
			found[JSON.parse(data).run] = JSON.parse(data).count - 1;
		if (Object.keys(found).length === runs.length)
			break;
	}
	stop.abort();
	return found;
}

/* The hub hears a moment later that a browser has closed a stream, and two
 * tabs may lead until one has heard the other. */
async function becomesWatched(wanted) {
	for (const end = Date.now() + 30000; ;) {
		const found = await watchers(Object.keys(wanted));

		if (Object.entries(wanted).every(([run, count]) => found[run] === count))
			return;
		assert.ok(Date.now() < end, JSON.stringify(found));
		await new Promise((resume) => setTimeout(resume, 200));
	}
}

/* Takes a feature from the browser before the page's scripts run. */
async function browserWithout(...names) {
	const page = await newPage();

	await page.context().addInitScript((gone) => gone.forEach((name) => delete globalThis[name]), names);
	await signIn(page, { name: ana.name, password: process.env.PASSWORD });
	return page;
}

async function tabs(first, runs, count) {
	const pages = [first];

	while (pages.length < count)
		pages.push(await first.context().newPage());
	await Promise.all(pages.map(async (page, i) => {
		page.streams = 0;
		page.on('request', (r) => { page.streams += r.resourceType() === 'eventsource'; });
		await page.goto(`/runs/${runs[i % runs.length]}`);
	}));
	return pages;
}

const of = (pages, runs, run) => pages.filter((_, i) => runs[i % runs.length] === run);
const isLive = (page) => page.waitForSelector('#link.live', { state: 'attached' });

describe('one stream for all tabs', () => {
	let runs;

	before(async () => {
		runs = [await newRun(), await newRun()];
	});

	for (const [way, gone] of [['a shared worker', []], ['a tab that leads', ['SharedWorker']]])
		test(`ten tabs on two runs have one stream, by ${way}`, async () => {
			const first = await browserWithout(...gone);
			const pages = await tabs(first, runs, 10);

			await Promise.all(pages.map(isLive));
			for (const run of runs)
				await allShow(run, of(pages, runs, run), SOON_MS);
			await becomesWatched({ [runs[0]]: 1, [runs[1]]: 1 });
			assert.equal(pages.some((p) => p.streams > 0), gone.length > 0);
			/* of one run no tab is left: it is watched no more */
			for (const page of of(pages, runs, runs[1]))
				await page.close();
			await allShow(runs[0], of(pages, runs, runs[0]), LEADER_MS + SOON_MS);
			await becomesWatched({ [runs[0]]: 1, [runs[1]]: 0 });
			assert.deepEqual(first.complaints, []);
			await first.context().close();
		});

	test('a leader that is closed, and one that hangs, are replaced', async () => {
		const first = await browserWithout('SharedWorker');
		let pages = await tabs(first, runs, 4);

		await Promise.all(pages.map(isLive));
		for (const end of ['close', 'hang']) {
			const leader = pages.find((p) => p.streams > 0);
			const others = pages.filter((p) => p !== leader);

			assert.ok(leader, 'a tab leads');
			if (end === 'close')
				await leader.close();
			else
				await leader.evaluate(() => setTimeout(() => {
					for (const until = Date.now() + 25000; Date.now() < until;)
						;
				}));
			for (const until = Date.now() + LEADER_MS; !others.some((p) => p.streams > 0);) {
				assert.ok(Date.now() < until, `${end}: no tab leads`);
				await new Promise((resume) => setTimeout(resume, 50));
			}
			for (const run of runs)
				await allShow(run, others.filter((p) => p.url().endsWith(`/${run}`)), SOON_MS);
			pages = others;
		}
		await first.context().close();
	});

	test('a tab with neither asks, and says so', async () => {
		const page = await browserWithout('SharedWorker', 'BroadcastChannel');

		await tabs(page, runs, 1);
		await page.waitForSelector('#link.poll');
		assert.match(await page.textContent('#link'), /not live/);
		await allShow(runs[0], [page], SOON_MS + 2000);
		assert.equal(page.streams, 0);
		await page.context().close();
	});

	test('behind a proxy that asks for nothing special the page is live', async () => {
		const page = await browserWithout();

		await page.goto(`${process.env.PLAIN}/runs/${runs[0]}`);
		await isLive(page);
		await allShow(runs[0], [page], SOON_MS);
		await page.context().close();
	});

	for (const gone of [[], ['SharedWorker'], ['SharedWorker', 'BroadcastChannel']])
		test(`behind a proxy that holds the stream back the page says so and asks${gone.map((n) => ', without ' + n).join('')}`, async () => {
			const page = await browserWithout(...gone);

			await page.goto(`${process.env.BUFFERING}/runs/${runs[0]}`);
			await page.waitForSelector('#link.poll', { timeout: NOTICE_MS });
			await allShow(runs[0], [page], SOON_MS + 2000);
			assert.equal(await page.locator('#link.poll').count(), 1);
			await page.context().close();
		});

	test('a stream that falls silent is noticed, and used again once it speaks', async () => {
		const page = await browserWithout();
		const hub = Number(process.env.HUB);

		await page.goto(`/runs/${runs[0]}`);
		await isLive(page);
		process.kill(hub, 'SIGSTOP');
		try {
			await page.waitForSelector('#link.poll', { timeout: NOTICE_MS });
			await allShow(runs[0], [page], SOON_MS + 2000);
		} finally {
			process.kill(hub, 'SIGCONT');
		}
		await page.waitForSelector('#link.live', { state: 'attached', timeout: 60000 });
		await allShow(runs[0], [page], SOON_MS);
		await page.context().close();
	});

	test('a page that hears of no stream asks for itself', async () => {
		const page = await browserWithout('BroadcastChannel');

		await page.addInitScript(() => {
			globalThis.SharedWorker = class {
				port = { postMessage() { /* nobody is there */ }, close() { /* nobody is there */ } };
			};
		});
		await page.route('**/events?*', () => null);
		await page.goto(`/runs/${runs[0]}`);
		await allShow(runs[0], [page], SOON_MS);
		await page.context().close();
	});

	test('a page whose own refresh is not answered says so, and asks again', async () => {
		const page = await browserWithout();
		const address = `${base}/runs/${runs[0]}`;
		let asked = 0;

		await page.goto(address);
		await isLive(page);
		await page.route(address, (route) => asked++ === 0 ? null : route.continue());
		await page.evaluate(() => {
			document.getElementById('main').dataset.seq--;	/* as after an event that it missed */
		});
		const shown = allShow(runs[0], [page], 60000);

		await page.waitForSelector('#link.wait', { timeout: NOTICE_MS });
		await shown;
		assert.ok(asked > 1, `${asked} requests`);
		await page.waitForSelector('#link.live', { state: 'attached' });
		await page.context().close();
	});

	test('a session that ended leads to the sign-in', async () => {
		const page = await browserWithout();

		await page.goto(`/runs/${runs[0]}`);
		await isLive(page);
		await page.context().clearCookies();
		process.kill(Number(process.env.HUB), 'SIGKILL');
		await page.waitForURL(/\/login/, { timeout: 60000 });
		await page.context().close();
	});

	after(close);
});
