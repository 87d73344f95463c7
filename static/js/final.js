/*
 * final.js: a point of no return is confirmed in a dialog.  Without scripts
 * the same stands below the button, in its <details>.
 */
document.addEventListener('click', (event) => {
	const summary = event.target.closest('details.ask:has(> dialog.final) > summary');

	if (summary) {
		event.preventDefault();
		summary.parentElement.open = true;
		summary.nextElementSibling.showModal();
		summary.nextElementSibling.querySelector('input[type=checkbox]').focus();
	}
	event.target.closest('[data-close]')?.closest('dialog').close();
});

/* Either closes with the other: by Escape, or after a press. */
document.addEventListener('close', (event) => event.target.closest('details.ask')?.removeAttribute('open'), true);
document.addEventListener('toggle', (event) => {
	if (!event.target.open)
		event.target.querySelector(':scope > dialog.final[open]')?.close();
}, true);
