/* act.c: the function of each step, and how it reports its ending. */
#include <stdarg.h>
#include <string.h>

#include "base/message.h"
#include "executor/actions/act.h"
#include "executor/status.h"

/* clang-format off */
static const struct {
	unsigned	 steps;
	const char	*target;
	act_function	 run;
} acts[] = {
#define ACTION(steps, target, function) { steps, target, function },
#include "executor/actions/actions.def"
};
/* clang-format on */

act_function
act_find(enum step_kind step, const char *target)
{
	if (!kind_acts_on(step, target))
		return NULL;
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (kind_is(step, acts[i].steps) &&
		    (acts[i].target == NULL ||
			strcmp(acts[i].target, target) == 0))
			return acts[i].run;
	return NULL;
}

void
act_announce(struct job *job)
{
	if (!job->announced)
		status_running(job->target->name);
	job->announced = true;
}

void
act_end(struct job *job, enum ending ending, const char *fmt, ...)
{
	struct buf why = { 0 }; /* arguments may be the reason before */
	va_list ap;

	va_start(ap, fmt);
	message_vput(&why, fmt, ap);
	va_end(ap);
	buf_clear(&job->why);
	job->why = why;
	job->ending = ending;
}
