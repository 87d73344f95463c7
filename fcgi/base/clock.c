/*
 * clock.c: times and durations.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#define YEAR_MS (366LL * 86400 * 1000)

int64_t
clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
clock_monotonic(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/*
 * Writes n as that many digits.  It is faster than printf: pages have hundreds
 * of times.
 */
static char *
put_digits(char *at, int n, int digits, char after)
{
	for (int i = digits - 1; i >= 0; i--, n /= 10)
		at[i] = (char)('0' + n % 10);
	at[digits] = after;
	return at + digits + 1;
}

void
clock_format(int64_t ms, char text[CLOCK_TEXT])
{
	time_t s = (time_t)(ms / 1000);
	struct tm tm = { .tm_mday = 1 };

	gmtime_r(&s, &tm); /* year does not fit int: use year 0 */
	text = put_digits(text, tm.tm_year + 1900, 4, '-');
	text = put_digits(text, tm.tm_mon + 1, 2, '-');
	text = put_digits(text, tm.tm_mday, 2, 'T');
	text = put_digits(text, tm.tm_hour, 2, ':');
	text = put_digits(text, tm.tm_min, 2, ':');
	text = put_digits(text, tm.tm_sec, 2, '.');
	text = put_digits(text, (int)(ms % 1000), 3, 'Z');
	*text = '\0';
}

bool
clock_parse(const char *text, int64_t *ret_ms)
{
	struct tm tm = { 0 };
	const char *end;
	int64_t ms = 0;

	if ((end = strptime(text, "%Y-%m-%d", &tm)) == NULL)
		return false;
	if (*end == 'T') {
		if ((end = strptime(end, "T%H:%M:%S", &tm)) == NULL)
			return false;
		if (*end == '.') {
			int digits = 0;

			for (end++; *end >= '0' && *end <= '9'; end++)
				if (digits++ < 3)
					ms = ms * 10 + (*end - '0');
			for (; digits < 3; digits++)
				ms *= 10;
		}
		if (*end != 'Z')
			return false;
		end++;
	}
	if (*end != '\0')
		return false;
	*ret_ms = (int64_t)timegm(&tm) * 1000 + ms;
	return true;
}

bool
clock_parse_duration(const char *text, int64_t *ret_ms)
{
	static const struct {
		const char *suffix;
		int64_t ms;
	} units[] = {
		{ "", 1000 },
		{ "ms", 1 },
		{ "s", 1000 },
		{ "m", 60000 },
		{ "min", 60000 },
		{ "h", 3600000 },
		{ "d", 86400000 },
	};
	char *end;
	int64_t n;

	if (*text < '0' || *text > '9' || strlen(text) > 12)
		return false;
	n = strtoll(text, &end, 10);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(end, units[i].suffix) == 0) {
			if (n > YEAR_MS / units[i].ms)
				return false;
			*ret_ms = n * units[i].ms;
			return true;
		}
	return false;
}
