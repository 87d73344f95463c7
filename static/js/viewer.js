/*
 * viewer.js: the page of one output.  Numbered lines with addresses, search,
 * errors, times, wrap, copy; it follows an output that grows.
 *
 * In the page are only the lines in view and OVER on both sides.  The anchor is
 * the line at the upper edge; an element of the height of all lines makes the
 * scroll bar.  The bar is an estimate if lines wrap, or are so many that
 * browsers have no such height: nearby, the lines move by pixels, and once the
 * scrolling is over the bar is put where the anchor is.
 */
import { Lines } from './lines.js';
import { request } from './request.js';
import { lineElement } from './term.js';
import { Times } from './times.js';

const ROW = 20;			/* px: --t-code */
const TALLEST = 12e6;		/* px; Firefox ends at 17.9 million */
const OVER = 80;
const SMALL = 1024 * 1024;	/* may be copied as a whole */
const SETTLE_MS = 150;
const FAST_MS = 400;
const SLOW_MS = 2000;
const ADDRESS = /^#?L?(\d+)(?:\s*[-–]\s*L?(\d+))?$/;

const pre = document.getElementById('viewer');
const el = (id) => document.getElementById(id);
const size = (n) => n < 1024 ? `${n} B` : n < 1048576 ? `${Math.round(n / 1024)} KB` : `${(n / 1048576).toFixed(1)} MB`;
const clamp = (n, low, high) => Math.max(low, Math.min(n, high));
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const say = (key, values = {}) => pre.dataset[key].replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
const number = (n) => n.toLocaleString(document.documentElement.lang);

/* The lines in view. */
class View {
	constructor(lines) {
		this.lines = lines;
		this.anchor = { line: 0, px: 0 };
		this.from = this.top = 0;
		this.wrap = false;
		this.decorate = () => {};
		this.moved = () => {};
		this.sizer = document.createElement('div');
		this.rows = document.createElement('div');
		this.sizer.className = 'sizer';
		this.rows.className = 'rows';
		this.sizer.append(this.rows);
		pre.dataset.owned = '';
		pre.replaceChildren(this.sizer);
		pre.addEventListener('scroll', () => this.scrolled(), { passive: true });
		new ResizeObserver(() => this.draw()).observe(pre);
	}

	get inView() {
		return pre.clientHeight / ROW;
	}

	get exact() {
		return !this.wrap && this.lines.count * ROW <= TALLEST;
	}

	get atEnd() {
		return this.anchor.line >= this.lines.count;
	}

	max() {
		return Math.max(0, pre.scrollHeight - pre.clientHeight);
	}

	resize() {
		this.sizer.style.height = `${clamp(this.lines.count * ROW, ROW, TALLEST)}px`;
		this.rows.style.setProperty('--digits', String(this.lines.count).length);
	}

	/* From the bar to a line and back. */
	lineAt(top) {
		const line = this.max() > 0 ? top / this.max() * Math.max(0, this.lines.count - this.inView) : 0;

		return { line: Math.floor(line), px: Math.round(line % 1 * ROW) };
	}

	topOf({ line, px }) {
		const rest = this.lines.count - this.inView;

		return rest > 0 ? Math.min(1, (line + px / ROW) / rest) * this.max() : 0;
	}

	/* The line that is drawn at that height; null: none is. */
	drawnAt(top) {
		const y = top - this.rows.offsetTop;
		const rows = this.rows.children;
		let low = 0, high = rows.length - 1;

		if (high < 0 || y < 0 || y + pre.clientHeight > this.rows.offsetHeight)
			return null;
		while (low < high) {
			const middle = (low + high + 1) >> 1;

			if (rows[middle].offsetTop <= y)
				low = middle;
			else
				high = middle - 1;
		}
		return { line: this.from + low, px: y - rows[low].offsetTop };
	}

	scrolled() {
		const top = pre.scrollTop;

		if (Math.abs(top - this.top) < 1)
			return;
		this.top = top;
		if (top >= this.max() - 1)
			this.anchor = { line: this.lines.count, px: 0 };
		else if (top <= 0)
			this.anchor = { line: 0, px: 0 };
		else
			this.anchor = (!this.exact && this.drawnAt(top)) || this.lineAt(top);
		this.moved();
		this.draw();
		clearTimeout(this.timer);
		this.timer = setTimeout(() => this.settle(), SETTLE_MS);
	}

