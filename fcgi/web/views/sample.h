/* sample.h: a run that stands in no journal, for /ui. */
#ifndef WEB_VIEWS_SAMPLE_H
#define WEB_VIEWS_SAMPLE_H

#include "web/views/view.h"

/*
 * A run of sample.LANG.md in which each step is in the state that its id says.
 * It belongs to the request.
 */
struct view *sample_view(struct req *req);

/*
 * A list of runs for _row.html, one for each state of a run and for each of its
 * steps that a person has to care about.  A new array.
 */
struct json_object *sample_rows(struct req *req);

#endif
