/*
 * terminal.js: hostile output as text and colours, without a browser.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

/* As the browser does: a module whatever node makes of its name. */
const source = readFileSync(new URL('../../static/js/term.js', import.meta.url));
const { Term } = await import('data:text/javascript;base64,' + source.toString('base64'));

function lines(...chunks) {
	const term = new Term();

	for (const chunk of chunks)
		term.write(chunk);
	term.end();
	return term.done.map((line) => line.map(([, text]) => text).join(''));
}

test('colours become classes and never text', () => {
	const term = new Term();

	term.write('\x1b[1;31mred\x1b[0m plain\n');
	assert.deepEqual(term.done, [[['f1 bold', 'red'], ['', ' plain']]]);
});

test('a sequence that is cut by the end of a chunk is one sequence', () => {
	assert.deepEqual(lines('a\x1b[3', '1mb\n'), ['ab', '']);
	assert.deepEqual(lines('a\x1b', ']0;title\x07b\n'), ['a\u241bb', '']);
});

test('a carriage return draws over the line', () => {
	assert.deepEqual(lines('10 %\r20 %\r100 %\n'), ['100 %', '']);
	assert.deepEqual(lines('long line\rshort\n'), ['shortline', '']);
	assert.deepEqual(lines('long line\rshort\x1b[K\n'), ['short', '']);
	assert.deepEqual(lines('windows\r\n'), ['windows', '']);
});

test('links, titles and cursor movement leave a mark and nothing else', () => {
	assert.deepEqual(lines('\x1b]8;;javascript:alert(1)\x1b\\x\x1b]8;;\x1b\\\n'), ['\u241bx\u241b', '']);
	assert.deepEqual(lines('\x1b[2J\x1b[H\x1b[10Ax\n'), ['\u241bx', '']);
});

test('what turns or hides text is shown by its number', () => {
	assert.deepEqual(lines('rm \u202efr-\u202c a\u200bb\n'), ['rm <U+202E>fr-<U+202C> a<U+200B>b', '']);
	assert.deepEqual(lines('a\x00b\x07\n'), ['a\u2400b\u2407', '']);
});

test('an unending sequence does not swallow the output for ever', () => {
	const out = lines('\x1b]' + 'x'.repeat(10000), 'after\n').join('');

	assert.ok(out.includes('after'));
});
