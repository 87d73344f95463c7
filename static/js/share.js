/*
 * share.js: a tab's part in the one stream of its browser (stream.js).
 *
 * A shared worker holds the stream where the browser has them.  Else the tabs
 * choose a leader over a BroadcastChannel (Web Locks are missing on plain
 * HTTP): it says every second that it is there, and one that was not heard
 * for four seconds is replaced by the tab that notices first; of two leaders
 * the one that is looked at stays, then the one with the lower number.
 * Without either, each tab asks for itself.
 */
import { Stream } from './stream.js';

const BEAT_MS = 1000;
const GONE_MS = 3600;		/* of a leader; a server's beat comes before */
const WORKER_MS = 7000;		/* of a worker: it does not work here */
const tab = crypto.getRandomValues(new Uint32Array(3)).join('-');

/* Each has send(what the tab says) and stop(). */
class Worker {
	constructor({ account, version, lang }, hear, fail) {
		const worker = new SharedWorker(new URL('worker.js', import.meta.url), { type: 'module', name: `${account} ${version} ${lang}` });

		worker.onerror = fail;
		this.port = worker.port;
		this.port.onmessage = ({ data }) => hear(data);
	}

	static possible = () => typeof SharedWorker === 'function';
	static patience = WORKER_MS;

	send(message) {
		this.port.postMessage(message);
	}

	stop() {
		this.port.close();
	}
}

class Channel {
	constructor({ account, version, lang }, hear) {
		this.hear = hear;
		this.lang = lang;
		this.stream = null;
		this.last = {};
		this.channel = new BroadcastChannel(`countersign ${account} ${version} ${lang}`);
		this.channel.onmessage = ({ data }) => this.receive(data);
		this.heard = performance.now() - GONE_MS + 500;	/* at first, soon */
		this.timer = setInterval(() => this.tick(), BEAT_MS / 2);
		this.patience = GONE_MS + Math.random() * 800;
	}

	static possible = () => typeof BroadcastChannel === 'function';
	static patience = Infinity;

	/* The order of leaders: who is looked at, then by number. */
	rank() {
		return (document.visibilityState === 'visible' ? '0 ' : '1 ') + tab;
	}

	send(message) {
		this.last = message;
		if (this.stream)
			this.take(message);
		else
			this.channel.postMessage(message);
		if (message.bye !== undefined && this.stream)
			this.channel.postMessage({ gone: true });
	}

	take({ here, bye, run, seq }) {
		const known = this.stream.members.has(here);

		if (bye !== undefined)
			this.stream.bye(bye);
		else
			this.stream.here(here, run, seq);
		if (here !== undefined && !known)
			this.stream.beat();
	}

	receive(message) {
		if (message.here !== undefined || message.bye !== undefined) {
			if (this.stream)
				this.take(message);
			return;
		}
		if (message.gone) {
			this.heard = performance.now() - this.patience + Math.random() * 300;
			return;
		}
		if (message.rank !== undefined && this.stream) {
			if (message.rank > this.rank())
				this.stream.beat();
			else
				this.follow();
		}
		if (!this.stream)
			this.hear(message);
		this.heard = performance.now();
	}

	tick() {
		const now = performance.now();

		if (this.stream) {
			if (now - this.told > BEAT_MS)
				this.stream.beat();
		} else if (now - this.heard > this.patience) {
			this.lead();
		}
	}

	lead() {
		this.stream = new Stream((message) => {
			if (message.beat) {
				message.rank = this.rank();
				this.told = performance.now();
			}
			this.channel.postMessage(message);
			this.hear(message);
		}, this.lang);
		this.stream.beat();
		this.take(this.last);
	}

	follow() {
		this.stream.close();
		this.stream = null;
	}

	stop() {
		clearInterval(this.timer);
		this.stream?.close();
		this.channel.close();
	}
}

class Alone {
	constructor({ lang }, hear) {
		this.stream = new Stream(hear, lang, false);
		this.timer = setInterval(() => this.stream.beat(), BEAT_MS);
	}

	static possible = () => true;
	static patience = Infinity;

	send({ here, bye, run, seq }) {
		if (bye !== undefined)
			this.stream.bye(bye);
		else
			this.stream.here(here, run, seq);
	}

	stop() {
		clearInterval(this.timer);
		this.stream.close();
	}
}

/*
 * Follows a run.  options: run (its number), seq() (the last event that the
 * page shows), account, version (of the scripts), lang; hear(message) is called
 * with what stream.js says, for this run alone.  Returns { stop }.
 */
export function follow(options, hear) {
	const ways = [Worker, Channel, Alone].filter((way) => way.possible());
	let way, heard, ticked, timer;
	const say = () => way.send({ here: tab, run: options.run, seq: options.seq() });

	function receive(message) {
		heard = performance.now();
		if (message.beat)
			say();
		if (message.run === undefined || message.run === options.run)
			hear(message);
	}

	function start() {
		heard = ticked = performance.now();
		try {
			way = new ways[0](options, receive, next);
		} catch {
			way = undefined;
			next();
			return;
		}
		say();
	}

	/* This way is none here. */
	function next() {
		way?.stop();
		ways.shift();
		start();
	}

	/* A worker that does not answer is none; a tab that slept is patient. */
	function tick() {
		const now = performance.now();

		if (now - ticked > 3000)
			heard = now;
		ticked = now;
		if (now - heard > ways[0].patience)
			next();
	}

	function leave() {
		clearInterval(timer);
		timer = undefined;
		way.send({ bye: tab });
		way.stop();
	}

	function enter() {
		start();
		timer = setInterval(tick, 1000);
	}

	enter();
	addEventListener('pagehide', () => timer !== undefined && leave());
	addEventListener('pageshow', ({ persisted }) => persisted && timer === undefined && enter());
	return { stop: () => timer !== undefined && leave() };
}
