/*
 * request.js: a request that ends.  fetch() waits for ever on a line that is
 * dead without saying so; then a page would stay old, or a button busy, until
 * somebody reloads.
 */
const PATIENCE_MS = 30000;	/* for the answer with its body */

/* As fetch(); fails where the answer is not there in time. */
export function request(address, options = {}) {
	return fetch(address, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
}
