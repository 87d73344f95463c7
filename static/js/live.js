/*
 * live.js: the run page follows the run.
 *
 * An event says only that something happened; the page then fetches itself
 * again and morphs, so the server's templates stay the one place that knows
 * how a run looks.  All tabs of a browser share one stream (share.js); how
 * its line is stands in the bar, so that a page never is old in silence.
 */
import { reload } from './morph.js';
import { follow } from './share.js';

const AT_ONCE = 10;		/* refreshes in a row, then one a second */
const BEHIND_MS = 3000;		/* the page may be older than the stream knows for so long, then it says so */
const AGAIN_MS = 2000;		/* after a refresh that failed */
const UNTOLD_MS = 3500;		/* without a stream or its substitute; then the page asks for itself */
const main = document.getElementById('main');
const link = document.getElementById('link');
let stream, heard = performance.now();
let working = false, again = false, told = 0;
let behind;			/* since when the page is older than the run */
let allowed = AT_ONCE, counted = performance.now();

const seq = () => Number(main.dataset.seq);

/* live, wait (reconnecting), poll (asked every two seconds), or off. */
function show(state, since) {
	if (state === 'live' && performance.now() - behind > BEHIND_MS)
		state = 'wait';
	let text = link.dataset[state] ?? '';

	if (state === 'off')
		text += ' ' + new Date(since).toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' });
	link.hidden = text === '';
	link.className = 'link-state ' + state;
	if (link.textContent !== text)
		link.textContent = text;
}

function inView(el) {
	const r = el?.getBoundingClientRect();

	return r && r.bottom > 0 && r.top < innerHeight;
}

/* The step that a reader follows: the one with the focus, of those that are next. */
const followed = () => document.activeElement?.closest('.step.current') ?? document.querySelector('.step.current');

/*
 * A reader who watched the step that was next goes on to the one that is next
 * now, and keeps its output in sight when it replaces a longer text.  In a
 * parallel section, what others do beside it moves nothing.
 */
function followCurrent(before, how, wasSeen) {
	const stays = before?.isConnected && before.matches('.step.current');
	const now = stays ? before : document.querySelector('.step.current') || document.querySelector('.panel-now, .panel-end');
	const typing = document.activeElement?.matches('textarea, input');
	const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;

	if (now && (now !== before || now.className !== how) && wasSeen && !typing)
		(now.querySelector('.attempt') ?? now).scrollIntoView({ block: 'nearest', behavior: calm ? 'auto' : 'smooth' });
}

/* The states of the run and of the steps that are next. */
function words() {
	const text = (...all) => all.map((el) => el?.textContent.trim()).filter(Boolean).join(', ');
	const steps = [...document.querySelectorAll('.step.current')]
	    .map((el) => text(el.querySelector('h3'), el.querySelector('.step-meta .state')));

	return [text(document.querySelector('#bar .state')), ...steps];
}

let said = words();

/* Those that are new, behind that of the run. */
function say() {
	const now = words();
	const fresh = now.slice(1).filter((word) => !said.includes(word));

	if (fresh.length > 0 || now[0] !== said[0])
		document.getElementById('say').textContent = [now[0], ...fresh].join(', ');
	said = now;
}

/* Names the people who look at this run; shows nothing to one who is alone. */
function who(names) {
	const here = document.getElementById('here');

	if (here === null)
		return;
	here.hidden = names.length < 2;
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
		const before = followed();
		const how = before?.className;
		const seen = inView(before) || inView(document.querySelector('.panel-now'));

		await pace();
		again = false;
		behind ??= performance.now();
		if (await reload().catch(() => false)) {
			behind = undefined;
			followCurrent(before, how, seen);
		}
	} while (again);
	if (behind !== undefined)
		setTimeout(refresh, AGAIN_MS);
	working = false;
	told = 0;
	say();
	if (main.dataset.live === undefined)
		stop();
}

/* A worker that was not started, a line that is cut: the page does not wait for them. */
function ask() {
	if (performance.now() - heard > UNTOLD_MS && document.visibilityState === 'visible')
		refresh();
}

function stop() {
	clearInterval(timer);
	stream?.stop();
	stream = undefined;
	link.hidden = true;
}

function hear({ seq: last, names, state, since, ended }) {
	if (state !== undefined)
		show(state, since);
	if (state === 'live' || state === 'poll')
		heard = performance.now();
	if (names)
		who(names);
	if (ended || last > Math.max(seq(), told)) {
		told = last ?? 0;
		refresh();
	}
}

/* After a refusal this is the answer to a form, at the form's address. */
if (main.dataset.here)
	history.replaceState(null, '', main.dataset.here);
stream = follow({ run: Number(main.dataset.run.split('/').pop()), seq, account: document.body.dataset.account,
	version: new URL(import.meta.url).search }, hear);
const timer = setInterval(ask, AGAIN_MS);

document.addEventListener('cs:changed', refresh);
addEventListener('online', refresh);
if (!location.hash && scrollY === 0) {
	const now = document.querySelector('.step.current');

	if (now && now.getBoundingClientRect().top > innerHeight * .7)
		now.scrollIntoView({ block: 'start' });
}
