/*
 * changes.js: events bring the browsers what they change in the page of a run,
 * and no browser fetches the page.  After each of them the page that was
 * changed piece by piece is the one that the server renders.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { base, becomes, close, newPage, signIn } from './browser.js';

const password = process.env.PASSWORD;
const auth = { Authorization: `Bearer ${process.env.TOKEN}` };
const SOON_MS = 20000;

async function ask(method, path, body) {
	const answer = await fetch(base + path, { method, body: body && JSON.stringify(body),
		headers: { ...auth, Accept: 'application/json', 'Content-Type': 'application/json' } });

	assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
	return answer.json();
}

async function newRun(runbook) {
	const { id } = await ask('POST', '/runs', { runbook, environment: 'test', parameters: {} });

	await ask('POST', `/runs/${id}/start`, {});
	return `/runs/${id}`;
}

/* A page that counts how often it is fetched. */
async function look(run, who, options) {
	const page = await newPage(options);

	await signIn(page, { name: who, password });
	await page.goto(run);
	await page.waitForSelector('#link.live', { state: 'attached' });
	page.fetched = 0;
	page.on('request', (r) => {
		page.fetched += new URL(r.url()).pathname === run;
	});
	return page;
}

const shows = (page, seq) => page.waitForFunction((wanted) =>
	Number(document.getElementById('main').dataset.seq) >= wanted, seq, { timeout: SOON_MS });

/* The first place where the page differs from the one that the server renders now, or ''. */
const difference = (page) => page.evaluate(async () => {
	/* what other scripts and the viewer own; times, which go on meanwhile */
	const leave = (el) => el.dataset.keep !== undefined || el.dataset.owned !== undefined || el.tagName === 'TIME' ||
	    el.matches('.clock, .dur, pre.out, #say, .attempt-head, [hidden]');
	const own = new Set(['open', 'data-busy', 'aria-disabled', 'data-owned', 'title']);
	const lines = (node, out = []) => {
		for (const el of node.childNodes) {
			if (el.nodeType === 3 && el.data.trim())
				out.push(el.data.trim());
			if (el.nodeType !== 1 || leave(el))
				continue;
			out.push(el.tagName + [...el.attributes].filter((a) => !own.has(a.name)).map((a) => ` ${a.name}=${a.value}`).sort().join(''));
			lines(el, out);
		}
		return out;
	};
	const answer = await fetch(location.pathname, { headers: { Accept: 'text/html' }, cache: 'no-store' });
	const there = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('main');
	const here = document.getElementById('main');
	const [a, b] = [lines(here), lines(there)];
	const at = a.findIndex((line, i) => line !== b[i]);

	if (here.dataset.seq !== there.dataset.seq)
		return `event ${here.dataset.seq}, not ${there.dataset.seq}`;
	return at < 0 && a.length === b.length ? '' : `${a.slice(at - 3, at + 2).join('\n')}\n-- the server:\n${b.slice(at - 3, at + 2).join('\n')}`;
});

/* The stream of a page, as a browser has it. */
class Listener {
	constructor(run, seq) {
		this.stop = new AbortController();
		this.bytes = 0;
		this.patches = [];
		this.reading = this.read(`${base}/events?parts=en&runs=${run.split('/').pop()}:${seq}`);
	}

	async read(address) {
		const answer = await fetch(address, { signal: this.stop.signal,
			headers: { ...auth, Accept: 'text/event-stream' } });
		let text = '';

		for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
			this.bytes += new TextEncoder().encode(part).length;
			text += part;
			for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
				const [, data] = /^event: patch\ndata: (.*)/.exec(text.slice(0, end)) ?? [];

				if (data)
					this.patches.push({ at: Date.now(), bytes: data.length, ...JSON.parse(data) });
			}
		}
	}

	async has(seq) {
		for (const end = Date.now() + SOON_MS; !this.patches.some((p) => p.seq >= seq);) {
			assert.ok(Date.now() < end, `the stream says nothing of event ${seq}`);
			await new Promise((resume) => setTimeout(resume, 5));
		}
	}

	close() {
		this.stop.abort();
		return this.reading.catch(() => {});
	}
}

const median = (all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)];

