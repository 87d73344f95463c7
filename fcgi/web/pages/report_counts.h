/* report_counts.h: how many steps of a run came to what, for its report. */
#ifndef WEB_PAGES_REPORT_COUNTS_H
#define WEB_PAGES_REPORT_COUNTS_H

#include "web/views/view.h"

/*
 * One row for the steps of the document, and one for those of a rollback.  A
 * new array of
 *
 *	text		"2 of 5", or "rollback 2 of 5"
 *	notes		["1 skipped", "2 not done"]: the others of the five
 *	beside_text	the steps that are not among the five, or NULL
 */
struct json_object *report_counts(struct view *v);

#endif
