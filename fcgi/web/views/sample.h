/* sample.h: a run that stands in no journal, for /ui. */
#ifndef WEB_VIEWS_SAMPLE_H
#define WEB_VIEWS_SAMPLE_H

#include "web/views/view.h"

/*
 * A run of sample.LANG.md in which each step is in the state that its id says.
 * It belongs to the request.
 */
struct view *sample_view(struct req *req);

/* A run in that state, at one of its steps. */
struct sample_moment {
	enum state state;
	const char *step; /* in the state that its id says; NULL: none */
	bool is_before;   /* no step was done */
	bool is_production;
};

/* The run at that moment.  It belongs to the request. */
struct view *sample_view_at(struct req *req, const struct sample_moment *m);

/*
 * A list of runs for _row.html, one for each state of a run and for each of its
 * steps that a person has to care about.  A new array.
 */
struct json_object *sample_rows(struct req *req);

#endif
