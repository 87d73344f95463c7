/*
 * morph.js: turns the page on the screen into the one that the server just
 * rendered, touching only what differs, so that focus, the place of
 * scrolling, what is unfolded and half-typed notes stay as they are.
 *
 * It leaves alone what other scripts own: outputs (data-owned), clocks, times
 * that were put into the viewer's zone, and parts with data-keep.
 *
 * A node that has a key shows one thing for its whole life: it is matched
 * with a node of the same key or with none.  The server names the keys (id,
 * data-key, the address of a form, the file of an output), because a node
 * without one may be given what stood in its neighbour.
 */
import { request } from './request.js';

const served = new WeakMap();	/* details -> was it open as the server sent it */

function key(el) {
	if (el.nodeType !== 1)
		return null;
	if (el.id)
		return '#' + el.id;
	if (el.dataset?.key || el.dataset?.part)
		return el.dataset.key ?? el.dataset.part;
	if (el.tagName === 'FORM')
		return el.getAttribute('action');
	if (el.tagName === 'DETAILS' && el.classList.contains('ask'))
		return 'ask ' + el.querySelector('form')?.getAttribute('action');
	if (el.tagName === 'PRE' && el.dataset.txt)
		return el.dataset.txt;
	return null;
}

const shape = (n) => n.nodeType === 1 ? n.tagName + '.' + (n.classList[0] || '') : n.nodeType;

function attributes(old, now) {
	for (const { name } of [...old.attributes])
		if (!now.hasAttribute(name) && name !== 'open' && name !== 'data-owned' && name !== 'data-busy' && name !== 'aria-disabled')
			old.removeAttribute(name);
	for (const { name, value } of now.attributes)
		if (old.getAttribute(name) !== value && name !== 'open')
			old.setAttribute(name, value);
}

/* The server folds and unfolds what changes; the rest stays as the viewer has it, and so does what is being typed into. */
function unfold(old, now) {
	const before = served.has(old) ? served.get(old) : old.open;
	const typing = document.activeElement?.matches('textarea, input') && old.contains(document.activeElement);

	if (now.open !== before && (now.open || !typing))
		old.open = now.open;
	served.set(old, now.open);
}

/* Keeps focus and scroll position if the browser can. */
const move = (parent, node, before) =>
    parent.moveBefore ? parent.moveBefore(node, before) : parent.insertBefore(node, before);

function children(old, now) {
	const left = [...old.childNodes];
	const keyed = new Map(left.filter(key).map((n) => [key(n), n]));
	let at = old.firstChild;

	for (const next of [...now.childNodes]) {
		const match = key(next) ? keyed.get(key(next)) : left.find((n) => !key(n) && shape(n) === shape(next));

		if (match) {
			left.splice(left.indexOf(match), 1);
			keyed.delete(key(next));
			while (at !== match && left.includes(at) && at.dataset?.keep !== undefined)
				at = at.nextSibling;
			if (match === at)
				at = at.nextSibling;
			else
				move(old, match, at);
			morph(match, next);
		} else {
			old.insertBefore(document.importNode(next, true), at);
		}
	}
	for (const n of left)
		if (n.dataset?.keep === undefined) {
			if (n.nodeType === 1)
				document.dispatchEvent(new CustomEvent('cs:goes', { detail: n }));
			n.remove();
		}
}

export function morph(old, now) {
	if (old.nodeType !== 1) {
		if (old.nodeValue !== now.nodeValue)
			old.nodeValue = now.nodeValue;
		return;
	}
	if (old.dataset.keep !== undefined)
		return;
	if (old.tagName === 'TIME' && old.dateTime === now.dateTime)
		return;
	if (old.tagName === 'DETAILS')
		unfold(old, now);
	if (old.tagName === 'TIME')
		old.removeAttribute('title');
	attributes(old, now);
	if (old.dataset.owned !== undefined || old.tagName === 'TEXTAREA' ||
	    (old.dataset.since !== undefined && now.dataset.since !== undefined))
		return;
	if (old.tagName === 'INPUT' || old.isEqualNode(now))
		return;
	children(old, now);
}

/* The viewer may unfold and fold from here on. */
export function remember(root) {
	for (const d of root.querySelectorAll('details'))
		if (!served.has(d))
			served.set(d, d.hasAttribute('open'));
}

/* One element, of a text that is not part of a document. */
function parse(html) {
	const template = document.createElement('template');

	template.innerHTML = html;
	const now = template.content.firstElementChild;
	const token = document.querySelector('input[name=_csrf]')?.value;

	for (const field of now?.querySelectorAll('input[name=_csrf]') ?? [])
		field.setAttribute('value', token);	/* the stream has none */
	return now;
}

/*
 * Turns parts of the page (data-part, of a card its id) into what the stream says
 * of them: a list of name and HTML.  False: the page has no such part, and has to be fetched.
 */
export function patch(parts) {
	for (const [name, html] of parts) {
		const old = document.querySelectorAll(`[data-part="${CSS.escape(name)}"], .step[id="${CSS.escape(name)}"]`);
		const now = parse(html);

		if (old.length === 0 || (now?.dataset.part ?? now?.id) !== name)
			return false;
		for (const el of old)
			morph(el, now);
	}
	document.dispatchEvent(new Event('cs:morphed'));
	return true;
}

/*
 * Fetches this page again and morphs its main part; false, or an error, if that failed.
 * The event cs:morphed of a whole page says when the page was asked for (performance.now()).
 */
export async function reload() {
	const asked = performance.now();
	const answer = await request(location.pathname + location.search, { headers: { Accept: 'text/html' }, cache: 'no-store' });

	if (answer.redirected && new URL(answer.url).pathname === '/login')
		location.assign(answer.url);
	if (!answer.ok)
		return false;
	const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
	const main = document.getElementById('main');

	if (!page.getElementById('main'))
		return false;
	remember(main);
	morph(main, page.getElementById('main'));
	document.dispatchEvent(new CustomEvent('cs:morphed', { detail: asked }));
	return true;
}
