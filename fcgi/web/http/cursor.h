/*
 * cursor.h: the position of a reader of several runs: "12:40,15:0", each run
 * with the number of the last event that the reader has.
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
 * Parses a list into `at`, which has room for CURSOR_RUNS; a run without a
 * number begins at 0; of a repeated run the first entry counts. Returns the
 * number of runs; -1: malformed, none, or too many.
 */
int cursor_read(const char *text, struct cursor *at);

/* Sets the position of one run from "RUN:SEQ", if it is in the list. */
void cursor_move(struct cursor *at, int count, const char *to);

#endif
