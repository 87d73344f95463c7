/* sample_parts.h: what leads on from a run, for /ui. */
#ifndef WEB_VIEWS_SAMPLE_PARTS_H
#define WEB_VIEWS_SAMPLE_PARTS_H

#include "web/views/view.h"

/* A preflight with a target of each result, of dry_run_preflight_of(). */
struct json_object *sample_preflight(struct view *v);

/* For _timeline.html: a run under way.  A new object. */
struct json_object *sample_timeline(struct view *v);

/* For _output_head.html: an output in each state.  A new array. */
struct json_object *sample_outputs(struct view *v);

/* For _output_search.html and _output_tools.html: a search that has hits, and
 * goes on.  A new object. */
struct json_object *sample_tools(struct view *v);

/* Of a parked run, as run_model_parked() has it.  A new object. */
struct json_object *sample_parked(struct view *v);

#endif
