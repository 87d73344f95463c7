/* expected.h: when a run will end, as earlier ones tell. */
#ifndef WEB_RUN_EXPECTED_H
#define WEB_RUN_EXPECTED_H

#include "web/views/view.h"

/* In milliseconds since 1970; of a run that does not run all are 0. */
struct expected {
	int64_t likely, least, most;
	int64_t runs; /* that it was computed from */
	bool is_late; /* none of them took so long */
};

/* From the last runs of the runbook that succeeded in the environment. */
struct expected expected_end(const struct view *v);

/*
 * Adds ends_at, ends_from, ends_to (times, or NULL) and ends_text: what they
 * were computed from, or that the run is late.
 */
void expected_add(const struct view *v, struct json_object *o);

#endif
