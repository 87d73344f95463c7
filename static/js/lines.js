/*
 * lines.js: the lines of a recorded output, which may be large and may grow.
 *
 * The file is read once from its beginning, in ranges, to learn where its lines
 * begin: a group is up to GROUP_LINES lines or GROUP_BYTES, and the place of
 * each group is remembered, not its text.  Lines are then read by the group;
 * the groups used last stay in memory.
 */
import { request } from './request.js';
import { Term } from './term.js';

const READ = 1024 * 1024;
const GROUP_LINES = 200;
const GROUP_BYTES = 256 * 1024;
const SHOWN = 64 * 1024;	/* bytes of one line, more than Term shows */
const KEPT = 48;		/* groups */
const FINDINGS = 100000;	/* lines with errors that are remembered */
const COLOUR = /\x1b\[([0-9;:]*)m/g;
const SEQUENCE = /\x1b\[[0-9;:]*[mK]/g;

/*
 * A line that looks like an error: one of these words, unless it is counted as
 * none ("0 errors", "no error", "errors: 0", "without error").
 */
const WORDS = 'errors?|fatal|fail(?:ed|ures?)|panic|exception|traceback|segmentation fault|core dumped|permission denied|command not found|no such file or directory|错误|失败';
const ERROR = new RegExp(`(?<![\\w-])(?:${WORDS})(?!\\w|-free)`, 'i');
const NAMED = /\w(?:Error|Exception)(?!\w)/;	/* ValueError, java.io.IOException */
const NONE = /(?<![\w-])(?:0|no|without|zero) (?:errors?|failures?|failed)(?!\w)|(?<![\w-])(?:errors?|failed|failures?)["']?\s*[:=]\s*0(?![\w.])/gi;

const looksLikeError = (line) => NAMED.test(line) || (ERROR.test(line) && ERROR.test(line.replace(NONE, '')));

/* Of one line: [class, text] pieces. A line end inside of an escape sequence ends that. */
function pieces(term, text) {
	term.write(text);
	if (term.rest) {
		term.rest = '';
		term.mark();
	}
	term.end();
	return term.done.pop();
}

export class Lines {
	constructor(file, rejected) {
		this.file = file;
		this.rejected = rejected;
		this.reset();
	}

	reset() {
		this.total = 0;		/* bytes of the file, as last said */
		this.end = 0;		/* bytes read */
		this.ended = 0;		/* lines with their line end */
		this.begin = 0;		/* the byte where the line after those begins */
		this.groups = [{ line: 0, at: 0 }];
		this.errors = [];	/* numbers of lines, from 0 */
		this.carry = '';
		this.decoder = new TextDecoder();
		this.colours = new Term();
		this.cache = new Map();
	}

	get count() {
		return this.ended + (this.end > this.begin ? 1 : 0);
	}

	/* One range of the file; null where there is nothing (yet). */
	async get(from, to) {
		const answer = await request(this.file, { headers: { Range: `bytes=${from}-${to - 1}` }, cache: 'no-store' });
		const where = /\/(\d+)$/.exec(answer.headers.get('Content-Range') ?? '');

		if (where)
			this.total = Number(where[1]);
		if (answer.status === 206 || (answer.status === 200 && from === 0))
			return new Uint8Array(await answer.arrayBuffer());
		if (![200, 404, 416].includes(answer.status))
			throw new Error(answer.status);
		return null;
	}

	/* Reads on; false: there is nothing more now. A file that got shorter was written anew. */
	async more() {
		const again = this.end > 0 ? 1 : 0;	/* one byte again: a range is never empty */
		const bytes = await this.get(this.end - again, this.end + READ);

		if (this.total < this.end)
			this.reset();
		else if (bytes && bytes.length > again)
			this.take(bytes.subarray(again));
		else
			return false;
		return true;
	}

	take(bytes) {
		const texts = (this.carry + this.decoder.decode(bytes, { stream: true })).split('\n');
		const from = this.end;

		this.carry = texts.pop().slice(0, SHOWN);
		this.end += bytes.length;
		for (let i = 0, at = -1; i < texts.length; i++) {
			at = bytes.indexOf(10, at + 1);
			this.line(texts[i], from + at + 1);
		}
	}

	/* It looks like one, or is what the step's reject= found. */
	isError(text) {
		const plain = text.includes('\x1b') ? text.replace(SEQUENCE, '') : text;

		return looksLikeError(plain) || (Boolean(this.rejected) && plain.includes(this.rejected));
	}

	/* The next whole line, and the byte behind it. */
	line(text, next) {
		const group = this.groups.at(-1);

		if (this.errors.length < FINDINGS && this.isError(text))
			this.errors.push(this.ended);
		if (text.includes('\x1b'))
			for (const [, codes] of text.matchAll(COLOUR))
				this.colours.colour(codes);
		this.ended++;
		this.begin = next;
		if (this.ended - group.line >= GROUP_LINES || next - group.at >= GROUP_BYTES)
			this.groups.push({ line: this.ended, at: next,
				...(this.colours.cls && { style: { ...this.colours.style }, cls: this.colours.cls }) });
	}

	groupOf(line) {
		let low = 0, high = this.groups.length - 1;

		while (low < high) {
			const middle = (low + high + 1) >> 1;

			if (this.groups[middle].line <= line)
				low = middle;
			else
				high = middle - 1;
		}
		return low;
	}

	/* The lines of a group; of a line that is too long, its beginning. */
	async group(n) {
		const { line, at, style, cls } = this.groups[n];
		const next = this.groups[n + 1];
		const end = next?.at ?? this.end;
		const count = (next?.line ?? this.count) - line;
		const kept = this.cache.get(n);

		this.cache.delete(n);
		if (kept?.end === end) {
			this.cache.set(n, kept);
			return kept.lines;
		}
		const cache = this.cache;
		const bytes = await this.get(at, Math.min(end, at + GROUP_BYTES + SHOWN)) ?? new Uint8Array(0);
		const lines = this.split(bytes, count, at, end, style && { style, cls });

		cache.set(n, { end, lines });
		if (cache.size > KEPT)
			cache.delete(cache.keys().next().value);
		return lines;
	}

	split(bytes, count, at, end, colours) {
		const term = new Term();
		const decoder = new TextDecoder();
		const lines = [];

		if (colours) {
			term.cls = colours.cls;
			Object.assign(term.style, colours.style);
		}
		for (let from = 0; lines.length < count; ) {
			const found = bytes.indexOf(10, from);
			const to = found < 0 ? Math.min(bytes.length, end - at) : found;
			const text = decoder.decode(bytes.subarray(from, Math.min(to, from + SHOWN)));

			lines.push({ at: at + from, pieces: pieces(term, text),
				over: found < 0 && at + to < end ? end - at - to : Math.max(0, to - from - SHOWN) });
			from = to + 1;
		}
		return lines;
	}

	/* Lines from..to-1, each { at, pieces, over }. */
	async slice(from, to) {
		const out = [];

		to = Math.min(to, this.count);
		for (let n = from < to ? this.groupOf(from) : this.groups.length; n < this.groups.length && this.groups[n].line < to; n++) {
			const first = this.groups[n].line;
			const lines = await this.group(n);

			out.push(...lines.slice(Math.max(0, from - first), to - first));
		}
		return out;
	}

	/* The text of lines from..to-1, without colours; null: more than `most` bytes. */
	async text(from, to, most) {
		const at = async (line) => line < this.count ? (await this.slice(line, line + 1))[0].at : this.end;
		const [begin, end] = [await at(from), await at(to)];

		if (end - begin > most)
			return null;
		const bytes = end > begin ? await this.get(begin, end) : null;
		const term = new Term();

		return new TextDecoder().decode(bytes ?? new Uint8Array(0)).replace(/\n$/, '').split('\n')
			.map((line) => pieces(term, line).map(([, text]) => text).join('') + '\n').join('');
	}
}
