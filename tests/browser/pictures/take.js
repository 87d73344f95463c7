/*
 * take.js: pictures of all pages, and of all parts of /ui, for people to look
 * at.  NAMES: only these.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { close, newPage, signIn } from '../browser.js';

const folder = process.env.FOLDER;
const run = (name) => `/runs/${process.env[`RUN_${name.toUpperCase()}`]}`;
const widths = [[1280, 860], [360, 740]];
const themes = ['light', 'dark'];
const languages = { en: 'en-GB', zh: 'zh-CN' };

/* [name, address, what is pressed before]; those without a person come last. */
const pages = [
	['home', '/'], ['library', '/runbooks'], ['library-none', '/runbooks?q=nothing'], ['runbook', '/runbooks/fleet'],
	['runbook-broken', '/runbooks/broken'], ['new-run', '/runs/new?runbook=fleet'],
	['history', '/runs'], ['history-none', '/runs?q=nothing'],
	['run-approval', run('approval')], ['run-ready', run('ready')], ['run-next', run('next')],
	['run-failed', run('failed')], ['run-irreversible', run('final')], ['run-dialog', run('final'), '#step-schema [data-primary]'],
	['run-menu', run('next'), '#actions > summary'], ['run-paused', run('paused')], ['run-done', run('done')],
	['run-aborted', run('aborted')], ['run-chinese', run('chinese')], ['run-change', `${run('ready')}/parameters`],
	['timeline', `${run('failed')}/timeline`], ['preflight', `${run('ready')}/preflight`],
	['preview', `${run('ready')}/preview/install`], ['targets-of-step', `${run('failed')}/steps/install/attempts/1`],
	['output', `${run('done')}/steps/new/attempts/1/local`], ['replay', `${run('done')}/steps/new/attempts/1/local.play`],
	['report', `${run('failed')}/report`], ['report-done', `${run('done')}/report`],
	['users', '/users'], ['targets', '/targets'], ['secrets', '/secrets'], ['tokens', '/tokens'], ['sessions', '/sessions'], ['password', '/password'],
	['ui', '/ui'], ['error-404', '/no/such/page'], ['menu', '/', '.top .menu > summary'],
];
const strangers = [['login', '/login'], ['signed-out', '/runs']];
const wanted = (process.env.NAMES ?? '').split(' ').filter(Boolean);
const chosen = (list) => list.filter(([name]) => wanted.length === 0 || wanted.includes(name));
const taken = [];

async function speak(page, language) {
	await page.context().addCookies([{ name: 'lang', value: language === 'zh' ? 'zh-CN' : 'en', url: process.env.BASE_URL }]);
}

async function picture(page, name, language, theme, width, height) {
	const file = `${name}-${width}-${theme}-${language}.png`;

	await page.setViewportSize({ width, height });
	await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
	await page.evaluate(() => scrollTo(0, 0));
	await page.waitForTimeout(50);
	await page.screenshot({ path: join(folder, file), fullPage: !name.endsWith('-dialog') && !name.endsWith('menu') });
	const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

	taken.push({ name, file, note: over > 0 ? `${over} px wider than the screen` : '' });
}

/* /ui is long: its sections have pictures of their own. */
async function sections(page, language, theme, width) {
	for (const section of await page.$$('main.ui > section')) {
		const id = (await section.getAttribute('aria-labelledby')).replace('h-', '');
		const file = `ui-${id}-${width}-${theme}-${language}.png`;

		await section.screenshot({ path: join(folder, file) });
		taken.push({ name: `ui-${id}`, file, note: '' });
	}
}

async function takeAll(page, list, language) {
	for (const [name, path, press] of chosen(list))
		for (const [width, height] of widths) {
			await page.setViewportSize({ width, height });
			await page.goto(path);
			await page.evaluate(() => document.fonts.ready);
			if (press)
				await page.click(press);
			for (const theme of themes) {
				await picture(page, name, language, theme, width, height);
				if (name === 'ui')
					await sections(page, language, theme, width);
			}
		}
}

function writeIndex() {
	const rows = taken.map(({ name, file, note }) =>
		`<figure><a href="${file}"><img src="${file}" loading="lazy" alt="${file}"></a><figcaption>${name}: ${file} <b>${note}</b></figcaption></figure>`);

	writeFileSync(join(folder, 'index.html'), `<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>Pictures</title>
<style>body { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: 1rem; font: 13px sans-serif; }
figure { margin: 0; } img { width: 100%; max-height: 26rem; object-fit: cover; object-position: top; border: 1px solid #888; } b { color: #c00; }</style>
${rows.join('\n')}
</html>
`);
}

mkdirSync(folder, { recursive: true });
try {
	for (const [language, locale] of Object.entries(languages)) {
		const page = await newPage({ locale }), stranger = await newPage({ locale });

		await signIn(page, { name: 'ana', password: process.env.PASSWORD });
		for (const p of [page, stranger])
			await speak(p, language);
		await takeAll(page, pages, language);
		await takeAll(stranger, strangers, language);
		await page.context().close();
		await stranger.context().close();
	}
} finally {
	writeIndex();
	await close();
}
console.log(`${taken.length} pictures in ${folder}, with index.html`);
for (const { file, note } of taken.filter((t) => t.note !== ''))
	console.log(`${file}: ${note}`);
