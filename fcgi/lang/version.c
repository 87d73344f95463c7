/*
 * version.c: compares versions for the operators < and > of expressions.
 *
 * The texts are split at . - _ + and between digits and letters; digits compare
 * as numbers; a word is less than a number, a missing part counts as 0: 1.4 =
 * 1.4.0, 1.9 < 1.10, 2.0-rc1 < 2.0.
 */
#include <stdbool.h>
#include <string.h>

#include "lang/version.h"

static size_t
part_len(const char *s, bool *ret_number)
{
	size_t n = strspn(s, "0123456789");

	*ret_number = n > 0 || *s == '\0';
	return n > 0 ? n : strcspn(s, "0123456789.-_+");
}

static int
compare_numbers(const char *a, size_t m, const char *b, size_t n)
{
	int d;

	while (m > 0 && *a == '0')
		a++, m--;
	while (n > 0 && *b == '0')
		b++, n--;
	if (m != n)
		return m < n ? -1 : 1;
	d = memcmp(a, b, m);
	return d < 0 ? -1 : d > 0;
}

int
version_compare(const char *a, const char *b)
{
	if (a[0] == 'v' && a[1] >= '0' && a[1] <= '9')
		a++;
	if (b[0] == 'v' && b[1] >= '0' && b[1] <= '9')
		b++;
	while (*a != '\0' || *b != '\0') {
		bool x, y;
		size_t m = part_len(a, &x), n = part_len(b, &y);
		int d;

		if (x != y)
			return x ? 1 : -1;
		d = x ? compare_numbers(a, m, b, n)
		      : strncmp(a, b, m > n ? m : n);
		if (!x && m != n && strncmp(a, b, m < n ? m : n) == 0)
			d = m < n ? -1 : 1;
		if (d != 0)
			return d < 0 ? -1 : 1;
		a += m;
		b += n;
		a += strchr(".-_+", *a) != NULL && *a != '\0';
		b += strchr(".-_+", *b) != NULL && *b != '\0';
	}
	return 0;
}
