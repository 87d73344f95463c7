/*
 * ui.js: the look of the pages.  /ui shows each part in each state: its boxes
 * and styles, and those of six pages, are compared with tests/golden/ui
 * (golden.js).  Further rules are checked on the pages themselves.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ana, close, fits, look, newPage, signIn } from './browser.js';
import { compareBoxes, compareColours } from './golden.js';

const who = { name: ana.name, password: process.env.PASSWORD };
/* Run 1 and 2 have failed, run 3 is under way. */
const golden = { ui: '/ui', login: '/login', home: '/', run: '/runs/3', failed: '/runs/2', history: '/runs', report: '/runs/3/report' };
const pages = ['/', '/runbooks', '/runbooks/two', '/runs', '/runs/new?runbook=two', '/runs/1', '/runs/1/report',
	'/runs/1/preview/one', '/runs/1/preflight', '/runs/1/steps/one/attempts/1/local', '/users', '/targets', '/secrets',
	'/tokens', '/password', '/ui', '/no/such/page'];

function luminance(colour) {
	const [r, g, b] = colour.match(/[\d.]+/g).map(Number).map((n) => n / 255)
		.map((n) => n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4);

	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
	const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);

	return (high + 0.05) / (low + 0.05);
}

/* [text, ground, ratio]: 4.5 for texts, 3 for what shows where a control is. */
const grounds = ['ground', 'raised', 'sunken'];
const states = ['done', 'fail', 'run', 'unknown', 'warn'];
const pairs = [
	...['text', 'soft', 'link', ...states].flatMap((text) => grounds.map((ground) => [text, ground, 4.5])),
	...states.flatMap((state) => ['text', 'soft', state].map((text) => [text, `${state}-ground`, 4.5])),
	['on-button', 'button', 4.5], ['on-button', 'button-over', 4.5], ['on-button', 'production', 4.5], ['term-text', 'term', 4.5],
	...grounds.flatMap((ground) => [['line-strong', ground, 3], ['button', ground, 3]]),
];

/* Runs in the page: the element in focus, by number; null behind the last one. */
function markFocused() {
	const el = document.activeElement, box = el.getBoundingClientRect(), style = getComputedStyle(el);

	if (el === document.body)
		return null;
	const ring = parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset);
	/* An ancestor that clips what it holds: the ring around an element within it may be cut. */
	const cuts = (up) => {
		const { overflowX, overflowY } = getComputedStyle(up), edge = up.getBoundingClientRect();
		const cut = (overflow, first, last, from, to) => overflow !== 'visible' && first >= from - 0.5 && last <= to + 0.5 &&
			(first - ring < from - 0.5 || last + ring > to + 0.5);

		return cut(overflowX, box.left, box.right, edge.left, edge.right) || cut(overflowY, box.top, box.bottom, edge.top, edge.bottom);
	};
	let up = el.parentElement;

	while (up !== document.body && !cuts(up))
		up = up.parentElement;
	window.reached ??= new Map();
	window.reached.set(el, window.reached.get(el) ?? window.reached.size);
	return { number: window.reached.get(el), name: el.outerHTML.slice(0, 120),
		stops: el.type === 'date' ? 4 : 1,	/* day, month, year, calendar */
		cutBy: up === document.body ? '' : up.className,
		isSeen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight &&
			style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 };
}

/* Of radio buttons of one name the Tab key reaches one. */
function unreached() {
	const controls = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';

	return [...document.querySelectorAll(controls)].filter((el) => !window.reached.has(el) && !el.disabled &&
		el.checkVisibility({ visibilityProperty: true }) && !el.closest('[inert], details:not([open]) > :not(summary)') &&
		el.getBoundingClientRect().width > 0 && el.type !== 'radio').map((el) => el.outerHTML.slice(0, 120));
}

