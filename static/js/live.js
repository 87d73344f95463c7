/*
 * live.js: the run page follows the run.
 *
 * An event says only that something happened; the page then fetches itself
 * again and morphs, so the server's templates stay the one place that knows
 * how a run looks.  Where server-sent events do not get through, the same
 * address is asked as JSON every two seconds.
 */
import { reload } from './morph.js';

const POLL_MS = 2000;
const TRIES = 3;
const AT_ONCE = 10;		/* refreshes in a row, then one a second */
const main = document.getElementById('main');
const link = document.getElementById('link');
let source, poll, failures = 0, lostAt = null;
let working = false, again = false;
let allowed = AT_ONCE, counted = performance.now();

const seq = () => Number(main.dataset.seq);
const url = () => `${main.dataset.run}/events?after=${seq()}`;

function show(state) {
	const words = { live: link.dataset.live, wait: link.dataset.wait, off: link.dataset.off };

	link.hidden = false;
	link.className = 'link-state ' + state;
	link.textContent = words[state];
	if (state === 'off')
		link.textContent += ' ' + lostAt.toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' });
}

function up() {
	failures = 0;
	lostAt = null;
	show('live');
}

function down() {
	failures++;
	lostAt ??= new Date();
	show(failures < TRIES ? 'wait' : 'off');
}

function inView(el) {
	const r = el?.getBoundingClientRect();

	return r && r.bottom > 0 && r.top < innerHeight;
}

/*
 * Whoever watched the step that was next goes on to the one that is now, and
 * keeps its output in sight when that takes the place of a longer text.
 */
function followCurrent(before, how, wasSeen) {
	const now = document.querySelector('.step.current') || document.querySelector('.panel-now, .panel-end');
	const typing = document.activeElement?.matches('textarea, input');
	const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;

	if (now && (now !== before || now.className !== how) && wasSeen && !typing)
		(now.querySelector('.attempt') ?? now).scrollIntoView({ block: 'nearest', behavior: calm ? 'auto' : 'smooth' });
}

function say() {
	const words = [document.querySelector('#bar .state'), document.querySelector('.step.current h3'), document.querySelector('.step.current .step-meta .state')];
	const text = words.filter(Boolean).map((el) => el.textContent.trim()).join(', ');
	const box = document.getElementById('say');

	if (box.textContent !== text)
		box.textContent = text;
}

/* Who looks at this run; alone it need not be said. */
function who(names) {
	document.getElementById('here').hidden = names.length < 2;
	document.getElementById('here-names').textContent = names.join(', ');
}

/* A step on a thousand targets must not make the page fetch itself all day. */
async function pace() {
	const now = performance.now();

	allowed = Math.min(AT_ONCE, allowed + (now - counted) / 1000) - 1;
	counted = now;
	if (allowed < 0)
		await new Promise((resume) => setTimeout(resume, -allowed * 1000));
}

async function refresh() {
	if (working) {
		again = true;
		return;
	}
	working = true;
	do {
		const before = document.querySelector('.step.current');
		const how = before?.className;
		const seen = inView(before) || inView(document.querySelector('.panel-now'));

		await pace();
		again = false;
		try {
			if (await reload())
				followCurrent(before, how, seen);
		} catch {
			down();
		}
	} while (again);
	working = false;
	say();
	if (main.dataset.live === undefined)
		stop();
}

function stop() {
	source?.close();
	clearTimeout(poll);
	link.hidden = true;
}

async function ask() {
	try {
		const answer = await fetch(url(), { headers: { Accept: 'application/json' }, cache: 'no-store' });
		const body = answer.ok ? await answer.json() : null;

		if (!body)
			throw new Error(answer.status);
		up();
		if (body.seq > seq())
			await refresh();
	} catch {
		down();
	}
	if (main.dataset.live !== undefined)
		poll = setTimeout(ask, POLL_MS);
}

function listen() {
	source = new EventSource(url());
	source.onopen = () => { up(); refresh(); };
	source.onmessage = refresh;
	source.addEventListener('presence', (event) => who(JSON.parse(event.data).names));
	source.onerror = () => {
		down();
		if (source.readyState !== EventSource.CLOSED && failures < TRIES)
			return;
		source.close();
		ask();
	};
}

listen();
document.addEventListener('cs:changed', refresh);
addEventListener('online', refresh);
if (!location.hash && scrollY === 0) {
	const now = document.querySelector('.step.current');

	if (now && now.getBoundingClientRect().top > innerHeight * .7)
		now.scrollIntoView({ block: 'start' });
}
