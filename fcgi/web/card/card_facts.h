/* card_facts.h: facts about a step that its text does not show. */
#ifndef WEB_CARD_CARD_FACTS_H
#define WEB_CARD_CARD_FACTS_H

#include "web/views/view.h"

/*
 * Adds probe_of_title, undoes_title, captures_text and rerun_text, each NULL
 * where the step has no such attribute.
 */
void card_add_facts(struct req *req, struct json_object *o,
    const struct plan *plan, const struct step *step);

#endif
