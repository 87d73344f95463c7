/*
 * restore.h: derives steps that undo edits.
 */
#ifndef COMPILER_RESTORE_H
#define COMPILER_RESTORE_H

struct parse;

/* Adds a step that restores the file of each edit without an undo=. */
void restore_all(struct parse *p);

#endif
