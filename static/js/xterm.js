/*
 * xterm.js: a terminal that shows what a target printed and does nothing else.
 *
 * The output is hostile: links, titles, the clipboard, colours of the page and
 * sizes of the window are not its business, so those sequences end here.  Our
 * Content-Security-Policy forbids style elements; the rules that xterm.js
 * would put into one go into a constructed style sheet instead.
 */
import { Terminal } from '../vendor/xterm.js';

const OSC = [0, 1, 2, 4, 5, 7, 8, 9, 10, 11, 12, 17, 19, 50, 52, 99, 104, 105, 110, 111, 112, 117, 119, 133, 633, 777, 1337];

function sheet() {
	const rules = new CSSStyleSheet();
	const el = create('span');

	document.adoptedStyleSheets = [...document.adoptedStyleSheets, rules];
	el.hidden = true;
	Object.defineProperty(el, 'textContent', {
		get: () => '',
		set: (text) => rules.replaceSync(text),
	});
	return el;
}

const create = document.createElement.bind(document);

document.createElement = (name, ...rest) => name === 'style' ? sheet() : create(name, ...rest);

/* Colours that can be read on black, as term.js has them. */
const theme = {
	background: '#07080a', foreground: '#e8eaee', cursor: '#e8eaee',
	black: '#9aa0ab', red: '#ff7b80', green: '#5fd08f', yellow: '#e9bd5b', blue: '#8aa8ff', magenta: '#d19cf5', cyan: '#5fc9d6', white: '#ffffff',
	brightBlack: '#9aa0ab', brightRed: '#ff7b80', brightGreen: '#5fd08f', brightYellow: '#e9bd5b', brightBlue: '#8aa8ff', brightMagenta: '#d19cf5', brightCyan: '#5fc9d6', brightWhite: '#ffffff',
};

/*
 * xterm parses text later and changes its size at once: this takes texts and
 * functions and runs them in their order.
 */
export function inOrder(term) {
	const jobs = [];
	let busy = false;

	function next() {
		let text = '';

		busy = jobs.length > 0;
		while (typeof jobs[0] === 'string')
			text += jobs.shift();
		if (text)
			term.write(text, next);
		else if (busy) {
			jobs.shift()();
			next();
		}
	}
	return (job) => {
		jobs.push(job);
		if (!busy)
			next();
	};
}

/* Of an event "r": its columns and rows, or null. */
export function size(text) {
	const [, columns, rows] = /^(\d{1,3})x(\d{1,3})$/.exec(text) ?? [];

	return columns > 0 && rows > 0 ? [Number(columns), Number(rows)] : null;
}

export function terminal(cols, rows, more = {}) {
	const term = new Terminal({
		cols, rows, scrollback: 5000, fontSize: 13, theme, minimumContrastRatio: 4.5,
		fontFamily: 'ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace',
		linkHandler: { activate() {} }, ...more,
	});

	for (const n of OSC)
		term.parser.registerOscHandler(n, () => true);
	term.parser.registerCsiHandler({ final: 't' }, () => true);
	return term;
}
