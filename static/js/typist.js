/*
 * typist.js: sends what is typed until it has arrived in the terminal.
 *
 * The bytes are numbered from 0 on, under an identifier of this page.  Each
 * answer says how many of them the terminal has taken; what it has not stays
 * here and is sent again when nothing moves: an answer, a connection or a
 * runner may be lost on the way.  The server drops by its number what comes
 * twice, so nothing is typed twice.
 */
const MOST = 4096;		/* bytes of a request */
const KEPT_MOST = 64 * 1024;
const ASK_MS = 120;
const AGAIN_MS = 1500;
const AGAIN_MOST_MS = 12000;
const TELL_MS = 4000;

export const join = (a, b) => {
	const both = new Uint8Array(a.length + b.length);

	both.set(a);
	both.set(b, a.length);
	return both;
};
const identifier = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('');

/*
 * send(fields) gives { arrived } or throws an error; with `error.again` it may
 * help to send again.  told(what, error): 'waits', 'arrived', 'refused', 'full'.
 */
export class Typist {
	#id = identifier();
	#kept = new Uint8Array();
	#base = 0;		/* the number of the first byte that is kept */
	#next = 0;		/* that of the next to be sent */
	#moved = 0;		/* when something arrived, or all was quiet */
	#again = AGAIN_MS;	/* after that, to be sent again */
	#pause = ASK_MS;
	#busy = false;
	#told = false;
	#wake = () => {};
	#send;
	#tell;

	constructor(send, tell) {
		this.#send = send;
		this.#tell = tell;
	}

	type(text) {
		const bytes = new TextEncoder().encode(text);

		if (this.#kept.length + bytes.length > KEPT_MOST) {
			this.#tell('full');
			return;
		}
		if (this.#kept.length === 0)
			this.#move();
		this.#kept = join(this.#kept, bytes);
		this.#pause = ASK_MS;
		this.#wake();
		this.#work();
	}

	/* A request that types nothing: what goes with each is told. */
	tell() {
		this.#send({ typist: this.#id, from: this.#next, data: '' }).catch(() => {});
	}

	forget() {
		this.#base += this.#kept.length;
		this.#next = this.#base;
		this.#kept = new Uint8Array();
		this.#wake();
	}

	get waits() {
		return this.#kept.length;
	}

	#move() {
		this.#moved = performance.now();
		this.#again = AGAIN_MS;
		this.#pause = ASK_MS;
	}

	#arrived(count) {
		const n = Math.min(count, this.#base + this.#kept.length) - this.#base;

		if (!(n > 0))
			return;
		this.#kept = this.#kept.slice(n);
		this.#base += n;
		this.#next = Math.max(this.#next, this.#base);
		this.#move();
		if (this.#told)
			this.#tell('arrived');
		this.#told = false;
	}

	#sleep(ms) {
		return new Promise((done) => {
			const timer = setTimeout(done, ms);

			this.#wake = () => {
				clearTimeout(timer);
				done();
			};
		});
	}

	/* Nothing moves: from the beginning, and said so where it lasts. */
	#stuck() {
		const since = performance.now() - this.#moved;

		if (since > this.#again) {
			this.#next = this.#base;
			this.#again = since + Math.min(AGAIN_MOST_MS, since);
		}
		if (since > TELL_MS && !this.#told) {
			this.#told = true;
			this.#tell('waits');
		}
	}

	async #once() {
		const at = this.#next, base = this.#base;
		const part = this.#kept.subarray(at - base, at - base + MOST);
		const { arrived } = await this.#send({ typist: this.#id, from: at, data: btoa(String.fromCharCode(...part)) });

		if (this.#base <= at)
			this.#next = Math.max(this.#base, at + part.length);
		this.#arrived(arrived);
		if (part.length > 0)
			return;
		await this.#sleep(this.#pause);
		this.#pause = Math.min(1000, this.#pause * 1.5);
		this.#stuck();
	}

	async #work() {
		if (this.#busy)
			return;
		this.#busy = true;
		while (this.#kept.length > 0) {
			try {
				await this.#once();
			} catch (error) {
				if (!error.again) {
					this.forget();
					this.#tell('refused', error);
					break;
				}
				this.#next = this.#base;
				this.#told = true;
				this.#tell('waits', error);
				await this.#sleep(1000);
			}
		}
		this.#busy = false;
	}
}
