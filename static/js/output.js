/*
 * output.js: outputs follow their file.
 *
 * Live view and history read the same text by offset (Range), so they cannot
 * disagree.  A card shows the end, of a folded step once it is unfolded; viewer.js shows all of it.
 * At most LINES lines are in the page, whatever the size of the file.  An
 * Output is of one file: where its node is given another, a new one begins.
 */
import { request } from './request.js';
import { Term, lineElement } from './term.js';

const LINES = 2000;
const CHUNK = 256 * 1024;
const FAST_MS = 400;
const SLOW_MS = 2000;
const known = new WeakMap();	/* pre -> its Output */
const ended = new WeakMap();	/* pre -> its text, whose end is shown */

class Output {
	constructor(pre) {
		this.pre = pre;
		this.file = pre.dataset.txt;
		this.follow = true;
		this.wait = FAST_MS;
		this.timer = null;
		this.reset();
		pre.addEventListener('scroll', () => this.scrolled(), { passive: true });
	}

	reset() {
		this.term = new Term();
		this.decoder = new TextDecoder();
		this.end = null;
		this.total = 0;
		this.last = null;
		this.fresh = true;
	}

	/* The node is in the page and still shows this file. */
	here() {
		return this.pre.isConnected && known.get(this.pre) === this && this.pre.dataset.txt === this.file;
	}

	running() {
		return this.here() && this.pre.dataset.running !== undefined;
	}

	/* One range of the file; null where there is nothing (yet). */
	async get(range) {
		const answer = await request(this.file, { headers: { Range: 'bytes=' + range }, cache: 'no-store' });
		const where = /bytes (?:(\d+)-(\d+)|\*)\/(\d+)/.exec(answer.headers.get('Content-Range') ?? '');

		if (where)
			this.total = Number(where[3]);
		if (answer.status !== 206) {
			if (answer.status !== 416 && answer.status !== 404 && answer.status !== 200)
				throw new Error(answer.status);
			if (answer.status !== 200 || this.end !== null)
				return null;
		}
		const bytes = new Uint8Array(await answer.arrayBuffer());

		return { bytes, from: where ? Number(where[1]) : 0 };
	}

	async more() {
		if (this.end !== null && this.total - this.end > 4 * CHUNK)
			this.reset();		/* too far behind: on to the end */
		const part = await this.get(this.end === null ? `-${CHUNK}` : `${this.end - 1}-${this.end + CHUNK - 1}`);

		if (part && this.end !== null) {	/* one byte again: a range is never empty */
			part.bytes = part.bytes.subarray(1);
			part.from++;
		}
		if (!part || part.bytes.length === 0 || !this.here())
			return false;
		this.take(part);
		return true;
	}

	/*
	 * The bytes begin inside of a line: how many go.  The line goes where
	 * another one follows; else it begins with an ellipsis, at a character.
	 */
	inside(bytes) {
		let cut = bytes.indexOf(10) + 1;

		if (cut > 0 && cut < bytes.length)
			return cut;
		this.term.write('\u2026');
		for (cut = 0; cut < bytes.length && (bytes[cut] & 0xc0) === 0x80;)
			cut++;
		return cut;
	}

	take({ bytes, from }) {
		if (this.end === null) {
			const cut = from > 0 ? this.inside(bytes) : 0;

			bytes = bytes.subarray(cut);
			from += cut;
		}
		this.end = from + bytes.length;
		this.total = Math.max(this.total, this.end);
		this.term.write(this.decoder.decode(bytes, { stream: true }));
		this.draw();
	}

	draw() {
		const lines = this.term.done.splice(0);
		const frag = document.createDocumentFragment();

		if (this.fresh) {
			this.pre.dataset.owned = '';
			this.pre.replaceChildren();
			this.fresh = false;
		}
		this.last?.remove();
		for (const line of lines.slice(-LINES))
			frag.append(lineElement(line));
		this.last = null;
		if (this.term.line.length || this.term.under.length) {
			this.last = lineElement(this.term.current());
			frag.append(this.last);
		}
		this.pre.append(frag);
		while (this.pre.childElementCount > LINES)
			this.pre.firstChild.remove();
		if (this.follow)
			this.pre.scrollTop = this.pre.scrollHeight;
	}

	scrolled() {
		this.follow = this.pre.scrollTop + this.pre.clientHeight >= this.pre.scrollHeight - 8;
	}

	async loop() {
		this.timer = null;
		try {
			const got = await this.more();

			this.wait = got ? FAST_MS : Math.min(SLOW_MS, this.wait * 1.5);
		} catch {
			this.wait = SLOW_MS;
		}
		if (this.running()) {
			this.timer = setTimeout(() => this.loop(), this.wait);
			return;
		}
		/* It ended: read on to the end of the file. */
		for (let i = 0; i < 8 && this.here(); i++)
			if (!await this.more().catch(() => false))
				break;
	}

	/* The page says that it ended: read the end now. */
	hurry() {
		if (this.timer === null || this.running())
			return;
		clearTimeout(this.timer);
		this.loop();
	}
}

/* A node that was given another file begins again, empty. */
function startOver(pre) {
	known.delete(pre);
	pre.replaceChildren();
}

function scan() {
	for (const pre of document.querySelectorAll('pre.out[data-txt]')) {
		const { running, lazy } = pre.dataset;
		const folded = pre.closest('details:not([open])');

		if (known.has(pre) && !known.get(pre).here())
			startOver(pre);
		known.get(pre)?.hurry();
		if (known.has(pre) || (running ?? (folded ? undefined : lazy)) === undefined)
			continue;
		known.set(pre, new Output(pre));
		known.get(pre).loop();
	}
	requestAnimationFrame(showEnds);
}

/* Of outputs that came with the page, once: the last lines count. */
function showEnds() {
	for (const pre of document.querySelectorAll('details[open] pre.out:not([data-owned])'))
		if (pre.firstChild && ended.get(pre) !== pre.firstChild.data && !pre.closest('details:not([open])')) {
			ended.set(pre, pre.firstChild.data);
			pre.scrollTop = pre.scrollHeight;
		}
}

scan();
document.addEventListener('cs:morphed', scan);
document.addEventListener('toggle', scan, true);
