/*
 * live.js: the run page follows the run.
 *
 * The stream brings the parts of the page that an event changes, rendered by the
 * server, whose templates stay the one place that knows how a run looks.  They
 * lead from one event to another; where the page is not at the first of them,
 * as after a line that was cut, and where the stream has no parts, the page
 * fetches itself again and morphs.  All tabs of a browser share one stream
 * (share.js); how its line is stands in the bar, so that a page never is old in
 * silence.
 */
import { goOn, place } from './follow.js';
import { patch, reload, remember } from './morph.js';
import { follow } from './share.js';

const AT_ONCE = 10;		/* refreshes in a row, then one a second */
const BEHIND_MS = 3000;		/* the page may be older than the stream knows for so long, then it says so */
const AGAIN_MS = 2000;		/* after a refresh that failed */
const PRESSED_MS = 1000;	/* from the answer to a press until the stream has it */
const UNTOLD_MS = 3500;		/* without a stream or its substitute; then the page asks for itself */
const main = document.getElementById('main');
const link = document.getElementById('link');
const linkWords = document.getElementById('link-words').dataset;
let stream, line, heard = performance.now();
let working = false, again = false;
const missed = [];		/* what the stream said while the page was fetched */
let behind;			/* since when the page is older than the run */
let allowed = AT_ONCE, counted = performance.now();

const seq = () => Number(main.dataset.seq);

/* live, wait (reconnecting), poll (asked every two seconds), or off. */
function show(state, since) {
	if (state === 'live' && performance.now() - behind > BEHIND_MS)
		state = 'wait';
	let text = linkWords[state] ?? '';

	if (state === 'off')
		text += ' ' + new Date(since).toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
	link.hidden = text === '';
	link.className = 'link-state ' + state;
	if (link.textContent !== text)
		link.textContent = text;
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

/* Changes the page, and takes the reader along. */
async function change(how) {
	const before = place();
	const done = await how();

	if (done) {
		behind = undefined;
		goOn(before);
	}
	return done;
}

async function refresh() {
	if (working) {
		again = true;
		return;
	}
	working = true;
	do {
		await pace();
		again = false;
		behind ??= performance.now();
		await change(() => reload().catch(() => false));
		for (const late of missed.splice(0))
			await take(late);	/* which may set `again` */
	} while (again);
	if (behind !== undefined)
		setTimeout(refresh, AGAIN_MS);
	working = false;
	end();
}

/* After each change. */
function end() {
	say();
	if (main.dataset.live === undefined)
		stop();
}

/*
 * Something has happened.  The parts lead from the page of one event to that of
 * another, for this reader: where that is not this page, it is fetched.
 */
async function take({ seq: last, from, view, parts, ended }) {
	if (from === seq() && view === main.dataset.view && await change(() => patch(parts))) {
		main.dataset.seq = last;
		end();
	} else if (ended || last > seq()) {
		refresh();
	}
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

function hear(message) {
	const { seq: last, names, state, since, ended } = message;

	if (state !== undefined)
		show(line = state, since);
	if (state === 'live' || state === 'poll')
		heard = performance.now();
	if (names)
		who(names);
	if (last === undefined && !ended)
		return;
	if (working)
		missed.push(message);
	else
		take(message);
}

/* After a refusal this is the answer to a form, at the form's address. */
if (main.dataset.here)
	history.replaceState(null, '', main.dataset.here);
stream = follow({ run: Number(main.dataset.run.split('/').pop()), seq, account: document.body.dataset.account,
	version: new URL(import.meta.url).search, lang: document.documentElement.lang }, hear);
const timer = setInterval(ask, AGAIN_MS);

/* A press of this page: what it changes is on its way, or here already. */
function pressed({ detail }) {
	if (!detail || line !== 'live')
		refresh();
	else if (seq() < detail)
		setTimeout(() => seq() < detail && refresh(), PRESSED_MS);
}

remember(main);
document.addEventListener('cs:changed', pressed);
addEventListener('online', refresh);
if (!location.hash && scrollY === 0) {
	const now = document.querySelector('.step.current');
	const troubled = now?.matches('.is-failed, .is-unknown') && !document.querySelector('.panel-now');
	const deep = troubled ? .25 : .7;	/* its reason and choices are to be read, too */

	if (now && now.getBoundingClientRect().top > innerHeight * deep)
		now.scrollIntoView({ block: 'start' });
}
