/*
 * stream.js: what happens in the runs that a browser shows, for all its tabs.
 *
 * A browser opens six connections to a host at most, so one stream carries
 * the events of all runs.  It is held by a shared worker (worker.js) or by
 * one of the tabs (share.js), which hands out what comes.  The server sends a
 * beat every three seconds; where nothing comes, a proxy holds the stream
 * back or the line is dead: then the same address is asked as JSON every two
 * seconds, and the stream is tried again after half a minute.
 *
 * The stream says that something happened, and then what that changes in the
 * page (fcgi/web/live/patch.h).  The tabs fetch their pages if the second does
 * not follow, and when the address is asked instead.
 */
const BEAT_LOST_MS = 8000;	/* BEAT_MS in fcgi/web/live/live.c is 3000 */
const POLL_MS = 2000;
const AGAIN_MS = 30000;
const MEMBER_MS = 20000;
const MAX_RUNS = 32;
const PATCH_MS = 1500;		/* from an event to what it changes */
const TRIES = 3;		/* failures in a row before it says "offline" */

/* The messages from the holder of the stream to the tabs:
 *	{ run, seq, … }		something happened; with from, view and parts: what it changes
 *	{ run, names }		who looks at the run
 *	{ beat, state, since }	the holder is there, and how its line is
 *	{ ended: true }		the session is over */
export class Stream {
	constructor(tell, lang, streams = typeof EventSource === 'function') {
		this.tell = tell;
		this.lang = lang;		/* of the pages */
		this.streams = streams;
		this.members = new Map();	/* tab -> { run, at } */
		this.runs = new Map();		/* run -> last event that the tabs know of */
		this.awaited = new Map();	/* run -> { seq, at }: of which the change is to come */
		this.source = null;
		this.state = '';			/* nothing to be said yet */
		this.since = null;
		this.failures = 0;
		this.heard = this.tried = this.polled = 0;
		this.polling = false;
		this.dirty = false;
		this.timer = setInterval(() => this.tick(), 500);
	}

	close() {
		clearInterval(this.timer);
		this.source?.close();
		this.source = this.timer = null;
	}

	/* A tab is there: it shows the run as it was after event seq. */
	here(tab, run, seq) {
		const known = this.runs.get(run);

		this.members.set(tab, { run, at: performance.now() });
		if (known === undefined)
			this.runs.set(run, seq);
		else if (known > seq)
			this.tell({ run, seq: known });
		if (known === undefined)
			this.change();
	}

	bye(tab) {
		if (this.members.delete(tab))
			this.forget();
	}

	/* Runs that no tab shows any more. */
	forget() {
		const wanted = new Set([...this.members.values()].map((m) => m.run));
		const gone = [...this.runs.keys()].filter((run) => !wanted.has(run));

		gone.forEach((run) => this.runs.delete(run) && this.awaited.delete(run));
		if (gone.length > 0)
			this.change();
	}

	/* Soon, as tabs are often opened together. */
	change() {
		if (this.dirty)
			return;
		this.dirty = true;
		setTimeout(() => {
			this.dirty = false;
			if (this.timer !== null)
				this.open();
		}, 60);
	}

	list(from, to) {
		return [...this.runs].slice(from, to).map(([run, seq]) => `${run}:${seq}`).join(',');
	}

	open() {
		this.source?.close();
		this.source = null;
		this.tried = this.heard = performance.now();
		if (this.runs.size === 0 || !this.streams)
			return;
		const source = this.source = new EventSource(`/events?parts=${this.lang}&runs=${this.list(0, MAX_RUNS)}`);
		const hear = (use) => (event) => {
			if (source !== this.source)
				return;
			use?.(JSON.parse(event.data));
			this.arrived();
		};

		source.onmessage = hear(({ run, seq }) => this.expect(run, seq));
		source.addEventListener('patch', hear((patch) => this.happened(patch)));
		source.addEventListener('presence', hear(({ run, names }) => this.tell({ run, names })));
		source.addEventListener('beat', hear());
		source.onerror = () => source === this.source && this.failed();
	}

	expect(run, seq) {
		if (this.runs.get(run) < seq)
			this.awaited.set(run, { seq, at: this.awaited.get(run)?.at ?? performance.now() });
	}

	happened({ run, seq, ...change }) {
		if (!this.runs.has(run))
			return;
		this.runs.set(run, Math.max(seq, this.runs.get(run)));
		if (this.awaited.get(run)?.seq <= seq)
			this.awaited.delete(run);
		this.tell({ run, seq, ...change });
	}

	say(state) {
		this.since = state === 'off' ? this.since ?? Date.now() : null;
		this.state = state;
		this.beat();
	}

	beat() {
		this.tell({ beat: true, state: this.state, since: this.since });
	}

	arrived() {
		this.heard = performance.now();
		this.failures = 0;
		this.polling = false;
		if (this.state !== 'live')
			this.say('live');
	}

	/* The end of a stream after ten minutes is no failure worth a word. */
	failed() {
		this.source?.close();
		this.source = null;
		this.tried = performance.now();
		if (++this.failures === 1) {
			this.change();
			return;
		}
		if (this.failures < TRIES) {
			this.say('wait');
			return;
		}
		this.polling = true;
		if (this.failures === TRIES)
			this.polled = 0;
	}

	/* Nothing came, not even a beat. */
	silent() {
		this.source.close();
		this.source = null;
		this.polling = true;
		this.polled = 0;
	}

	tick() {
		const now = performance.now();

		for (const [tab, { at }] of this.members)
			if (now - at > MEMBER_MS)
				this.bye(tab);
		for (const [run, { seq, at }] of this.awaited)
			if (now - at > PATCH_MS)
				this.happened({ run, seq });
		if (this.runs.size === 0)
			return;
		if (this.state === '' && now - this.tried > 2000)
			this.say('wait');
		if (this.source && now - this.heard > BEAT_LOST_MS)
			this.silent();
		if (this.streams && !this.source && now - this.tried > (this.polling ? this.again() : 1000))
			this.open();
		if ((this.polling || !this.streams || this.runs.size > MAX_RUNS) && now - this.polled > POLL_MS)
			this.poll(this.polling || !this.streams ? 0 : MAX_RUNS);
	}

	/* A line that is cut is tried more often than one that says nothing. */
	again() {
		return this.failures > 0 ? 5000 : AGAIN_MS;
	}

	async poll(from) {
		this.polled = Infinity;
		try {
			for (; from < this.runs.size; from += MAX_RUNS)
				await this.ask(this.list(from, from + MAX_RUNS));
			if (this.polling || !this.streams)
				this.say('poll');
		} catch {
			this.say('off');
		}
		this.polled = performance.now();
	}

	async ask(runs) {
		const answer = await fetch('/events?runs=' + runs, { headers: { Accept: 'application/json' },
			cache: 'no-store', signal: AbortSignal.timeout(15000) });

		if (answer.status === 401)
			this.tell({ ended: true });
		if (!answer.ok)
			throw new Error(answer.status);
		for (const { run, seq } of (await answer.json()).runs)
			if (this.runs.get(run) < seq)
				this.happened({ run, seq });
	}
}
