/*
 * remote_taken.c: reports to a target how much of a script's output is durable.
 *
 * A report is a decimal number and a line end.  Redaction may hold back bytes
 * that the recorder was to get, but less than a STEP of them: so what was
 * passed on until the sync before the last one is durable.
 *
 * script.sh makes a script wait that is some steps ahead of the reports.
 */
#include <inttypes.h>

#include "executor/remote/remote_taken.h"

#define STEP (8 << 20)

static void
report(struct taken *t)
{
	if (t->durable > 0)
		buf_printf(&t->line, "%" PRId64 "\n", t->durable);
}

void
taken_again(struct taken *t)
{
	buf_reset(&t->line);
	report(t);
}

void
taken_put(struct taken *t, int64_t received, struct recorder *recorder)
{
	if (received - t->passed < STEP)
		return;
	recorder_sync(recorder);
	t->durable = t->passed;
	t->passed = received;
	report(t);
}

void
taken_clear(struct taken *t)
{
	buf_clear(&t->line);
	*t = (struct taken){ 0 };
}
