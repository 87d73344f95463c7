/*
 * times.js: when each byte of an output came, from TARGET.times
 * (fcgi/wire/times.h).  It is read when somebody asks for times.
 */
import { request } from './request.js';

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

export class Times {
	constructor(text) {
		let ms = 0, at = 0, left = null;

		this.pieces = [];	/* { ms, at }: since the epoch, in the text as it is stored */
		for (const line of text.split('\n').slice(0, -1)) {
			const [first, ...rest] = line.split(' ');

			if (first === 'times') {
				ms = Number(rest[1]) * 1000;
			} else if (first === 'left') {
				left = rest.map(Number);
			} else if (/^\d+$/.test(first)) {
				ms += Number(first);
				at += Number(rest[0]);
				this.pieces.push({ ms, at });
			}
		}
		if (left)
			this.pieces = this.pieces.map((p) => ({ ms: p.ms, at: this.place(p.at, ...left) }));
	}

	/* Null: there are no times. */
	static async read(address) {
		const answer = await request(address, { cache: 'no-store' });
		const times = answer.ok ? new Times(await answer.text()) : null;

		return times?.pieces.length ? times : null;
	}

	/* As times_place(): so many bytes from there on were left out for a notice. */
	place(at, from, bytes, notice) {
		if (at < from)
			return at;
		return at < from + bytes ? from : at - bytes + notice;
	}

	/* The time of the last piece that begins at that byte or before. */
	at(byte) {
		let low = 0, high = this.pieces.length - 1;

		while (low < high) {
			const middle = (low + high + 1) >> 1;

			if (this.pieces[middle].at <= byte)
				low = middle;
			else
				high = middle - 1;
		}
		return this.pieces[low].ms;
	}

	element(byte) {
		const time = document.createElement('time');
		const date = new Date(this.at(byte));

		time.className = 'when';
		time.dateTime = date.toISOString();
		time.title = time.dateTime.replace('T', ' ').replace('Z', ' UTC');
		time.textContent = clock.format(date);
		return time;
	}
}
