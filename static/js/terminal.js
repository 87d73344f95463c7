/*
 * terminal.js: the terminal of an interactive step while it runs.
 *
 * It shows the recording, read by offset as it grows, so that everybody sees
 * the same, also after coming back.  Input is sent until it has arrived
 * (typist.js); the page says while it waits.
 *
 * The first key gives the terminal the size of this window; everybody sees it
 * in that size, which the recording has.
 *
 * xterm.js answers questions that a program asks its terminal (what are you,
 * where is the cursor).  Each viewer would type such an answer, and again at
 * each replay, so these questions end at the parser.
 */
import { request } from './request.js';
import { join, Typist } from './typist.js';
import { inOrder, size, terminal } from './xterm.js';

const FAST_MS = 120;
const SLOW_MS = 1000;
const BEGIN = 4 * 1024 * 1024;	/* of a long recording the end is read */
const SCROLLBAR = 14, BELOW = 56;	/* pixels */
const SETTLE_MS = 400;		/* after a change of the window */
const QUESTIONS = [{ final: 'c' }, { prefix: '>', final: 'c' }, { prefix: '=', final: 'c' }, { final: 'n' }, { prefix: '?', final: 'n' },
	{ final: 'x' }, { prefix: '>', final: 'q' }, { intermediates: '$', final: 'p' }, { prefix: '?', intermediates: '$', final: 'p' }, { prefix: '?', final: 'u' }];
const box = document.getElementById('terminal');
const said = document.getElementById('terminal-said');
const form = document.getElementById('terminal-form');
const { columns, rows, cast, type, attempt, target, csrf, waits, full, lost, ended, failed } = box.dataset;
let term, put, mine = null, end = null, rest = new Uint8Array(), idle = 0, asked = 0, wait = FAST_MS, timer = null;
let running = box.dataset.running !== undefined;

function say(text, how = 'warn') {
	said.textContent = text;
	said.className = `note note-${how}`;
	said.hidden = false;
}

function show(line) {
	try {
		const [, kind, text] = JSON.parse(line);

		const to = kind === 'r' ? size(text) : null;

		if (kind === 'o')
			put(text);
		else if (to)
			put(() => term.resize(...to));
	} catch {
		/* a hole of a recording that was too long, or half a line before it */
	}
}

/* Whole lines; the last half of one waits for the next bytes. */
function take(bytes, from) {
	const text = join(rest, bytes);
	const last = text.lastIndexOf(10) + 1;
	const lines = new TextDecoder().decode(text.subarray(0, last)).split('\n');

	rest = text.slice(last);
	if (end === null && from > 0)
		lines.shift();
	for (const line of lines)
		if (line && line[0] === '[')
			show(line);
	end = from + bytes.length;
}

/* Reads on; one byte is asked for again, as no range is ever empty. */
async function more() {
	const range = end === null ? `-${BEGIN}` : `${end - 1}-${end + BEGIN}`;
	const answer = await request(cast, { headers: { Range: 'bytes=' + range }, cache: 'no-store' });
	const where = /bytes (\d+)-\d+\/(\d+)/.exec(answer.headers.get('Content-Range') ?? '');

	if (answer.status === 416 || answer.status === 404)
		return false;
	if (answer.status !== 206 && !(answer.status === 200 && end === null))
		throw new Error(answer.status);
	let bytes = new Uint8Array(await answer.arrayBuffer());
	let from = where ? Number(where[1]) : 0;

	if (end !== null) {
		bytes = bytes.subarray(1);
		from++;
	}
	if (bytes.length === 0)
		return false;
	take(bytes, from);
	return true;
}

/* After a silence: does it run still? */
async function ask() {
	const answer = await request(location.href, { headers: { Accept: 'application/json' }, cache: 'no-store' });

	if (answer.status === 401)
		location.reload();
	if (answer.ok) {
		const now = await answer.json();

		running = now.is_running;
		document.getElementById('terminal-typists').textContent = now.typists_text ?? '';
	}
}

