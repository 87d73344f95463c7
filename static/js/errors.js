/*
 * errors.js: lines of an output that look like errors.
 *
 * The file is read for them where somebody asks for the next one, block by
 * block, and only as far as that; a small one is read as a whole.
 */
const BLOCK = 64;		/* groups of lines: mostly a megabyte */
const READ = 1024 * 1024;
const LINE = 64 * 1024;		/* characters of a line that are looked at */
const FINDINGS = 100000;	/* lines that are remembered */
const SMALL = 4 * 1024 * 1024;	/* bytes of a file that is read as a whole */
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

export class Errors {
	constructor(lines, rejected) {
		this.lines = lines;
		this.rejected = rejected;
		this.blocks = new Map();	/* number: { end, found } */
		this.kept = 0;
	}

	/* It looks like one, or is what the step's reject= found. */
	isError(text) {
		const plain = text.includes('\x1b') ? text.replace(SEQUENCE, '') : text;

		return looksLikeError(plain) || (Boolean(this.rejected) && plain.includes(this.rejected));
	}

	get blockCount() {
		return Math.ceil(this.lines.groups.length / BLOCK);
	}

	place(block) {
		const [line, at] = this.lines.groups[block * BLOCK];
		const [, end] = this.lines.groups[(block + 1) * BLOCK] ?? [0, this.lines.end];

		return { line, at, end };
	}

	/* The lines with errors of a block. */
	async block(n) {
		const { line, at, end } = this.place(n);
		const kept = this.blocks.get(n);

		if (kept?.end === end)
			return kept.found;
		const found = await this.read(line, at, end);

		if (this.kept > FINDINGS) {
			this.blocks.clear();
			this.kept = 0;
		}
		this.blocks.set(n, { end, found });
		this.kept += found.length;
		return found;
	}

	async read(line, at, end) {
		const decoder = new TextDecoder();
		const found = [];
		let carry = '';

		for (let bytes; at < end; at += bytes.length) {
			bytes = await this.lines.get(at, Math.min(end, at + READ));
			const texts = (carry + decoder.decode(bytes, { stream: true })).split('\n');

			carry = texts.pop().slice(0, LINE);
			for (const text of texts) {
				if (this.isError(text.length > LINE ? text.slice(0, LINE) : text))
					found.push(line);
				line++;
			}
		}
		if (carry && this.isError(carry))
			found.push(line);
		return found;
	}

	/* All of them, if the whole file has been read for them; or null. */
	get all() {
		const out = [];

		for (let n = 0; n < this.blockCount; n++) {
			const kept = this.blocks.get(n);

			if (kept?.end !== this.place(n).end)
				return null;
			out.push(...kept.found);
		}
		return out;
	}

	/* Reads a small file for all of them. */
	async readSmall() {
		for (let n = 0; this.lines.end <= SMALL && n < this.blockCount; n++)
			await this.block(n);
	}

	/* The one behind the line, or before it; around at the end. Null: there is none. Undefined: it was cancelled. */
	async next(from, step, signal, progress) {
		const count = this.blockCount;
		const start = Math.floor(this.lines.groupOf(Math.max(0, from)) / BLOCK);

		for (let i = 0; i <= count; i++) {
			const around = i === count || (step > 0 ? start + i >= count : start - i < 0);
			const found = await this.block((start + step * i + count * 2) % count);

			if (signal.aborted)
				return undefined;
			const fits = around ? found : found.filter((n) => step > 0 ? n > from : n < from);

			if (fits.length)
				return step > 0 ? fits[0] : fits.at(-1);
			progress(i / count);
		}
		return null;
	}
}
