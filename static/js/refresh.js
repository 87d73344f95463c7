/*
 * refresh.js: keeps the home page true while it is looked at.
 */
import { reload } from './morph.js';

const EVERY_MS = 5000;
let busy = false;

async function again() {
	if (busy || document.visibilityState !== 'visible')
		return;
	busy = true;
	await reload().catch(() => {});
	busy = false;
}

setInterval(again, EVERY_MS);
document.addEventListener('visibilitychange', again);
