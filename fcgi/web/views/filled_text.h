/* filled_text.h: the text of a step with its values, as they will be sent. */
#ifndef WEB_VIEWS_FILLED_TEXT_H
#define WEB_VIEWS_FILLED_TEXT_H

#include "web/views/view.h"

/*
 * The text of a step that is not a script, each value encoded for its place:
 * the requests of an http step with their whole addresses, SQL with literals.
 * Secrets are dots; a value that is not known yet, or differs between targets,
 * keeps its {{name}}.  The text of the step itself if it has no values.
 * *ret_refused is the reason why the executor would refuse a value, else
 * unchanged.  Belongs to the request.
 */
const char *filled_text(
    struct view *v, const struct step *step, const char **ret_refused);

/* The same for a line that takes values as they are, such as a path. */
const char *filled_line(
    struct view *v, const struct step *step, const char *text);

#endif
