/*
 * search.js: finds a text in an output.  The server searches, a piece of the
 * file at a time, so that a large one shows how far it is and can be cancelled.
 */
const MOST = 10000;		/* lines */

/* { found: numbers of lines, isWhole: there are no others }; progress gets the part that is done. */
export async function search(lines, q, signal, progress) {
	const found = [];

	for (let at = 0, line = 0; ; ) {
		const piece = await lines.piece({ q, at, line });

		for (const n of piece?.matches ?? [])
			found.push(n);
		if (!piece || piece.is_last)
			return { found, isWhole: true };
		if (found.length >= MOST || signal.aborted)
			return { found, isWhole: false };
		[at, line] = [piece.at, piece.line];
		progress(at / piece.size);
	}
}
