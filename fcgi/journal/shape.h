/*
 * shape.h: of which types the lists and objects in an event are.
 */
#ifndef JOURNAL_SHAPE_H
#define JOURNAL_SHAPE_H

#include <stdbool.h>

#include "journal/event.h"

/* True where each list and object of the data is what projections take it
 * for.  Texts and numbers are not looked at: who reads them asks by type. */
bool shape_fits(const struct event *e);

#endif
