/* shape.h: checks the types of the lists and objects in an event. */
#ifndef JOURNAL_PROJECT_SHAPE_H
#define JOURNAL_PROJECT_SHAPE_H

#include <stdbool.h>

#include "journal/event.h"

/*
 * True if each list and object of the data has the type that projections
 * expect. Texts and numbers are not checked: their readers do.
 */
bool shape_fits(const struct event *e);

#endif
