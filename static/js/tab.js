/*
 * tab.js: the title and the icon of the tab say how the page stands, also when
 * nobody looks at it: failed, waiting for the person, running, done.  The
 * server writes both, and what they are to be into the page (data-tab), which
 * changes while it is open.
 */
const title = document.querySelector('title');
const icon = document.querySelector('link[rel=icon]');

function show() {
	const { tab, tabText } = document.querySelector('[data-tab]')?.dataset ?? {};
	const text = (tab ? `${tabText} · ` : '') + title.dataset.title;
	const href = icon.getAttribute('href').replace(/icon(-\w+)?\.svg/, tab ? `icon-${tab}.svg` : 'icon.svg');

	if (document.title !== text)
		document.title = text;
	if (icon.getAttribute('href') !== href)
		icon.setAttribute('href', href);
}

show();
document.addEventListener('cs:morphed', show);
