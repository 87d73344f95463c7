/*
 * term.js: output of a target as lines of text and colours.
 *
 * The output of a target is hostile, so it reaches the page as textContent
 * alone.  SGR colours become classes; `\r` and erase-to-end redraw the line as
 * progress bars expect; every other escape sequence is dropped and leaves a
 * mark, and characters that turn or hide text are shown by their number.
 */
const LINE_MAX = 8000;
const TOKEN = /\x1b\[([0-9;:]*)([\x40-\x7e])|\x1b\[[\x20-\x3f]*[\x40-\x7e]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[\x20-\x2f]*[\x30-\x7e]|[\x00-\x08\x0a-\x1f\x7f]/g;
const OPEN = /\x1b(?:\[[\x20-\x3f]*|[\]PX^_][^\x07\x1b]{0,4096}\x1b?|[\x20-\x2f]*)$/;
const HIDDEN = /[\u0080-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const MARK = '\u241b';

const visible = (s) => s.replace(HIDDEN, (c) => `<U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}>`);

export class Term {
	constructor() {
		this.done = [];		/* finished lines: arrays of [class, text] */
		this.line = [];
		this.under = [];	/* what stood there before a \r */
		this.rest = '';
		this.style = { fg: '', bg: '', bold: false, dim: false, ital: false, under: false };
		this.cls = '';
	}

	write(text) {
		let at = 0;

		text = this.rest + text;
		this.rest = OPEN.exec(text)?.[0] ?? '';
		if (this.rest.length > 4200)
			this.rest = '';
		text = text.slice(0, text.length - this.rest.length);
		for (const m of text.matchAll(TOKEN)) {
			this.put(text.slice(at, m.index));
			at = m.index + m[0].length;
			this.control(m);
		}
		this.put(text.slice(at));
	}

	put(text) {
		if (text)
			this.line.push([this.cls, visible(text)]);
	}

	control([all, args, final]) {
		if (all === '\n')
			this.end();
		else if (all === '\r')
			this.back();
		else if (final === 'm')
			this.colour(args);
		else if (final === 'K')
			this.under = [];
		else if (all[0] === '\x1b')
			this.mark();
		else
			this.put(all === '\x7f' ? '\u2421' : String.fromCharCode(0x2400 + all.charCodeAt(0)));
	}

	mark() {
		if (this.line.at(-1)?.[1] !== MARK)
			this.line.push(['dim', MARK]);
	}

	/* Text after a \r covers the text before it. */
	current() {
		let covered = this.line.reduce((n, [, t]) => n + t.length, 0);
		const out = this.line.slice();

		for (const [cls, text] of this.under) {
			if (covered < text.length)
				out.push([cls, text.slice(covered)]);
			covered = Math.max(0, covered - text.length);
		}
		return out;
	}

	back() {
		this.under = this.current();
		this.line = [];
	}

	end() {
		this.done.push(this.current());
		this.line = [];
		this.under = [];
	}

	colour(args) {
		const codes = args.split(/[;:]/).map(Number);
		const s = this.style;

		for (let i = 0; i < codes.length; i++) {
			const c = codes[i];

			if (c === 0) Object.assign(s, { fg: '', bg: '', bold: false, dim: false, ital: false, under: false });
			else if (c === 1) s.bold = true;
			else if (c === 2) s.dim = true;
			else if (c === 3) s.ital = true;
			else if (c === 4) s.under = true;
			else if (c === 22) s.bold = s.dim = false;
			else if (c === 23) s.ital = false;
			else if (c === 24) s.under = false;
			else if (c >= 30 && c <= 37) s.fg = 'f' + (c - 30);
			else if (c >= 90 && c <= 97) s.fg = 'f' + (c - 82);
			else if (c === 39) s.fg = '';
			else if (c >= 40 && c <= 47) s.bg = 'b' + (c - 40);
			else if (c >= 100 && c <= 107) s.bg = 'b' + (c - 100);
			else if (c === 49) s.bg = '';
			else if (c === 38 || c === 48) i = this.palette(codes, i);
		}
		this.cls = [s.fg, s.bg, s.bold && 'bold', s.dim && 'dim', s.ital && 'ital', s.under && 'under'].filter(Boolean).join(' ');
	}

	/* Of 256 colours the first 16 are ours; the others keep the text's. */
	palette(codes, i) {
		const n = codes[i + 1] === 5 ? codes[i + 2] : NaN;

		if (codes[i] === 38)
			this.style.fg = n < 16 ? 'f' + n : '';
		else
			this.style.bg = n < 16 ? 'b' + n % 8 : '';
		return i + (codes[i + 1] === 2 ? 4 : 2);
	}
}

/* `over`: how much of the line is not in the pieces. */
export function lineElement(pieces, over = 0) {
	const div = document.createElement('div');
	let left = LINE_MAX;

	for (const [cls, text] of pieces) {
		const part = text.slice(0, left);

		over += text.length - part.length;
		left -= part.length;
		if (!part)
			continue;
		if (cls) {
			const span = document.createElement('span');

			span.className = cls;
			span.textContent = part;
			div.append(span);
		} else {
			div.append(part);
		}
	}
	if (over)
		div.append(` \u2026 +${over}`);
	if (!div.firstChild)
		div.append('\n');
	return div;
}
