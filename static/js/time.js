/*
 * time.js: times in the viewer's zone with UTC on hover, and clocks that
 * tick.  The server writes them in UTC; without scripts that stays.
 */
const wanted = document.documentElement.lang || 'en';
const lang = navigator.languages.find((l) => l.slice(0, 2) === wanted.slice(0, 2)) ?? wanted;
const hm = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const near = new Intl.DateTimeFormat(lang, hm);
const precise = new Intl.DateTimeFormat(lang, { second: '2-digit', ...hm });
const same = new Intl.DateTimeFormat(lang, { day: 'numeric', month: 'short', ...hm });
const far = new Intl.DateTimeFormat(lang, { day: 'numeric', month: 'short', year: 'numeric', ...hm });
const whole_day = new Intl.DateTimeFormat(lang, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const units = (document.body.dataset.units || 'd,h,min,s').split(',');

const whole = new Intl.DateTimeFormat(lang, { day: 'numeric', month: 'short', year: 'numeric',
	second: '2-digit', timeZoneName: 'short', ...hm });

/* 2026年11月28日 22:05, as Chinese texts write it: no blank around the digits. */
function chinese(date, now, el) {
	const two = (n) => String(n).padStart(2, '0');
	const report = Boolean(el.closest('.report'));
	const clock = `${two(date.getHours())}:${two(date.getMinutes())}${report ? `:${two(date.getSeconds())}` : ''}`;
	const day = `${date.getMonth() + 1}月${date.getDate()}日`;

	if (report)
		return `${date.getFullYear()}年${day} ${clock} ${zone(date)}`;
	if (date.toDateString() === now.toDateString())
		return clock;
	return `${date.getFullYear() === now.getFullYear() ? '' : `${date.getFullYear()}年`}${day} ${clock}`;
}

const zone = (date) => new Intl.DateTimeFormat(lang, { timeZoneName: 'short' }).formatToParts(date)
	.find((part) => part.type === 'timeZoneName').value;

/* The day of the part of a table (group()) in which a time stands. */
function dayOf(el) {
	return el.closest('[data-day]')?.dataset.day;
}

/* An axis of some minutes has seconds, or its times would be equal. */
const AXIS_MS = 10 * 60 * 1000;

function isShort(axis) {
	const times = [...axis?.querySelectorAll('time') ?? []].map((el) => Date.parse(el.dateTime));

	return times.length > 0 && times.at(-1) - times[0] < AXIS_MS;
}

function words(date, el) {
	const now = new Date();

	if (isShort(el.closest('.tl-axis')))
		return precise.format(date);
	if (el.closest('.day'))
		return whole_day.format(date);
	if (dayOf(el) === date.toDateString())
		return near.format(date);
	if (wanted.startsWith('zh'))
		return chinese(date, now, el);
	if (el.closest('.report'))
		return whole.format(date);
	if (date.toDateString() === now.toDateString())
		return near.format(date);
	return (date.getFullYear() === now.getFullYear() ? same : far).format(date);
}

/*
 * Tables by day, of rows that say their time.  The server has the days of UTC;
 * here they become those of the viewer.
 */
function group(table) {
	const first = table.tBodies[0], days = [];

	for (const row of table.querySelectorAll('tr[data-at]')) {
		const day = new Date(row.dataset.at).toDateString();

		if (days.at(-1)?.dataset.day !== day) {
			const part = first.cloneNode(false), head = first.rows[0].cloneNode(true);

			part.dataset.day = day;
			head.querySelector('time').dateTime = row.dataset.at;
			part.append(head);
			days.push(part);
		}
		days.at(-1).append(row);
	}
	for (const body of [...table.tBodies])
		body.remove();
	table.append(...days);
}

function localise() {
	document.querySelectorAll('table[data-days]:not(:has([data-day]))').forEach(group);
	for (const el of document.querySelectorAll('time[datetime]')) {
		const date = new Date(el.dateTime);

		if (el.title || isNaN(date))
			continue;
		el.title = el.dateTime.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');
		el.textContent = words(date, el);
	}
}

/* As the server writes durations: the two largest units. */
function duration(ms) {
	const s = Math.max(0, Math.floor(ms / 1000));
	const parts = [[Math.floor(s / 86400), units[0]], [Math.floor(s / 3600) % 24, units[1]],
	    [Math.floor(s / 60) % 60, units[2]], [s % 60, units[3]]];
	const from = parts.findIndex(([n]) => n > 0);

	return parts.slice(from < 0 ? 3 : from).slice(0, 2).map((p) => p.join(' ')).join(' ');
}

function tick() {
	for (const el of document.querySelectorAll('[data-since]'))
		el.textContent = duration(Date.now() - Date.parse(el.dataset.since));
}

/* Once a page has a time, it says below whose zone that is. */
function sayZone() {
	const el = document.getElementById('zone');

	if (!el?.hidden || !document.querySelector('time[title]'))
		return;
	const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
	const offset = new Intl.DateTimeFormat('en', { timeZoneName: 'shortOffset' }).formatToParts(new Date())
		.find((part) => part.type === 'timeZoneName').value.replace('GMT', 'UTC');

	el.textContent = el.dataset.text.replace('{zone}', offset === timeZone ? offset : `${offset} (${timeZone})`);
	el.hidden = false;
}

localise();
sayZone();
setInterval(tick, 1000);
document.addEventListener('cs:times', localise);
document.addEventListener('cs:morphed', () => {
	localise();
	sayZone();
});
