/* lists.h: the lists that a step captures, over which sections repeat. */
#ifndef KEEPER_LISTS_H
#define KEEPER_LISTS_H

#include "keeper/run.h"

/*
 * The lists in the captured values of a step that succeeds: *ret is a new array
 * of {"step", "name", "items"}, without those that the run has already. False,
 * with the reason appended: one is no list, an item is refused, or the plan
 * would become too large.
 */
bool lists_read(const struct run *run, const struct step *s,
    struct json_object *captures, struct json_object **ret, struct buf *why);

/* Appends their events, which add the steps for their items to the run. */
enum err lists_append(struct run *run, struct json_object *lists);

#endif
