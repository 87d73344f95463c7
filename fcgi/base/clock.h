/*
 * clock.h: wall-clock times are milliseconds since 1970 in UTC; leases and
 * timeouts use the monotonic clock.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_TEXT 32 /* bytes that clock_format() needs */

int64_t clock_now(void);       /* milliseconds since 1970, UTC */
int64_t clock_monotonic(void); /* milliseconds since some start */

/* RFC 3339 in UTC with milliseconds: 2026-11-21T02:03:04.567Z. */
void clock_format(int64_t ms, char text[CLOCK_TEXT]);

/* Reads what clock_format() wrote, or a date alone.  False: not a time. */
bool clock_parse(const char *text, int64_t *ret_ms);

/*
 * Reads a duration: "90", "90s", "5m", "2h", "1d", "500ms"; a bare number is
 * seconds.  False: not a duration, or over a year.
 */
bool clock_parse_duration(const char *text, int64_t *ret_ms);

#endif
