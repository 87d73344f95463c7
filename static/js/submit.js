/*
 * submit.js: a button is pressed once.  On the run page forms are sent
 * without leaving it, and a refusal ("Bo was first, at 02:14") stands beside
 * the button.  A request whose answer is lost is never sent again from here.
 */
const main = document.querySelector('main.run');

function say(form, text) {
	let box = form.parentElement.querySelector(':scope > .said');

	if (!box) {
		box = document.createElement('p');
		box.className = 'said note note-warn';
		box.setAttribute('role', 'alert');
		form.after(box);
	}
	box.textContent = text;
	/* The form may be gone once the page has caught up: say it there too. */
	document.getElementById('say').textContent = text;
	return box;
}

function refusal(error) {
	const at = new Date(error.at);

	if (!error.by || isNaN(at))
		return error.message;
	return `${error.message} ${main.dataset.first.replace('{by}', error.by).replace('{at}',
	    at.toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }))}`;
}

function free(form) {
	delete form.dataset.busy;
	for (const b of form.querySelectorAll('[aria-disabled]'))
		b.removeAttribute('aria-disabled');
}

function keepSaying(form, text) {
	const box = say(form, text);

	box.dataset.keep = '';
	form.closest('.step-body > .actions')?.after(box);
}

async function send(form, button) {
	const fields = new URLSearchParams(new FormData(form, button));

	try {
		const answer = await fetch(form.action, { method: 'POST', body: fields, headers: { Accept: 'application/json' } });
		const body = await answer.json().catch(() => ({}));

		if (answer.status === 401) {
			location.reload();
			return;
		}
		if (answer.ok) {
			form.reset();
			form.closest('details.ask')?.removeAttribute('open');
		} else {
			keepSaying(form, refusal(body.error || { message: String(answer.status) }));
		}
	} catch {
		keepSaying(form, main.dataset.lost);
	}
	free(form);
	document.dispatchEvent(new Event('cs:changed'));
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
	event.submitter?.setAttribute('aria-disabled', 'true');
	if (!main?.contains(form) || main.dataset.live === undefined || form.action.endsWith('/start'))
		return;
	event.preventDefault();
	send(form, event.submitter);
});

/* A page that comes back from the history was never sent. */
addEventListener('pageshow', () => document.querySelectorAll('form[data-busy]').forEach(free));
