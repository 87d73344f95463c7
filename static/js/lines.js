/*
 * lines.js: the lines of a recorded output, which may be large and may grow.
 *
 * The server says where its lines begin, a piece of the file at a time
 * (fcgi/web/pages/output_lines.h): every group of lines with its byte and its
 * colours.  Lines are read by the group when they are shown; the groups used
 * last stay in memory.  So neither time nor memory depends on the size, but for
 * one entry in 200 lines.
 */
import { request } from './request.js';
import { Term } from './term.js';

const GROUP_BYTES = 256 * 1024;
const SHOWN = 64 * 1024;	/* bytes of one line, more than Term shows */
const KEPT = 48;		/* groups */

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
	constructor(file, index) {
		this.file = file;
		this.index = index;
		this.reset();
	}

	reset() {
		this.total = 0;		/* bytes of the file, as last said */
		this.end = 0;		/* bytes of which the lines are known */
		this.ended = 0;		/* lines with their line end */
		this.begin = 0;		/* the byte where the line after those begins */
		this.groups = [[0, 0]];	/* [line, byte, colours] */
		this.cache = new Map();
	}

	get count() {
		return this.ended + (this.end > this.begin ? 1 : 0);
	}

	/* One range of the file, of which the index has told: less than that is an error. */
	async get(from, to) {
		const answer = await request(this.file, { headers: { Range: `bytes=${from}-${to - 1}` }, cache: 'no-store' });
		const bytes = new Uint8Array(answer.ok ? await answer.arrayBuffer() : 0);
		const range = answer.status === 206 ? bytes : bytes.subarray(from, to);

		if (range.length < to - from)
			throw new Error(answer.status);
		return range;
	}

	/* A piece of the index, or of a search; null: there is no file (yet). */
	async piece(values) {
		const answer = await request(`${this.index}?${new URLSearchParams(values)}`,
			{ headers: { Accept: 'application/json' }, cache: 'no-store' });

		if (answer.status === 404)
			return null;
		if (!answer.ok)
			throw new Error(answer.status);
		return answer.json();
	}

	/* Learns more, from the last group on; false: there is nothing more now. A file that got shorter was written anew. */
	async more() {
		const [line, at, codes = ''] = this.groups.at(-1);
		const piece = await this.piece({ at, line, codes });

		if (piece)
			this.total = piece.size;
		if (this.total < this.end) {
			this.reset();
			return true;
		}
		if (!piece || piece.end <= this.end)
			return false;
		this.groups.pop();
		for (const group of piece.groups)
			this.groups.push(group);
		[this.end, this.ended, this.begin] = [piece.end, piece.line, piece.at];
		return true;
	}

	groupOf(line) {
		let low = 0, high = this.groups.length - 1;

		while (low < high) {
			const middle = (low + high + 1) >> 1;

			if (this.groups[middle][0] <= line)
				low = middle;
			else
				high = middle - 1;
		}
		return low;
	}

	/* The lines of a group; of a line that is too long, its beginning. */
	async group(n) {
		const [line, at, codes] = this.groups[n];
		const [nextLine, end] = this.groups[n + 1] ?? [this.count, this.end];
		const kept = this.cache.get(n);

		this.cache.delete(n);
		if (kept?.end === end) {
			this.cache.set(n, kept);
			return kept.lines;
		}
		const cache = this.cache;
		const bytes = await this.get(at, Math.min(end, at + GROUP_BYTES + SHOWN));
		const lines = this.split(bytes, nextLine - line, at, end, codes);

		cache.set(n, { end, lines });
		if (cache.size > KEPT)
			cache.delete(cache.keys().next().value);
		return lines;
	}

	split(bytes, count, at, end, codes) {
		const term = new Term();
		const decoder = new TextDecoder();
		const lines = [];

		if (codes)
			term.colour(codes);
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
		for (let n = from < to ? this.groupOf(from) : this.groups.length; n < this.groups.length && this.groups[n][0] < to; n++) {
			const [first] = this.groups[n];
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
		const bytes = end > begin ? await this.get(begin, end) : new Uint8Array(0);
		const term = new Term();

		return new TextDecoder().decode(bytes).replace(/\n$/, '').split('\n')
			.map((line) => pieces(term, line).map(([, text]) => text).join('') + '\n').join('');
	}
}