describe('200 steps, two browsers', () => {
	const PRESSES = 12;
	let run, ana, tess;

	before(async () => {
		run = await newRun('long');
		ana = await look(run, 'ana');
		tess = await look(run, 'tess', { locale: 'zh-CN' });
		await tess.evaluate((all) => {
			globalThis.shown = {};
			new MutationObserver(() => {
				for (const id of all)
					if (document.getElementById(`step-s${id}`).classList.contains('is-succeeded'))
						globalThis.shown[`s${id}`] ??= Date.now();
			}).observe(document.getElementById('main'), { subtree: true, attributes: true, attributeFilter: ['class'] });
		}, [...Array(PRESSES).keys()]);
	});

	test('a press in one is seen in the other, and neither fetches the page', async (t) => {
		const { seq } = await ask('GET', run);
		const listener = new Listener(run, seq);

		await listener.has(seq);
		const before = listener.bytes;

		for (let n = 0; n < PRESSES; n++) {
			await ana.click(`#step-s${n} [data-primary]`);
			await becomes(ana, `s${n}`, 'succeeded');
			await becomes(tess, `s${n}`, 'succeeded');
		}
		const last = (await ask('GET', run)).seq;

		await Promise.all([shows(ana, last), shows(tess, last), listener.has(last)]);
		await listener.close();
		assert.deepEqual([ana.fetched, tess.fetched], [0, 0], 'pages fetched');
		const { events } = await ask('GET', `${run}/events?after=${seq}`);
		const bytes = (listener.bytes - before) / PRESSES;
		const parts = listener.patches.filter((p) => p.seq > seq);

		/* The load of the machine decides how many events one part tells of. */
		assert.ok(parts.length <= events.length, `${parts.length} parts for ${events.length} events`);
		for (const part of parts)
			assert.ok(part.bytes < 10000, `${part.bytes} bytes for what changed by event ${part.seq}`);
		const shown = await tess.evaluate(() => globalThis.shown);
		const ends = events.filter((e) => e.kind === 'step.ended');

		assert.equal(ends.length, PRESSES);
		t.diagnostic(`${Math.round(bytes)} bytes for a press in ${parts.length / PRESSES} parts; ` +
		    `from the end of a step to another stream ${median(ends.map((e) => listener.patches.find((p) => p.seq >= e.seq).at - Date.parse(e.at)))} ms, ` +
		    `to another screen ${median(ends.map((e) => shown[e.data.step] - Date.parse(e.at)))} ms (medians)`);
		assert.equal(await difference(ana), '');
		assert.equal(await difference(tess), '');
	});

	for (const size of [{ width: 1280, height: 900 }, { width: 360, height: 740 }])
		test(`what is next comes into view, also where somebody else has pressed: ${size.width} by ${size.height}`, async () => {
			await Promise.all([ana, tess].map((p) => p.setViewportSize(size)));
			const first = await ana.evaluate(() => Number(document.querySelector('.step.current').id.slice('step-s'.length)));

			await tess.evaluate(() => document.querySelector('.step.current').scrollIntoView());
			for (let n = first; n < first + 4; n++) {
				await ana.click(`#step-s${n} [data-primary]`);
				await Promise.all([ana, tess].map((page) => page.waitForFunction((id) => {
					const [top, bottom] = [document.getElementById('bar').getBoundingClientRect().bottom, innerHeight];
					const step = document.getElementById(id);

					return ['h3', '[data-primary]'].every((what) => {
						const r = step.matches('.current') && step.querySelector(what)?.getBoundingClientRect();

						return r && r.top >= Math.max(top, 0) && r.bottom <= bottom;
					});
				}, `step-s${n + 1}`, { timeout: SOON_MS })));
			}
		});

	test('who types is left where they are, with what they typed', async () => {
		const next = await ana.evaluate(() => document.querySelector('.step.current').id);

		await tess.fill('#comment', 'half of what I');
		await tess.focus('#comment');
		const top = await tess.evaluate(() => scrollY);
		const fetched = [ana.fetched, tess.fetched];

		await ana.click(`#${next} [data-primary]`);
		await becomes(tess, next.slice('step-'.length), 'succeeded', { state: 'attached' });
		assert.equal(await tess.inputValue('#comment'), 'half of what I');
		assert.equal(await tess.evaluate(() => document.activeElement.id), 'comment');
		assert.equal(await tess.evaluate(() => {
			const r = document.activeElement.getBoundingClientRect();

			return r.top >= 0 && r.bottom <= innerHeight;
		}), true, `was at ${top}`);
		await tess.fill('#comment', '');
		assert.deepEqual([ana.fetched, tess.fetched], fetched, 'pages fetched');
	});

	test('no page complained in the console', () => assert.deepEqual([...ana.complaints, ...tess.complaints], []));

	after(close);
});