	settle() {
		const top = this.atEnd ? this.max() : this.topOf(this.anchor);

		if (Math.abs(top - pre.scrollTop) >= 1)
			pre.scrollTop = top;
		this.top = pre.scrollTop;
		this.place();
	}

	async go(line) {
		this.anchor = { line: clamp(line, 0, this.lines.count), px: 0 };
		this.resize();
		await this.draw();
		this.settle();
	}

	/* To the line, a third from the upper edge; it stays where it is if it is in view. */
	async show(line) {
		const row = this.rows.children[line - this.from];
		const y = row ? this.rows.offsetTop + row.offsetTop - pre.scrollTop : -1;

		if (y < 0 || y + row.offsetHeight > pre.clientHeight)
			await this.go(line >= this.lines.count - this.inView * 2 / 3 ? this.lines.count : line - Math.floor(this.inView / 3));
		else
			await this.draw();
	}

	/* Draws until what is drawn is what is wanted; one at a time. */
	draw() {
		this.again = true;
		this.drawing ??= this.drawAll().finally(() => {
			this.drawing = null;
		});
		return this.drawing;
	}

	async drawAll() {
		while (this.again) {
			this.again = false;
			const from = clamp(this.anchor.line - OVER, 0, Math.max(0, this.lines.count - Math.ceil(this.inView) - OVER));
			const to = this.anchor.line + Math.ceil(this.inView) + OVER;
			const lines = await this.lines.slice(from, to).catch(() => null);

			if (!lines) {	/* the connection was lost */
				await pause(SLOW_MS);
				this.again = true;
				continue;
			}
			this.from = from;
			this.resize();
			this.rows.replaceChildren(...lines.map((line, i) => this.row(line, from + i)));
			this.place();
		}
	}

	row({ at, pieces, over }, n) {
		const row = document.createElement('div');
		const link = document.createElement('a');
		const text = lineElement(pieces, over);

		row.className = 'line';
		link.className = 'ln';
		link.href = `#L${n + 1}`;
		link.tabIndex = -1;
		link.textContent = n + 1;
		text.className = 'text';
		row.append(link, text);
		this.decorate(row, text, n, at);
		return row;
	}

	/* Puts the rows where the anchor is at the upper edge, or the last one at the lower. */
	place() {
		const top = pre.scrollTop, height = this.rows.offsetHeight;
		const row = this.rows.children[this.anchor.line - this.from];
		const isLast = this.from + this.rows.childElementCount >= this.lines.count;
		let y = top - this.anchor.px - (row ? row.offsetTop : height);

		if (isLast)
			y = Math.max(y, top + pre.clientHeight - height);
		if (this.from === 0)
			y = Math.min(y, Math.max(0, top));
		this.rows.style.top = `${this.exact ? this.from * ROW : y}px`;
	}
}

/* Marks what is found in the text of a row. */
function mark(text, pattern) {
	const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
	const nodes = [];

	while (walker.nextNode())
		nodes.push(walker.currentNode);
	for (const node of nodes) {
		const parts = node.data.split(pattern);

		if (parts.length > 1)
			node.replaceWith(...parts.map((part, i) => {
				if (i % 2 === 0)
					return part;
				const found = document.createElement('mark');

				found.textContent = part;
				return found;
			}));
	}
}

class Viewer {
	constructor() {
		this.lines = new Lines(pre.dataset.txt, pre.dataset.rejected);
		this.running = pre.dataset.running !== undefined;
		this.follow = this.running;
		this.selected = this.pattern = this.times = null;
		this.found = [];
		this.hit = -1;		/* of the found lines, or a line with an error */
	}

	async start() {
		this.readAddress();
		this.progress();
		while (!(this.selected && this.lines.count > this.selected.to + OVER) && await this.more())
			this.progress();
		this.begin();
		while (await this.more())
			this.grown();
		this.grown();
		if (this.running)
			this.watch();
	}

	/* Reads on, also after a connection that was lost. */
	async more() {
		for (;; await pause(SLOW_MS)) {
			const got = await this.lines.more().catch(() => null);

			if (got !== null)
				return got;
		}
	}

	begin() {
		this.view = new View(this.lines);
		this.view.decorate = (...row) => this.decorate(...row);
		this.view.moved = () => this.setFollow(this.view.atEnd);
		el('out-matches')?.remove();
		this.tools();
		if (this.selected)
			this.showSelected();
		else
			this.view.go(this.lines.count);
		if (el('q').value)
			this.search();
	}

