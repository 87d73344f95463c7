/*
 * cursor.h: how far a reader of several runs is: "12:40,15:0", each run with
 * the number of its last event that the reader has.
 */
#ifndef WEB_HTTP_CURSOR_H
#define WEB_HTTP_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#define CURSOR_RUNS 32 /* in one request */

struct cursor {
	int64_t run;
	int64_t seq;
};

/*
 * Reads a list into `at`, which has room for CURSOR_RUNS; a run without a
 * number begins at 0, and one that comes again counts once, as it is first.
 * The number of runs; -1: malformed, none, or too many.
 */
int cursor_read(const char *text, struct cursor *at);

/* Moves the place of one run to what "RUN:SEQ" says, if it is in the list. */
void cursor_move(struct cursor *at, int count, const char *to);

#endif
