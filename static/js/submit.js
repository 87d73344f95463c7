/*
 * submit.js: a button is pressed once.  On the run page forms are sent
 * without leaving it, and a refusal ("Bo was first, at 02:14") stands beside
 * the button.  A request whose answer is lost is never sent again from here.
 * A form that goes, as the run has gone on, leaves what was typed into it.
 */
import { request } from './request.js';

const main = document.querySelector('main.run');
const pressed = new WeakMap();	/* form -> the button that sent it, which may stand outside of it */

/* The texts that somebody has typed; not what a form was given, and no secret. */
const typed = (node) => [...node.querySelectorAll('textarea, input:not([type=hidden], [type=password], [type=checkbox], [type=radio])')]
	.filter((el) => el.value.trim() !== '' && el.value !== el.defaultValue).map((el) => el.value);

function addTyped(box, texts) {
	for (const text of texts) {
		const pre = document.createElement('pre');

		pre.className = 'entered';
		pre.tabIndex = 0;
		pre.textContent = text;
		box.append(pre);
	}
}

/* The text with its times as elements, which time.js writes for the reader. */
const timed = (text) => text.split(/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/).map((part, i) => {
	if (i % 2 === 0)
		return part;
	const time = document.createElement('time');

	time.dateTime = part;
	return time;
});

/* Below the field that is wrong, else beside the button; the form may be gone once the page has caught up. */
function say(form, place, text, { field, run: other, run_title: title } = {}) {
	const wrong = field ? form.querySelector(`[name="${CSS.escape(field)}"]:not([type=hidden])`)?.closest('.field') : null;

	const box = document.createElement('div');

	box.className = 'said note note-warn';
	box.setAttribute('role', 'alert');
	box.dataset.keep = '';
	box.append(...timed(text));
	if (other) {
		const link = document.createElement('a');

		link.href = `/runs/${other}`;
		link.textContent = `#${other} ${title ?? ''}`;
		box.append(' ', link);
	}
	if (form.isConnected && form.closest('dialog'))
		(wrong ?? form).after(box);
	else if (form.isConnected)
		(wrong ?? form.closest('.step-body > .actions') ?? form).after(box);
	else {
		addTyped(box, typed(form));
		place.append(box);
	}
	document.dispatchEvent(new Event('cs:times'));
	box.scrollIntoView({ block: 'nearest' });
	return box;
}

/* The answer was lost: once the page has been fetched anew, it shows whether the press arrived. */
function caughtUp(box) {
	const lost = performance.now();
	const look = ({ detail: asked }) => {
		if (!(asked >= lost))
			return;
		document.removeEventListener('cs:morphed', look);
		box.textContent = main.dataset.again;
	};

	document.addEventListener('cs:morphed', look);
}

function free(form) {
	delete form.dataset.busy;
	delete form.dataset.plain;
	pressed.get(form)?.removeAttribute('aria-disabled');
}

async function send(form, button) {
	const fields = new URLSearchParams(new FormData(form, button));
	const place = form.closest('.step-body, .panel, .menu-body') ?? main;
	let seq;	/* of the last event, once the press is on record */

	try {
		const answer = await request(form.action, { method: 'POST', body: fields, headers: { Accept: 'application/json' } });
		const body = await answer.json().catch(() => ({}));

		// Signed out meanwhile: sent as a page, it comes back filled in after signing in.
		if (answer.status === 401 || body.error?.code === 'form_token') {
			free(form);
			form.dataset.plain = '';
			form.requestSubmit(button);
			return;
		}
		if (answer.ok && form.action.endsWith('/start')) {
			location.assign(main.dataset.run);	/* the page of a plan becomes that of a run */
			return;
		}
		if (answer.ok) {
			form.reset();
			for (const unfolded of ['details.ask', 'details.menu'])
				form.closest(unfolded)?.removeAttribute('open');
			seq = body.seq;
		} else {
			say(form, place, body.error?.message ?? String(answer.status), body.error);
		}
	} catch {
		caughtUp(say(form, place, main.dataset.lost));
	}
	/* busy until the page shows what the press did */
	if (seq > Number(main.dataset.seq))
		document.addEventListener('cs:morphed', () => free(form), { once: true });
	else
		free(form);
	document.dispatchEvent(new CustomEvent('cs:changed', { detail: seq }));
}

document.addEventListener('submit', (event) => {
	const form = event.target;

	if (event.defaultPrevented || form.method !== 'post')
		return;
	if (form.dataset.busy !== undefined) {
		event.preventDefault();
		return;
	}
	form.dataset.busy = '';
	form.closest('.step, .panel')?.querySelectorAll('.said').forEach((el) => el.remove());
	document.getElementById('refused')?.replaceChildren();	/* the answer to an earlier press */
	pressed.set(form, event.submitter);
	event.submitter?.setAttribute('aria-disabled', 'true');
	if ('plain' in form.dataset || !main?.contains(form) || main.dataset.live === undefined)
		return;
	event.preventDefault();
	send(form, event.submitter);
});

/* A form is about to go that was not sent. */
document.addEventListener('cs:goes', ({ detail: node }) => {
	const texts = node.closest('form[data-busy]') || node.querySelector('form[data-busy]') ? [] : typed(node);
	const box = document.createElement('div');

	if (texts.length === 0)
		return;
	box.className = 'note note-warn';
	box.setAttribute('role', 'alert');
	box.dataset.keep = '';
	box.textContent = main.dataset.gone;
	addTyped(box, texts);
	document.getElementById('refused').append(box);
});

/* A page that comes back from the history was never sent. */
addEventListener('pageshow', () => document.querySelectorAll('form[data-busy]').forEach(free));