/* The heading says how it ended; nobody is told how to type any more. */
async function close() {
	typist.forget();
	term.options.disableStdin = true;
	form?.remove();
	say(ended, 'info');
	const answer = await request(location.href, { headers: { Accept: 'text/html' }, cache: 'no-store' });
	const facts = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('.output-facts');

	if (facts)
		document.querySelector('.output-facts').replaceWith(facts);
	document.dispatchEvent(new Event('cs:morphed'));
	box.querySelector('.help').hidden = true;
}

async function follow() {
	timer = null;
	try {
		const got = await more();

		wait = got ? FAST_MS : Math.min(SLOW_MS, wait * 1.3);
		idle = got ? 0 : idle + wait;
		if (idle > 2000 || performance.now() > asked + 5000) {
			idle = 0;
			asked = performance.now();
			await ask();
		}
	} catch {
		wait = SLOW_MS;
	}
	if (running) {
		timer = setTimeout(follow, wait);
		return;
	}
	while (await more().catch(() => false))
		;
	await close().catch(() => {});
}

function hurry() {
	wait = FAST_MS;
	if (timer !== null) {
		clearTimeout(timer);
		timer = setTimeout(follow, 30);
	}
}

/* As many columns and rows as fit here. */
function fit() {
	const place = box.querySelector('.player-screen'), screen = place.querySelector('.xterm-screen').getBoundingClientRect();
	const style = getComputedStyle(place), top = place.getBoundingClientRect().top + scrollY;
	const width = place.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - SCROLLBAR;
	const height = innerHeight - top - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom) - BELOW;
	const within = (n, range) => {
		const [least, most] = range.split(' ').map(Number);

		return Math.max(least, Math.min(most, Math.floor(n)));
	};

	return { columns: within(width / (screen.width / term.cols), columns), rows: within(height / (screen.height / term.rows), rows) };
}

/* One request; an error of which `again` says whether it may help to repeat. */
async function send(fields) {
	mine = fit();

	const body = new URLSearchParams({ _csrf: csrf, attempt, target, ...mine, ...fields });
	const answer = await request(type, { method: 'POST', body, headers: { Accept: 'application/json' } }).catch(() => {
		throw Object.assign(new Error(lost), { again: true });
	});
	const result = await answer.json().catch(() => ({}));

	if (answer.ok) {
		hurry();
		return result;
	}
	const again = answer.status >= 500 || answer.status === 429;

	throw Object.assign(new Error(again ? waits : result.error?.text ?? result.error?.message ?? lost), { again });
}

const typist = new Typist(send, (what, error) => {
	if (what === 'arrived')
		said.hidden = true;
	else
		say(error?.message ?? (what === 'full' ? full : waits));
	if (what === 'refused')
		ask().catch(() => {});
});

async function start() {
	term = terminal(80, 24, { disableStdin: !running || box.dataset.typing === undefined, cursorBlink: false });
	for (const question of QUESTIONS)
		term.parser.registerCsiHandler(question, () => true);
	term.parser.registerDcsHandler({ intermediates: '$', final: 'q' }, () => true);
	put = inOrder(term);
	await more();
	box.hidden = false;
	document.getElementById('as-text').hidden = true;
	term.open(box.querySelector('.player-screen'));
	term.onData((text) => typist.type(text));
	/* Tab and Escape belong to the program; this leads out of it. */
	term.attachCustomKeyEventHandler((event) => {
		if (event.key !== 'Escape' || !event.shiftKey)
			return true;
		if (event.type === 'keydown')
			(form?.querySelector('#line') ?? document.querySelector('main a')).focus();
		return false;
	});
	let settled = null;

	addEventListener('resize', () => {
		clearTimeout(settled);
		settled = setTimeout(() => {
			const now = fit();

			if (mine !== null && running && (now.columns !== mine.columns || now.rows !== mine.rows))
				typist.tell();
		}, SETTLE_MS);
	});
	form?.addEventListener('submit', (event) => {
		event.preventDefault();
		event.stopImmediatePropagation();
		typist.type(form.elements.line.value + '\r');
		form.reset();
	});
	if (!term.options.disableStdin)
		term.focus();
	follow();
}

start().catch(() => say(failed));
