/*
 * viewer.js: the page of one output.  Numbered lines with addresses, search,
 * errors, times, wrap, copy; it follows an output that grows.
 */
import { Errors } from './errors.js';
import { Lines } from './lines.js';
import { request } from './request.js';
import { search } from './search.js';
import { Times } from './times.js';
import { OVER, View, mark, pause } from './view.js';

const SMALL = 1024 * 1024;	/* may be copied as a whole */
const FAST_MS = 400;
const SLOW_MS = 2000;
const ADDRESS = /^#?L?(\d+)(?:\s*[-–]\s*L?(\d+))?$/;

const pre = document.getElementById('viewer');
const el = (id) => document.getElementById(id);
/* As the server writes it (model_size). */
const size = (n) => {
	const i = n < 1e3 ? 0 : n < 1e6 ? 1 : n < 1e9 ? 2 : 3;
	const value = n / 1e3 ** i;

	return `${value.toFixed(i === 0 || value >= 100 ? 0 : 1)} ${['B', 'KB', 'MB', 'GB'][i]}`;
};
const say = (key, values = {}) => pre.dataset[key].replace(/\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g,
	(all, name, one, many) => one === undefined ? values[name] ?? all : values[name] === '1' ? one : many);
const number = (n) => n.toLocaleString(document.documentElement.lang);

class Viewer {
	constructor() {
		this.lines = new Lines(pre.dataset.txt, pre.dataset.index);
		this.errors = new Errors(this.lines, pre.dataset.rejected);
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
		await this.findErrors();
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
		this.view = new View(pre, this.lines);
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
		await this.findErrors();
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

	/* Does what may take long, with a bar and a way to cancel it; one thing at a time. */
	async work(what) {
		const control = new AbortController();
		const bar = el('out-progress');

		this.working?.abort();
		this.working = control;
		bar.value = 0;
		bar.hidden = el('out-cancel').hidden = false;
		el('out-found').textContent = say('searching');
		try {
			return await what(control.signal, (part) => {
				if (this.working === control)
					bar.value = part;
			});
		} finally {
			if (this.working === control) {
				this.working = null;
				bar.hidden = el('out-cancel').hidden = true;
			}
		}
	}

	async search() {
		const q = el('q').value;

		if (!q) {
			this.clear();
			return;
		}
		this.pattern = new RegExp(`(${q.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')})`, 'iu');
		this.asked = q;
		const got = await this.work((signal, progress) => search(this.lines, q, signal, progress)).catch(() => null);

		if (this.asked !== q)
			return;
		if (!got) {
			el('out-found').textContent = say('searchFailed');
			this.asked = null;
			return;
		}
		this.found = got.found;
		this.isWhole = got.isWhole;
		this.hit = -1;
		this.next(1);
	}

	clear() {
		this.working?.abort();
		el('q').value = '';
		this.asked = this.pattern = null;
		this.found = [];
		this.hit = -1;
		el('out-found').textContent = '';
		this.showTools();
		this.view.draw();
	}

	/* The last hit, or the line in view: what is next is behind it, or before it. */
	here(step) {
		return this.hit >= 0 ? this.hit : Math.min(this.view.anchor.line, this.lines.count) - (step > 0 ? 1 : 0);
	}

	show(line, text) {
		this.hit = line;
		el('out-found').textContent = text;
		this.setFollow(false);
		this.showTools();
		this.view.show(line);
	}

	/* The found line after or before; around at the end. */
	next(step) {
		const { found } = this;
		const here = this.here(step);
		let at = step > 0 ? found.findIndex((n) => n > here) : found.findLastIndex((n) => n < here);

		if (found.length === 0) {
			el('out-found').textContent = say(this.isWhole ? 'none' : 'cancelled');
			this.showTools();
			this.view.draw();
			return;
		}
		if (at < 0)
			at = step > 0 ? 0 : found.length - 1;
		this.show(found[at], say('hit', { n: number(at + 1), count: number(found.length) + (this.isWhole ? '' : '+') }));
	}

	async nextError(step) {
		const line = await this.work((signal, progress) => this.errors.next(this.here(step), step, signal, progress))
			.catch(() => 'failed');

		if (typeof line !== 'number') {
			el('out-found').textContent = say(line === 'failed' ? 'searchFailed' : line === null ? 'noError' : 'cancelled');
			this.showTools();
			return;
		}
		const all = this.errors.all;

		this.show(line, all ? say('errorHit', { n: number(all.indexOf(line) + 1), count: number(all.length) })
		    : say('errorLine', { line: number(line + 1) }));
	}

	/* A small output is read for errors at once: where there are none, there are no buttons. */
	async findErrors() {
		await this.errors.readSmall().catch(() => null);
		this.showTools();
		this.view.draw();
	}

	searchKey(event) {
		if (event.key === 'Escape') {
			this.clear();
		} else if (event.key === 'Enter') {
			event.preventDefault();
			if (this.asked === el('q').value && this.found.length)
				this.next(event.shiftKey ? -1 : 1);
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
		if (this.errors.isError(text.textContent))
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
		const { all } = this.errors;

		for (const id of ['out-next', 'out-before'])
			el(id).hidden = this.found.length === 0;
		for (const id of ['out-error-next', 'out-error-before'])
			el(id).hidden = all !== null && all.length === 0;
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
		press('out-next', () => this.next(1));
		press('out-before', () => this.next(-1));
		press('out-error-next', () => this.nextError(1));
		press('out-error-before', () => this.nextError(-1));
		press('out-cancel', () => this.working?.abort());
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