	progress() {
		el('out-range').textContent = say('reading', { done: size(this.lines.end), size: size(this.lines.total) });
	}

	grown() {
		const { lines, view } = this;

		el('out-range').textContent = lines.end < lines.total
		    ? say('reading', { done: size(lines.end), size: size(lines.total) })
		    : say('lines', { count: number(lines.count), size: size(lines.end) });
		this.showTools();
		view.resize();
		if (this.follow)
			view.go(lines.count);
		else
			view.draw();
	}

	/* Follows the file until its recording has ended. */
	async watch() {
		for (let wait = FAST_MS; this.running; await pause(wait)) {
			const got = await this.lines.more().catch(() => null);

			wait = got ? FAST_MS : Math.min(SLOW_MS, wait * 1.5);
			if (got)
				this.grown();
			else if (got === false && await this.hasEnded().catch(() => false))
				await this.finish().catch(() => null);
		}
	}

	/* The last line of the times is then the hash of the text. */
	async hasEnded() {
		const answer = await request(pre.dataset.times, { headers: { Range: 'bytes=-120' }, cache: 'no-store' });

		return answer.ok && /^text \d+ \w+\n$/m.test(await answer.text());
	}

	/* The page says how it ended, and the file is read as it is stored. */
	async finish() {
		const answer = await request(location.pathname, { cache: 'no-store' });
		const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
		const facts = page.querySelector('.output-facts');

		if (!facts || page.getElementById('viewer').dataset.running !== undefined)
			return;
		document.querySelector('.output-facts').replaceWith(document.importNode(facts, true));
		document.dispatchEvent(new Event('cs:morphed'));
		this.running = false;
		while (await this.more())
			;
		this.grown();
		this.setFollow(false);
		el('out-follow').hidden = true;
	}

	setFollow(on) {
		this.follow = on && this.running;
		el('out-follow').querySelector('input').checked = this.follow;
	}

	/* -- addresses -- */

	readAddress() {
		const [, a, b] = ADDRESS.exec(location.hash) ?? [];

		this.selected = a ? { from: Math.min(a, b ?? a) - 1, to: Math.max(a, b ?? a) } : null;
		if (this.selected && this.selected.from < 0)
			this.selected = null;
	}

	showSelected() {
		this.setFollow(false);
		pre.scrollIntoView({ block: 'nearest' });
		this.showTools();
		return this.view.show(Math.min(this.selected.from, this.lines.count));
	}

	select(a, b) {
		const [from, to] = [Math.min(a, b), Math.max(a, b)];

		history.replaceState(history.state, '', from === to ? `#L${from + 1}` : `#L${from + 1}-L${to + 1}`);
		this.readAddress();
		this.setFollow(false);
		this.showTools();
		this.view.draw();
	}

	pressed(event) {
		const link = event.target.closest('a.ln');

		if (!link || event.ctrlKey || event.metaKey)
			return;
		const n = Number(link.textContent) - 1;

		event.preventDefault();
		this.select(event.shiftKey && this.selected ? this.selected.from : n, n);
	}

	goToLine() {
		const field = el('out-line');
		const [, a, b] = ADDRESS.exec(field.value.trim()) ?? [];

		field.setCustomValidity(a > 0 ? '' : say('lineWrong'));
		if (!field.reportValidity())
			return;
		const last = this.lines.count;

		this.select(Math.min(a, last) - 1, Math.min(b ?? a, last) - 1);
		this.showSelected();
	}

	/* -- search and errors -- */

	async search() {
		const q = el('q').value;
		const page = new URL(location.href);

		if (!q) {
			this.clear();
			return;
		}
		this.pattern = new RegExp(`(${q.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')})`, 'iu');
		this.asked = q;
		page.search = page.hash = '';
		page.searchParams.set('q', q);
		el('out-found').textContent = say('searching');
		const answer = await request(page, { headers: { Accept: 'application/json' }, cache: 'no-store' }).catch(() => null);

		if (this.asked !== q)
			return;
		if (!answer?.ok) {
			el('out-found').textContent = say('searchFailed');
			this.asked = null;
			return;
		}
		const body = await answer.json();

		this.found = body.matches.map((m) => m.line - 1);
		this.isWhole = !body.has_more_matches;
		this.hit = -1;
		this.next(this.found, 1);
	}

