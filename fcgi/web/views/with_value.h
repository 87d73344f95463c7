/* with_value.h: the values that a step has from targets of with=. */
#ifndef WEB_VIEWS_WITH_VALUE_H
#define WEB_VIEWS_WITH_VALUE_H

#include "web/views/view.h"

/*
 * The value of {{cs_db_host}} and similar names; NULL: no target of the step
 * has it. Of a secret, the name of the secret, and *ret_secret is true. Belongs
 * to the request.
 */
const char *with_value(struct view *v, const struct step *step,
    const char *name, bool *ret_secret);

/*
 * Adds the variables of a script, or the values that another step reads, as the
 * executor sets them, to a list of the preview.
 */
void with_list(
    struct view *v, const struct step *step, struct json_object *list);

#endif
