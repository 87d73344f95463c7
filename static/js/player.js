/*
 * player.js: replays a recording (asciicast v2).
 *
 * The whole recording is read once.  To go forward, what lies between is
 * written at once; to go back, all from the beginning is.  Pauses of more than
 * two seconds are shortened unless that is switched off.
 */
import { inOrder, size, terminal } from './xterm.js';

const PAUSE = 2;
const box = document.getElementById('player');
const [toggle, full] = box.querySelectorAll('button');
const [seek, short] = box.querySelectorAll('input');
const speed = box.querySelector('select');
const clock = box.querySelector('output');
let term, put, head, events = [], times = [], next = 0, at = 0, last = null;

const total = () => times.at(-1) ?? 0;
const text = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, '0')}`;

/* The time at which each event is shown. */
function measure() {
	let before = 0, now = 0;

	times = events.map(([when]) => {
		now += short.checked ? Math.min(when - before, PAUSE) : when - before;
		before = when;
		return now;
	});
}

function show() {
	seek.value = total() > 0 ? Math.round(at / total() * 1000) : 1000;
	seek.setAttribute('aria-valuetext', text(at));
	clock.textContent = `${text(at)} / ${text(total())}`;
	toggle.textContent = last === null ? box.dataset.play : box.dataset.pause;
}

function go(to) {
	to = Math.max(0, Math.min(to, total()));
	if (to < at) {
		put(() => {
			term.reset();
			term.resize(head.width, head.height);
		});
		next = 0;
	}
	for (; next < events.length && times[next] <= to; next++) {
		const [, kind, what] = events[next];
		const sized = kind === 'r' ? size(what) : null;

		if (kind === 'o')
			put(what);
		else if (sized)
			put(() => term.resize(...sized));
	}
	at = to;
	show();
}

function tick(now) {
	if (last === null)
		return;
	go(at + (now - last) / 1000 * Number(speed.value));
	last = at < total() ? now : null;
	if (last === null)
		show();
	else
		requestAnimationFrame(tick);
}

function play() {
	if (last !== null) {
		last = null;
		show();
		return;
	}
	if (at >= total())
		go(0);
	last = performance.now();
	show();
	requestAnimationFrame(tick);
}

const keys = {
	' ': play,
	ArrowLeft: () => go(at - 5),
	ArrowRight: () => go(at + 5),
	Home: () => go(0),
	End: () => go(total()),
	f: () => full.click(),
};

function read(cast) {
	const lines = cast.split('\n').filter(Boolean);

	head = JSON.parse(lines.shift());
	events = lines.map((line) => JSON.parse(line));
}

async function start() {
	const answer = await fetch(box.dataset.cast);

	if (!answer.ok)
		throw new Error(answer.status);
	read(await answer.text());
	box.hidden = false;
	document.getElementById('as-text').hidden = true;
	term = terminal(head.width, head.height, { disableStdin: true, convertEol: false });
	put = inOrder(term);
	term.open(box.querySelector('.player-screen'));
	measure();
	go(total());
	toggle.addEventListener('click', play);
	seek.addEventListener('input', () => go(seek.value / 1000 * total()));
	short.addEventListener('change', () => {
		const part = total() > 0 ? at / total() : 1;

		measure();
		go(part * total());
	});
	full.addEventListener('click', () => document.fullscreenElement ? document.exitFullscreen() : box.requestFullscreen());
	box.addEventListener('keydown', (event) => {
		if (!keys[event.key] || event.target.matches('input, select, button') || event.ctrlKey || event.metaKey || event.altKey)
			return;
		event.preventDefault();
		event.stopPropagation();
		keys[event.key]();
	}, true);
}

start().catch(() => {
	const said = document.createElement('p');

	said.className = 'note note-warn';
	said.textContent = box.dataset.failed;
	box.before(said);
	box.hidden = true;
	document.getElementById('as-text').hidden = false;
});
