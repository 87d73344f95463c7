/*
 * suggest.c: "did you mean": the closest of some words.
 *
 * Edit distance with neighbours swapped counted as one (optimal string
 * alignment), over short words only; a word is close if at most a third of it,
 * and at most three letters, differ.
 */
#include <string.h>

#include "lang/suggest.h"

#define LONGEST 32

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t n = a < b ? a : b;

	return n < c ? n : c;
}

static size_t
distance(const char *a, size_t m, const char *b, size_t n)
{
	size_t d[LONGEST + 1][LONGEST + 1];

	for (size_t i = 0; i <= m; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= n; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= m; i++)
		for (size_t j = 1; j <= n; j++) {
			size_t same = a[i - 1] == b[j - 1] ? 0 : 1;

			d[i][j] = least(d[i - 1][j] + 1, d[i][j - 1] + 1,
			    d[i - 1][j - 1] + same);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] &&
			    d[i - 2][j - 2] + 1 < d[i][j])
				d[i][j] = d[i - 2][j - 2] + 1;
		}
	return d[m][n];
}

const char *
suggest(const char *word, const char *const *words)
{
	size_t len = strlen(word), best = len / 3 < 3 ? len / 3 + 1 : 4;
	const char *found = NULL;

	if (len == 0 || len > LONGEST)
		return NULL;
	for (; *words != NULL; words++) {
		size_t n = strlen(*words), d;

		if (n > LONGEST)
			continue;
		if ((d = distance(word, len, *words, n)) < best && d < n) {
			best = d;
			found = *words;
		}
	}
	return found;
}
