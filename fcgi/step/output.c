/*
 * output.c: where the output of a target goes.
 *
 * Regexes and captures look at what was really printed; only what is written
 * down is masked.  Nothing is ever written before it went through the mask.
 */
#include <string.h>

#include "base/clock.h"
#include "step/output.h"

static void
record(struct output *o)
{
	recorder_put(o->recorder, o->masked.data, o->masked.len);
	buf_reset(&o->masked);
}

void
output_put(struct output *o, const char *data, size_t len)
{
	evaluate_put(o->evaluate, data, len);
	if (o->keep != NULL && !o->keeps_other)
		keep_put(o->keep, data, len);
	output_show(o, data, len);
}

void
output_keep_begin(struct output *o)
{
	o->keeps_other = true;
	if (o->keep != NULL)
		keep_reset(o->keep);
}

void
output_keep(struct output *o, const char *data, size_t len)
{
	if (o->keep != NULL)
		keep_put(o->keep, data, len);
}

void
output_show(struct output *o, const char *data, size_t len)
{
	o->last = clock_monotonic();
	mask_put(o->mask, data, len, &o->masked);
	record(o);
}

void
output_pause(struct output *o)
{
	mask_finish(o->mask, &o->masked);
	record(o);
	recorder_flush(o->recorder);
}

int64_t
output_tick(struct output *o, int64_t now)
{
	int64_t due = o->recorder != NULL ? recorder_due(o->recorder) : 0;

	if (due == 0 || due > now)
		return due;
	recorder_flush(o->recorder);
	return 0;
}

void
output_line(struct output *o, const char *line)
{
	output_pause(o);
	recorder_put(o->recorder, line, strlen(line));
	recorder_put(o->recorder, "\n", 1);
}
