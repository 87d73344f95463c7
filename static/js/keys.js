/*
 * keys.js: the keyboard.  Letters work only where nothing is being typed,
 * and can be switched off in their own dialog.
 */
const dialog = document.getElementById('keys');
const on = document.getElementById('keys-on');
const stops = () => [...document.querySelectorAll('.step > summary, .row-link, .person summary')].filter((el) => el.checkVisibility());
/* The steps that may be taken now: several in a parallel section. */
const currents = () => [...document.querySelectorAll('.step.current > summary')].filter((el) => el.checkVisibility());

function move(by) {
	const all = stops();
	const here = document.activeElement.closest('.step')?.querySelector(':scope > summary') || document.activeElement;
	const at = all.indexOf(here);

	if (at < 0 && currents().length > 0)
		go(currents()[0]);
	else
		go(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
}

/* To what is next; from there, to what may be taken beside it. */
function goOn() {
	const all = currents();
	const here = document.activeElement.closest('.step.current')?.querySelector(':scope > summary');

	go(all[(all.indexOf(here) + 1) % all.length]);
}

function go(el) {
	el?.focus({ preventScroll: true });
	el?.closest('.step, .row, .person')?.scrollIntoView({ block: 'nearest' });
}

/*
 * The button of the step that has the focus, else of what is next: the first
 * time it gets the focus, the second time it is pressed.  So nobody presses
 * what they do not see, and pressing twice never runs two steps.
 */
function press() {
	const step = document.activeElement.closest('.step');
	const button = step ? step.querySelector('[data-primary]') :
	    document.querySelector('.step.current [data-primary], .panel-now [data-primary]');

	if (!button)
		return;
	button.closest('.step')?.setAttribute('open', '');
	if (document.activeElement !== button) {
		button.focus({ preventScroll: true });
		button.scrollIntoView({ block: 'center' });
		return;
	}
	button.click();
	if (button.tagName === 'SUMMARY')
		button.parentElement.querySelector('input[type=checkbox]')?.focus();
}

/* The field that is on the screen, or that of the folded outline. */
function search() {
	const fields = [...document.querySelectorAll('[data-search]')];
	const field = fields.find((el) => el.checkVisibility()) ?? fields.at(-1);

	field?.closest('details')?.setAttribute('open', '');
	field?.focus();
}

const keys = {
	j: () => move(1),
	k: () => move(-1),
	o: () => (document.activeElement.closest('.step')?.querySelector(':scope > summary') || document.activeElement).click(),
	e: press,
	'.': goOn,
	'/': search,
	'?': () => dialog.showModal(),
};

document.addEventListener('keydown', (event) => {
	const typing = event.target.closest('input:not([type=checkbox], [type=radio]), textarea, select, dialog');

	if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat && event.key === 'e')
		return;
	if (!keys[event.key] || (!on.checked && event.key !== '?'))
		return;
	event.preventDefault();
	keys[event.key]();
});

/* A menu closes like one: by a press beside it, or by Escape. */
function closeMenus(but) {
	for (const menu of document.querySelectorAll('details.menu[open]'))
		if (menu !== but)
			menu.open = false;
}

document.addEventListener('click', (event) => closeMenus(event.target.closest('details.menu')));
document.addEventListener('keydown', (event) => {
	const menu = document.activeElement.closest('details.menu[open]');

	if (event.key !== 'Escape')
		return;
	closeMenus(null);
	menu?.querySelector('summary').focus();
});

on.checked = localStorage.getItem('keys') !== 'off';
on.addEventListener('change', () => localStorage.setItem('keys', on.checked ? 'on' : 'off'));
