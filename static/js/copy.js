/*
 * copy.js: buttons that copy a link or a value (data-copy); without scripts
 * they are not there.  The clipboard is for pages over TLS and on loopback.
 */
function show() {
	for (const button of document.querySelectorAll('[data-copy][hidden]'))
		button.hidden = navigator.clipboard === undefined;
}

document.addEventListener('click', async (event) => {
	const button = event.target.closest('[data-copy]');

	if (!button)
		return;
	const text = button.dataset.copy;

	await navigator.clipboard.writeText(text.startsWith('/') ? location.origin + text : text);
	button.textContent = button.dataset.copied;
});

show();
document.addEventListener('cs:morphed', show);
