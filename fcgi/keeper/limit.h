/* limit.h: limits failed sign-ins. */
#ifndef KEEPER_LIMIT_H
#define KEEPER_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A sign-in: account, address, and the identifier of a browser that has signed
 * in to that account before ("": none).
 */
struct attempt {
	const char *account;
	const char *address;
	const char *device;
};

/* Milliseconds until the next try is allowed; 0: now. */
int64_t limit_wait(const struct attempt *a);

/* Counts a failure: after some the wait doubles, up to 15 minutes. */
void limit_failed(const struct attempt *a);

/*
 * A success: its own failures are forgotten, those of the whole address and the
 * whole account are not.
 */
void limit_passed(const struct attempt *a);

/*
 * True if one more failed sign-in is recorded. *ret_left_out: the number before
 * it that was not. Twenty at once, then one every half minute: a stranger must
 * not make the journal grow.
 */
bool limit_record(int64_t *ret_left_out);

#endif
