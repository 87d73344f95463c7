/*
 * outline.js: the outline of a run stands where somebody works, and finds a
 * step by words of its title among those of the page.
 */
const MOST = 30;
const outlines = [...document.querySelectorAll('nav:has(> .find)')];
let shown;	/* where the outline was scrolled to by itself */

/* Only the outline scrolls, and only when there is another step to show. */
function keepInView() {
	const here = document.querySelector('#outline [aria-current=step]') ?? document.querySelector('#outline [aria-current]');
	const nav = here?.closest('nav');
	const href = here?.getAttribute('href');

	if (!nav || href === shown)
		return;
	shown = href;
	const box = here.getBoundingClientRect(), outer = nav.getBoundingClientRect();

	if (box.top < outer.top + 40 || box.bottom > outer.bottom - 40)
		nav.scrollTop += box.top - outer.top - outer.height / 3;
}

function titles(words) {
	return [...document.querySelectorAll('.step')].filter((step) => {
		const title = step.querySelector('h3').textContent.toLowerCase();

		return words.every((word) => title.includes(word));
	});
}

function found(step) {
	const li = document.createElement('li'), a = document.createElement('a'), text = document.createElement('span');

	li.className = [...step.classList].find((name) => name.startsWith('is-')) ?? '';
	a.href = '#' + step.id;
	text.textContent = step.querySelector('h3').textContent;
	a.append(step.querySelector('.step-head > .ico')?.cloneNode(true) ?? '', text);
	li.append(a);
	return li;
}

function find(box) {
	const words = box.querySelector('input').value.toLowerCase().split(/\s+/).filter(Boolean);
	const steps = words.length > 0 ? titles(words) : [];

	box.querySelector('ol').replaceChildren(...steps.slice(0, MOST).map(found));
	box.querySelector('p').hidden = words.length === 0 || steps.length > 0;
	box.nextElementSibling.hidden = words.length > 0;
}

/* The step is unfolded, as somebody looked for it. */
function goTo(id) {
	const step = document.getElementById(id);

	step?.closest('details.rollback')?.setAttribute('open', '');
	step?.setAttribute('open', '');
	step?.scrollIntoView({ block: 'start' });
	step?.querySelector(':scope > summary').focus({ preventScroll: true });
}

for (const nav of outlines) {
	const box = nav.querySelector('.find'), input = box.querySelector('input');
	const clear = () => {
		input.value = '';
		find(box);
	};

	input.addEventListener('input', () => find(box));
	input.addEventListener('keydown', (event) => {
		const first = box.querySelector('ol a');

		if (event.key === 'Escape')
			clear();
		if (event.key !== 'Enter' || !first)
			return;
		event.preventDefault();
		clear();
		goTo(first.hash.slice(1));
	});
	box.addEventListener('click', (event) => {
		const a = event.target.closest('a');

		if (!a)
			return;
		event.preventDefault();
		clear();
		goTo(a.hash.slice(1));
	});
}

keepInView();
document.addEventListener('cs:morphed', () => requestAnimationFrame(keepInView));
