/*
 * screen.js: when a browser's screen shows that steps have ended which a
 * program presses; its standard output is a list of {press, commit}:
 * milliseconds from the press and from the commit of the end.
 *
 *	RUN, STEPS	the run, and how many of its steps
 */
import { must } from '../browser/api.js';
import { ana, close, newPage, signIn } from '../browser/browser.js';

const run = `/runs/${process.env.RUN}`;
const page = await newPage();

/* {step: when its card is painted as one that has succeeded} */
function observe() {
	window.shown = {};
	const look = () => {
		for (const card of document.querySelectorAll('.step.is-succeeded'))
			if (!window.shown[card.id])
				window.shown[card.id] = 1;
	};
	const painted = () => requestAnimationFrame(() => setTimeout(() => {
		for (const [id, at] of Object.entries(window.shown))
			if (at === 1)
				window.shown[id] = performance.timeOrigin + performance.now();
	}));

	look();
	new MutationObserver(() => {
		look();
		painted();
	}).observe(document.getElementById('main'), { subtree: true, childList: true, attributes: true, attributeFilter: ['class'] });
}

try {
	await signIn(page, { name: ana.name, password: process.env.PASSWORD });
	await page.goto(run);
	await page.evaluate(observe);
	const { steps, seq } = await must('GET', run);
	const pressed = {};

	for (const { id } of steps.filter((s) => s.state !== 'succeeded').slice(0, Number(process.env.STEPS))) {
		pressed[id] = performance.timeOrigin + performance.now();
		await must('POST', `${run}/steps/${id}/execute`, {});
		await page.waitForFunction((name) => window.shown[name] > 1, `step-${id}`, { polling: 'raf' });
	}
	const shown = await page.evaluate(() => window.shown);
	const times = [];

	for (let after = seq, events; (events = (await must('GET', `${run}/events?after=${after}`)).events).length > 0; after = events.at(-1).seq)
		for (const { kind, at, data } of events)
			if (kind === 'step.ended')
				times.push({ press: shown[`step-${data.step}`] - pressed[data.step], commit: shown[`step-${data.step}`] - Date.parse(at) });
	console.log(JSON.stringify(times.slice(1)));	/* during the first one the stream is opened */
} finally {
	await close();
}