describe('all that happens', () => {
	let run, ana, tess;

	before(async () => {
		run = await newRun('all');
		ana = await look(run, 'ana');
		tess = await look(run, 'tess', { locale: 'zh-CN' });
	});

	/* All that was caused is over: the steps are not at work. */
	async function same(what) {
		let now;

		for (const end = Date.now() + SOON_MS; ;) {
			now = await ask('GET', run);
			if (now.steps.every((s) => !['requested', 'starting', 'running'].includes(s.state)))
				break;
			assert.ok(Date.now() < end, `${what}: a step does not end`);
		}
		for (const [page, who] of [[ana, 'ana'], [tess, 'tess']]) {
			await shows(page, now.seq);
			assert.equal(await difference(page), '', `${who}: ${what}`);
		}
	}

	async function press(id, verb = 'execute', body = {}) {
		await ask('POST', `${run}/steps/${id}/${verb}`, body);
		await same(`${verb} ${id}`);
	}

	test('each change makes the page that the server renders', async () => {
		const asked = () => [ana, tess].map((page) => page.fetched);
		const compared = asked();

		await same('at first');
		await press('announce', 'confirm', { note: 'yes' });
		await press('find');
		await press('break');
		await press('break', 'retry', { attempt: 2 });
		await ask('POST', `${run}/comments`, { text: 'It <b>broke</b>.' });
		await same('a comment');
		await ask('POST', `${run}/pause`, {});
		await same('a pause');
		await ask('POST', `${run}/resume`, {});
		await same('going on');
		assert.deepEqual(asked(), compared.map((n) => n + 8), 'no page was fetched but to compare');
		await ask('POST', `${run}/parameters`, { parameters: { word: 'two' } });
		await same('another value');
		await press('break', 'retry', { attempt: 3 });
		await press('perhaps', 'skip', { reason: 'No need.' });
		await press('look', 'confirm', { note: '' });
		await tess.click('#step-look [data-primary]');
		await becomes(tess, 'look', 'confirmed', { state: 'attached' });
		await same('a signature');
		await press('other', 'confirm', { note: '' });
		await press('do');
		await press('one', 'confirm', { note: '' });
		await ask('POST', `${run}/rollback`, { reason: 'All of it again.' });
		await same('a rollback');
		await press('undo');
		await ask('POST', `${run}/close`, { result: 'rolled_back', note: 'Tomorrow.' });
		await same('the end');
	});

	test('no page complained in the console', () => assert.deepEqual([...ana.complaints, ...tess.complaints], []));

	after(close);
});

describe('what goes wrong on the way', () => {
	const children = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
	/* The hub is the child with a child of its own, which renders. */
	const hub = () => children(process.env.WEB).find((pid) => children(pid).length > 0);
	let run, page, said = 0;

	before(async () => {
		run = await newRun('all');
		page = await look(run, 'tess');
	});

	async function comes(page_ = page) {
		const text = `comment ${++said}`;

		await ask('POST', `${run}/comments`, { text });
		await page_.waitForSelector(`.comment:has-text("${text}")`, { timeout: SOON_MS });
		assert.equal(await difference(page_), '');
	}

	const renewed = async (was) => {
		for (const end = Date.now() + SOON_MS; hub() === undefined || hub() === was;) {
			assert.ok(Date.now() < end, 'no other hub');
			await new Promise((resume) => setTimeout(resume, 20));
		}
	};

	for (const which of ['the hub', 'the process that renders'])
		test(`${which} is killed: what happened meanwhile is in the page`, async () => {
			const was = hub();

			process.kill(Number(which === 'the hub' ? was : children(was)[0]), 'SIGKILL');
			await comes();
			await renewed(was);
			await page.waitForSelector('#link.live', { state: 'attached' });
			await comes();
		});

	test('a page that missed an event fetches itself', async () => {
		const before = page.fetched;

		await comes();
		await page.evaluate(() => {
			document.getElementById('main').dataset.seq--;
		});
		await comes();
		assert.equal(page.fetched - before, 3, 'once, and two comparisons');
	});

	test('a stopped renderer leaves no page old', async () => {
		const renderer = Number(children(hub())[0]);

		process.kill(renderer, 'SIGSTOP');
		try {
			await comes();
		} finally {
			process.kill(renderer, 'SIGCONT');
		}
		await comes();
	});

	test('what a person may do follows their roles', async () => {
		await page.waitForSelector('#step-announce [data-primary]');
		await ask('POST', '/users/tess', { roles: ['viewer'] });
		await comes();
		assert.equal(await page.locator('#step-announce [data-primary]').count(), 0);
		await ask('POST', '/users/tess', { roles: ['operator'] });
		await comes();
		await page.click('#step-announce [data-primary]');
		await becomes(page, 'announce', 'confirmed', { state: 'attached' });
	});

	test('a stream ends with its account, and the page leads to the sign-in', async () => {
		await ask('POST', '/users/tess', { disabled: true });
		await page.waitForURL(/\/login/, { timeout: 60000 });
		assert.deepEqual(page.complaints, []);
	});

	after(close);
});
