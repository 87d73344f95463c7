/*
 * time.js: times in the viewer's zone with UTC on hover, and clocks that
 * tick.  The server prints RFC 3339 in UTC; without scripts that stays.
 */
const wanted = document.documentElement.lang || 'en';
const lang = navigator.languages.find((l) => l.slice(0, 2) === wanted.slice(0, 2)) ?? wanted;
const hm = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const near = new Intl.DateTimeFormat(lang, hm);
const same = new Intl.DateTimeFormat(lang, { day: 'numeric', month: 'short', ...hm });
const far = new Intl.DateTimeFormat(lang, { day: 'numeric', month: 'short', year: 'numeric', ...hm });
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

function words(date, el) {
	const now = new Date();

	if (wanted.startsWith('zh'))
		return chinese(date, now, el);
	if (el.closest('.report'))
		return whole.format(date);
	if (date.toDateString() === now.toDateString())
		return near.format(date);
	return (date.getFullYear() === now.getFullYear() ? same : far).format(date);
}

function localise() {
	for (const el of document.querySelectorAll('time[datetime]')) {
		const date = new Date(el.dateTime);

		if (el.title || isNaN(date))
			continue;
		el.title = el.dateTime.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');
		el.textContent = words(date, el);
	}
}

/* As the server writes durations: the two largest units. */
export function duration(ms) {
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

localise();
setInterval(tick, 1000);
document.addEventListener('cs:morphed', localise);
