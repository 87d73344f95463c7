/*
 * worker.js: the shared worker that holds the stream (stream.js) for all tabs
 * of one account and language (the last word of its name).  A port does not say that its tab was closed: the tabs
 * answer each beat, and who does not is forgotten.
 */
import { Stream } from './stream.js';

const ports = new Map();	/* tab -> port */
const stream = new Stream((message) => ports.forEach((port) => port.postMessage(message)), globalThis.name.split(' ').pop());

function hear(port, { here, bye, run, seq }) {
	if (bye !== undefined) {
		ports.delete(bye);
		stream.bye(bye);
		return;
	}
	if (!ports.has(here)) {
		ports.set(here, port);
		stream.beat();
	}
	stream.here(here, run, seq);
}

addEventListener('connect', ({ ports: [port] }) => {
	port.onmessage = ({ data }) => hear(port, data);
});
setInterval(() => {
	for (const tab of ports.keys())
		if (!stream.members.has(tab))
			ports.delete(tab);
	stream.beat();
}, 1000);