	clear() {
		el('q').value = '';
		this.asked = this.pattern = null;
		this.found = [];
		this.hit = -1;
		el('out-found').textContent = '';
		this.showTools();
		this.view.draw();
	}

	/* The line after or before the last hit, or the line in view; around at the end. */
	next(list, step) {
		this.showTools();
		if (list.length === 0) {
			if (list === this.found)
				el('out-found').textContent = say('none');
			this.view.draw();
			return;
		}
		const here = this.hit >= 0 ? this.hit : Math.min(this.view.anchor.line, this.lines.count) - (step > 0 ? 1 : 0);
		let at = step > 0 ? list.findIndex((n) => n > here) : list.findLastIndex((n) => n < here);

		if (at < 0)
			at = step > 0 ? 0 : list.length - 1;
		this.hit = list[at];
		const key = list === this.found ? 'hit' : 'errorHit';

		el('out-found').textContent = say(key, { n: number(at + 1),
			count: number(list.length) + (list === this.found && !this.isWhole ? '+' : '') });
		this.setFollow(false);
		this.view.show(this.hit);
	}

	searchKey(event) {
		if (event.key === 'Escape') {
			this.clear();
		} else if (event.key === 'Enter') {
			event.preventDefault();
			if (this.asked === el('q').value && this.found.length)
				this.next(this.found, event.shiftKey ? -1 : 1);
			else
				this.search();
		}
	}

	/* -- rows and tools -- */

	decorate(row, text, n, at) {
		if (this.selected && n >= this.selected.from && n < this.selected.to)
			row.classList.add('selected');
		if (n === this.hit)
			row.classList.add('hit');
		if (this.lines.isError(text.textContent))
			row.classList.add('error');
		if (this.times)
			text.before(this.times.element(at));
		if (this.pattern)
			mark(text, this.pattern);
	}

	async showTimes(on) {
		this.times = on ? await Times.read(pre.dataset.times).catch(() => null) : null;
		if (on && !this.times) {
			el('out-times').checked = false;
			el('out-found').textContent = say('noTimes');
		}
		this.view.draw();
	}

	async copy() {
		const { from, to } = this.selected ?? { from: 0, to: this.lines.count };
		const text = await this.lines.text(from, Math.min(to, this.lines.count), SMALL).catch(() => null);

		if (text !== null)
			await navigator.clipboard.writeText(text);
		el('out-found').textContent = say(text === null ? 'copyFailed' : 'copied');
	}

	showTools() {
		const errors = this.lines.errors.length;

		for (const id of ['out-next', 'out-before'])
			el(id).hidden = this.found.length === 0;
		for (const id of ['out-error-next', 'out-error-before'])
			el(id).hidden = errors === 0;
		el('out-copy').hidden = navigator.clipboard === undefined || !(this.selected || this.lines.end <= SMALL);
		el('out-copy').textContent = say(this.selected ? 'copyLines' : 'copyAll');
	}

	tools() {
		const press = (id, what) => el(id).addEventListener('click', what);

		el('out-view').hidden = false;
		el('out-follow').hidden = !this.running;
		pre.addEventListener('click', (event) => this.pressed(event));
		window.addEventListener('hashchange', () => {
			this.readAddress();
			if (this.selected)
				this.showSelected();
		});
		el('q').form.addEventListener('submit', (event) => {
			event.preventDefault();
			this.search();
		});
		el('q').addEventListener('keydown', (event) => this.searchKey(event));
		el('out-line').addEventListener('input', (event) => event.target.setCustomValidity(''));
		el('out-line').addEventListener('keydown', (event) => event.key === 'Enter' && this.goToLine());
		press('out-next', () => this.next(this.found, 1));
		press('out-before', () => this.next(this.found, -1));
		press('out-error-next', () => this.next(this.lines.errors, 1));
		press('out-error-before', () => this.next(this.lines.errors, -1));
		press('out-copy', () => this.copy());
		el('out-wrap').addEventListener('change', (event) => {
			this.view.wrap = event.target.checked;
			pre.classList.toggle('wrap', event.target.checked);
			this.view.go(this.view.anchor.line);
		});
		el('out-times').addEventListener('change', (event) => this.showTimes(event.target.checked));
		el('out-follow').addEventListener('change', (event) => {
			this.setFollow(event.target.checked);
			if (this.follow)
				this.view.go(this.lines.count);
		});
	}
}

if (pre)
	new Viewer().start();
