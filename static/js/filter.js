/*
 * filter.js: a list is filtered while somebody types: the server answers with
 * the page of the filter, whose main part comes into this one.
 */
import { reload } from './morph.js';

const WAIT_MS = 40;	/* for the next key */
const form = document.querySelector('form[role=search]');
let timer, busy = false, again = false;

async function filter() {
	if (busy) {
		again = true;
		return;
	}
	busy = true;
	do {
		again = false;
		history.replaceState(null, '', `${form.getAttribute('action')}?${new URLSearchParams(new FormData(form))}`);
		await reload().catch(() => {});
	} while (again);
	busy = false;
}

form.addEventListener('input', () => {
	clearTimeout(timer);
	timer = setTimeout(filter, WAIT_MS);
});
form.addEventListener('submit', (event) => {
	event.preventDefault();
	filter();
});
