/*
 * view.js: the lines in view, of an output that may have a million.
 *
 * In the page are only the lines in view and OVER on both sides.  The anchor is
 * the line at the upper edge; an element of the height of all lines makes the
 * scroll bar.  The bar is an estimate if lines wrap, or are so many that
 * browsers have no such height: nearby, the lines move by pixels, and once the
 * scrolling is over the bar is put where the anchor is.
 */
import { lineElement } from './term.js';

const ROW = 20;			/* px: --t-code */
const TALLEST = 12e6;		/* px; Firefox ends at 17.9 million */
const SETTLE_MS = 150;
const AGAIN_MS = 2000;		/* after a connection that was lost */

export const OVER = 80;
const clamp = (n, low, high) => Math.max(low, Math.min(n, high));
export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export class View {
	constructor(pre, lines) {
		this.pre = pre;
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
		this.pre.dataset.owned = '';
		this.pre.replaceChildren(this.sizer);
		this.pre.addEventListener('scroll', () => this.scrolled(), { passive: true });
		new ResizeObserver(() => this.draw()).observe(this.pre);
	}

	/* On paper it is as high as its lines: that is no reason to read more of them. */
	get inView() {
		return Math.min(this.pre.clientHeight, innerHeight) / ROW;
	}

	get exact() {
		return !this.wrap && this.lines.count * ROW <= TALLEST;
	}

	get atEnd() {
		return this.anchor.line >= this.lines.count;
	}

	max() {
		return Math.max(0, this.pre.scrollHeight - this.pre.clientHeight);
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

		if (high < 0 || y < 0 || y + this.pre.clientHeight > this.rows.offsetHeight)
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
		const top = this.pre.scrollTop;

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

		if (Math.abs(top - this.pre.scrollTop) >= 1)
			this.pre.scrollTop = top;
		this.top = this.pre.scrollTop;
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
		const y = row ? this.rows.offsetTop + row.offsetTop - this.pre.scrollTop : -1;

		if (y < 0 || y + row.offsetHeight > this.pre.clientHeight)
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
				await pause(AGAIN_MS);
				this.again = true;
				continue;
			}
			this.from = from;
			this.resize();
			this.rows.replaceChildren(...lines.map((line, i) => this.row(line, from + i)));
			this.pre.toggleAttribute('data-cut', lines.length < this.lines.count);
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
		const top = this.pre.scrollTop, height = this.rows.offsetHeight;
		const row = this.rows.children[this.anchor.line - this.from];
		const isLast = this.from + this.rows.childElementCount >= this.lines.count;
		let y = top - this.anchor.px - (row ? row.offsetTop : height);

		if (isLast)
			y = Math.max(y, top + this.pre.clientHeight - height);
		if (this.from === 0)
			y = Math.min(y, Math.max(0, top));
		this.rows.style.top = `${this.exact ? this.from * ROW : y}px`;
	}
}

/* Marks what is found in the text of a row. */
export function mark(text, pattern) {
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
