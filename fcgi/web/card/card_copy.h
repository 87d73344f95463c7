/* card_copy.h: the ends of a copy step. */
#ifndef WEB_CARD_CARD_COPY_H
#define WEB_CARD_CARD_COPY_H

#include "web/views/view.h"

/*
 * Of a copy step: the pairs "a → b" of targets in its lines, and the targets
 * (or groups) at both ends, each once. New arrays; empty for other steps.
 */
struct json_object *card_copy_pairs(struct req *req, const struct step *step);
struct json_object *card_copy_ends(struct req *req, const struct step *step);

#endif
