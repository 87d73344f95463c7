/*
 * follow.js: whoever looks at a run sees the step that is next.
 *
 * The title and the button of the step that is next come into view once it is
 * next, or its state changes, also if somebody else has pressed.  The page stays where it is for a reader who types, has a question or a dialog
 * open, or has moved away from that step in the last seconds.  In a parallel
 * section, what others do beside the step with the focus moves nothing.
 *
 * The place is measured once a frame, whatever has changed in it: a browser lays
 * out the whole page each time that it is asked.
 */
const AWAY_MS = 10000;		/* from scrolling away until the page follows again */
const OWN_MS = 1000;		/* scrolling that a change causes ends within */
const SETTLE_MS = 2000;		/* outputs above the step come later than the change */
let own = performance.now(), moved = -AWAY_MS;
let goal, since;		/* what was brought into view, and when */
let due;			/* how it stood before the changes of this frame */

/* By hand: with these, or with the scrollbar, while nothing changes. */
for (const way of ['wheel', 'touchmove', 'keydown', 'scroll'])
	addEventListener(way, () => {
		if (way !== 'scroll' || performance.now() - own > OWN_MS)
			moved = performance.now();
	}, { passive: true });

const bar = () => document.getElementById('bar').getBoundingClientRect();

/* The page is visible from here on: below the bar, which stays. */
const top = () => Math.max(0, bar().top <= 0 ? bar().bottom : 0);

/* To here: on a phone a part of the bar stands at the lower edge. */
function bottom() {
	const r = document.querySelector('.bar-do').getBoundingClientRect();

	return r.height > 0 && r.bottom >= innerHeight ? r.top : innerHeight;
}

function inView(el) {
	const r = el?.getBoundingClientRect();

	return r && r.bottom > top() && r.top < bottom();
}

/* The step that a reader follows: the one with the focus, of those that are next. */
const followed = () => document.activeElement?.closest('.step.current') ?? document.querySelector('.step.current, .panel-now, .panel-end');

/* Before a change of the page. */
export function place() {
	const step = followed();
	const away = performance.now() - moved < AWAY_MS && !inView(step);

	own = performance.now();
	return { step, how: step?.className, away };
}

/* The reader is at something. */
function isBusy() {
	const typing = document.activeElement?.matches('textarea, select, input:not([type=checkbox], [type=radio])');

	return typing || [...document.querySelectorAll('dialog[open], details.ask[open]')].some(inView) || !getSelection().isCollapsed;
}

/* At once: a button that moves for half a second is pressed by mistake. */
function scroll(by) {
	own = performance.now();
	scrollBy({ top: by, behavior: 'instant' });
}

/* Title and button, or what the step does now; of a text that is too long, its end: the bar has the title. */
function show(card) {
	const head = card.getBoundingClientRect();
	const last = (card.querySelector('.said') ?? card.querySelector('[data-primary]') ?? card.querySelector('.attempt') ?? card.firstElementChild ?? card).getBoundingClientRect();
	const gap = 8, first = top() + gap, end = bottom() - gap;

	if (head.top >= first - gap && last.bottom <= end)
		return;
	if (last.bottom - head.top <= end - first)
		scroll(head.top - first);
	else
		scroll(Math.min(last.bottom - end, last.top - first));
}

/* After a change: on to what is next then, before the page is painted. */
export function goOn(before) {
	if (due === undefined)
		requestAnimationFrame(() => {
			const was = due;

			due = undefined;
			arrive(was);
		});
	due ??= before;
}

function arrive({ step, how, away }) {
	const stays = step?.isConnected && step.matches('.step.current');
	const now = stays ? step : document.querySelector('.step.current, .panel-now, .panel-end');

	own = performance.now();
	if (!now || (now === step && now.className === how) || away || isBusy())
		return;
	goal = now;
	since = own;
	show(goal);
}

new ResizeObserver(() => {
	if (goal?.isConnected && performance.now() - since < SETTLE_MS && moved < since && !isBusy())
		show(goal);
}).observe(document.getElementById('main'));
