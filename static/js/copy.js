/*
 * copy.js: buttons that copy a link or a value (data-copy); without scripts
 * they are not shown.  The clipboard is for pages over TLS and on loopback:
 * without it, the text that stands before the button is selected.
 */
document.addEventListener('click', async (event) => {
	const button = event.target.closest('[data-copy]');

	if (!button)
		return;
	const text = button.dataset.copy;

	if (navigator.clipboard === undefined) {
		getSelection().selectAllChildren(button.previousElementSibling);
		return;
	}
	await navigator.clipboard.writeText(text.startsWith('/') ? location.origin + text : text);
	button.textContent = button.dataset.copied;
});