describe('the look of the pages', () => {
	let page, stranger;

	before(async () => {
		page = await newPage({ locale: 'en-GB' });
		await page.clock.install({ time: new Date('2026-12-24T10:00:00Z') });
		await signIn(page, who);
		stranger = await newPage({ locale: 'en-GB' });
	});

	for (const [name, path] of Object.entries(golden)) {
		const shown = () => name === 'login' ? stranger : page;

		for (const width of [1280, 360])
			test(`boxes and type of ${name} at ${width} px`, () => compareBoxes(shown(), name, path, width));
		for (const theme of ['light', 'dark'])
			test(`colours of ${name}, ${theme}`, () => compareColours(shown(), name, path, theme));
	}

	test('each pair of text and ground has its contrast in both themes', async () => {
		const low = [];

		await page.goto('/ui');
		for (const colorScheme of ['light', 'dark']) {
			await page.emulateMedia({ colorScheme });
			const shown = await page.evaluate((list) => {
				const el = document.body.appendChild(document.createElement('p'));

				return list.map(([text, ground]) => {
					el.style.color = `var(--${text})`;
					el.style.backgroundColor = `var(--${ground})`;
					return [getComputedStyle(el).color, getComputedStyle(el).backgroundColor];
				});
			}, pairs);

			shown.forEach((colour, i) => {
				const ratio = contrast(...colour);

				if (ratio < pairs[i][2])
					low.push(`${pairs[i].join(' ')} ${colorScheme}: ${ratio.toFixed(2)}`);
			});
		}
		assert.deepEqual(low, []);
	});

	test('nothing moves when the font arrives late', async () => {
		const late = await newPage();
		let fonts = 0;

		await late.context().route('**/*.woff2*', async (route) => {
			fonts++;
			await new Promise((go) => setTimeout(go, 700));
			await route.continue();
		});
		await signIn(late, who);
		for (const path of ['/', '/runs', '/runs/1', '/ui']) {
			fonts = 0;
			await late.context().clearCookies({ name: 'flash' });
			await late.goto(path);
			await late.evaluate(() => document.fonts.ready);
			assert.ok(await late.evaluate(() => [...document.fonts].some((f) => f.family === 'Geist' && f.status === 'loaded')), path);
			assert.ok(fonts <= 1, `${path} fetches ${fonts} fonts`);
			const moved = await late.evaluate(() => new Promise((done) => {
				new PerformanceObserver((list) => done(list.getEntries().reduce((sum, e) => sum + e.value, 0)))
					.observe({ type: 'layout-shift', buffered: true });
				setTimeout(() => done(0), 300);
			}));

			assert.ok(moved <= 0.01, `${path} moves by ${moved}`);
		}
		await late.context().close();
	});

	test('all pages begin at one left edge, and the controls of a row have one height', async () => {
		for (const width of [1280, 1720, 360]) {
			await page.setViewportSize({ width, height: 860 });
			for (const path of pages) {
				await page.goto(path);
				const { edge, begins, rows } = await page.evaluate(() => {
					const row = (el) => [...el.querySelectorAll('.btn, input:not([type=checkbox], [type=radio], [type=hidden]), select')]
						.filter((c) => c.checkVisibility() && !c.closest('details:not([open]) > :not(summary)'))
						.map((c) => c.getBoundingClientRect());
					const uneven = (boxes) => boxes.some((a) => boxes.some((b) => a.top < b.bottom && b.top < a.bottom &&
						Math.abs(a.height - b.height) > 0.5));

					return { edge: document.querySelector('.brand').getBoundingClientRect().left,
						begins: document.querySelector('main h1').getBoundingClientRect().left,
						rows: [...document.querySelectorAll('.actions, .filters, .page-head')].map(row).filter(uneven).length };
				});

				assert.equal(begins, edge, `${path} at ${width} px`);
				assert.equal(rows, 0, `a row of ${path} at ${width} px has controls of several heights`);
				await fits(page, `${path} at ${width} px`);
			}
		}
	});

	test('on a phone one line of the run stays, in production as well', async () => {
		await page.setViewportSize({ width: 360, height: 740 });
		for (const path of ['/runs/1', '/runs/2']) {
			await page.goto(path);
			await page.evaluate(() => scrollTo(0, 100000));
			const stays = await page.evaluate(() => document.querySelector('.bar').getBoundingClientRect().bottom);

			assert.ok(stays >= 40 && stays <= 48, `${stays} px of ${path}`);
			const next = await page.evaluate(() => {
				const place = document.querySelector('.next').getBoundingClientRect();

				return document.elementFromPoint(place.x + 20, place.y + place.height / 2)?.closest('.next')?.textContent ?? '';
			});

			assert.match(next, /The first/, 'the bar at the thumb says what is next');
		}
	});

	test('zoomed to 200 %, in forced colours and without motion nothing is lost', async () => {
		await page.setViewportSize({ width: 640, height: 430 });
		for (const path of pages) {
			await page.goto(path);
			await fits(page, `${path} at 200 %`);
		}
		await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
		await page.goto('/ui');
		const invisible = await page.evaluate(() => [...document.querySelectorAll('main .btn, main input, main select, main .env')]
			.filter((el) => el.checkVisibility() && getComputedStyle(el).borderTopWidth === '0px' &&
				!['checkbox', 'radio', 'hidden'].includes(el.type)).map((el) => el.outerHTML));

		assert.deepEqual(invisible, []);
		await page.emulateMedia({ forcedColors: null, reducedMotion: null });
	});

	/* Once around: some browsers begin where the page has scrolled to, at the step that is next. */
	test('with the keyboard alone each control is reached, seen, and left again', async () => {
		await page.setViewportSize({ width: 1280, height: 860 });
		for (const path of [...pages, '/runs/3']) {
			await page.goto(path);
			await page.evaluate(() => document.activeElement.blur());
			const reached = new Set(), unseen = [], cut = [];
			let last = '', stops = 0;

			for (let i = 0; i < 400; i++) {
				await page.keyboard.press('Tab');
				const at = await page.evaluate(markFocused);

				if (at === null)	/* behind the last control comes the browser, then the first */
					continue;
				stops = at.number === last ? stops + 1 : 1;
				last = at.number;
				assert.ok(stops <= at.stops, `${path}: ${at.name} holds the focus`);
				if (stops > 1)
					continue;
				if (reached.has(at.number))
					break;
				reached.add(at.number);
				if (!at.isSeen)
					unseen.push(at.name);
				if (at.cutBy !== '')
					cut.push(`${at.cutBy}: ${at.name}`);
			}
			assert.deepEqual(unseen, [], `${path}: where is the focus?`);
			assert.deepEqual(cut, [], `${path}: whose ring is cut?`);
			assert.deepEqual(await page.evaluate(unreached), [], `${path}: no way there by Tab`);
		}
	});

	test('who wants no motion gets none', async () => {
		await page.emulateMedia({ reducedMotion: 'reduce' });
		for (const path of pages) {
			await page.goto(path);
			assert.deepEqual(await page.evaluate(() => document.getAnimations().map((a) => a.effect.target.outerHTML)), [], path);
		}
		await page.emulateMedia({ reducedMotion: 'no-preference' });
		await page.goto('/ui');
		assert.ok(await page.evaluate(() => document.getAnimations().length) > 0, 'something that runs turns, for the others');
		await page.emulateMedia({ reducedMotion: null });
	});

	test('the parts pass axe, in both languages', async () => {
		await page.setViewportSize({ width: 1280, height: 860 });
		await page.goto('/ui');
		await look(page, '70-parts');
		await page.click('.menu > summary');
		await page.click('.menu-body button[name=lang]');
		await page.waitForSelector('html[lang=zh-CN]');
		await page.goto('/ui');
		await look(page, '71-parts-zh');
		assert.equal(await page.textContent('.rows time'), '11月28日 23:05');
		assert.deepEqual(page.complaints, []);
	});

	after(close);
});
