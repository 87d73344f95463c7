/*
 * golden.js: boxes, type and colours of the elements of a page, compared with
 * tests/golden/ui.  GOLDEN=write writes the golden files.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../golden/ui/', import.meta.url));

/*
 * Times, durations and hashes become others in each run, and with them the
 * widths of lines and columns: all get the same text.  The names of those
 * here, and the state of the stream, come when they come.
 */
const settle = () => {
	const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
	const span = /(<\s*)?\d+ (d|h|min|s|ms)( \d+ (h|min|s))?(?![\w])/g;

	for (const el of document.querySelectorAll('main time'))
		el.textContent = el.closest('.day') ? 'Saturday, 28 November 2026' : '28 Nov, 22:05';
	while (walker.nextNode())
		if (walker.currentNode.parentElement.closest('pre, time, code') === null)
			walker.currentNode.data = walker.currentNode.data.replace(span, '3 min 20 s');
	for (const el of document.querySelectorAll('main code'))
		if (el.childElementCount === 0)
			el.textContent = el.textContent.replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/g, (hash) => '0'.repeat(hash.length));
	for (const el of document.querySelectorAll('#here, #link'))
		el.hidden = true;
};

/*
 * The box of an element lies in that of its parent, so that a difference is
 * named where it is and not once for all that stands below.  Of texts in fonts
 * of the machine (code, Chinese) the place and the height count, not the
 * width, nor where the text behind them begins.
 */
const boxes = () => {
	const own = 'code, pre, kbd, .chip, [lang=zh-CN], :has(> code, > kbd, > .chip)';
	const name = (el) => [el.tagName.toLowerCase(), ...el.classList].join('.');
	const list = [];

	for (const el of document.querySelectorAll('.top *, main *')) {
		if (el.closest('svg') !== null && el.tagName !== 'svg' || !el.checkVisibility())
			continue;
		const box = el.getBoundingClientRect(), within = el.parentElement.getBoundingClientRect();
		const [x, y, width, height] = [box.x - within.x, box.y - within.y, box.width, box.height]
			.map((n) => Math.round(n) + 0);
		const style = getComputedStyle(el);
		const isBehind = el.matches(':is(code, kbd, .chip) ~ *') && style.display.startsWith('inline');

		list.push({ part: `${name(el.parentElement)} ${name(el)}`,
			box: [isBehind ? null : x, y, el.matches(own) ? null : width, height],
			font: `${style.fontWeight} ${style.fontSize}/${style.lineHeight} ${style.fontFamily.split(',')[0]}` });
	}
	return list;
};

/* Each kind of element once: its colours. */
const colours = () => {
	const seen = new Map();

	for (const el of document.querySelectorAll('body, .top, .top *, main *')) {
		const style = getComputedStyle(el);
		const state = el.closest('[class*="is-"]')?.className.match?.(/is-\w+/)?.[0] ?? '';
		const part = `${state} ${el.tagName.toLowerCase()}.${el.getAttribute('class') ?? ''}`;

		if (!seen.has(part) && el.checkVisibility() && (el.tagName === 'svg' || el.closest('svg') === null))
			seen.set(part, [style.color, style.backgroundColor, style.borderTopWidth === '0px' ? '' : style.borderTopColor,
				style.borderTopLeftRadius]);
	}
	return [...seen].map(([part, style]) => ({ part, style })).sort((a, b) => a.part < b.part ? -1 : 1);
};

/* In one go, as clocks tick and the stream goes on. */
const measure = (page, what) => page.evaluate(`(${settle})(), (${what})()`);

/*
 * Fonts, colours and the order of elements are the same.  A box may differ by
 * 1 px and by nothing more: machines differ by less than half a pixel in the
 * height of a line of another font, which rounding makes one.
 */
const ROUNDING = 1;

function same(was, is) {
	const near = (a, b) => a === b || a !== null && b !== null && Math.abs(a - b) <= ROUNDING;
	const { box: a, ...style } = JSON.parse(was), { box: b, ...other } = JSON.parse(is);

	return JSON.stringify(style) === JSON.stringify(other) && (a ?? []).every((n, i) => near(n, b[i]));
}

/* One element a line, so that a difference can be read. */
function compare(name, list) {
	const file = folder + name + '.json';
	const is = list.map((o) => JSON.stringify(o));

	if (process.env.GOLDEN === 'write') {
		mkdirSync(folder, { recursive: true });
		writeFileSync(file, '[\n' + is.join(',\n') + '\n]\n');
	}
	const was = JSON.parse(readFileSync(file, 'utf8')).map((o) => JSON.stringify(o));
	const different = is.flatMap((line, i) => line === was[i] || i < was.length && same(was[i], line) ? [] : [i]);
	const words = different.slice(0, 8).map((i) => `line ${i + 2}: it was ${was[i]}\n${' '.repeat(8)}and is ${is[i]}`);

	assert.ok(different.length === 0 && was.length === is.length,
		`${name}.json: ${different.length} differ; ${was.length} elements were there and ${is.length} are\n${words.join('\n')}`);
}

async function show(page, path, width, colorScheme) {
	await page.setViewportSize({ width, height: 860 });
	await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
	await page.mouse.move(0, 0);	/* a row under it has another colour */
	await page.goto(path);
	await page.evaluate(() => document.fonts.ready);
}

/* Boxes and type at that width. */
export async function compareBoxes(page, name, path, width) {
	await show(page, path, width, 'light');
	compare(`${name}-${width}`, await measure(page, boxes));
}

export async function compareColours(page, name, path, colorScheme) {
	await show(page, path, 1280, colorScheme);
	compare(`${name}-${colorScheme}`, await measure(page, colours));
}
