/*
 * import.h: an existing Markdown document as the proposal of a runbook.
 */
#ifndef IMPORT_IMPORT_H
#define IMPORT_IMPORT_H

#include <stddef.h>

#include "base/buf.h"

struct import;

/*
 * Appends the document with front matter, braces on blocks of commands and
 * task items for imperative list items added.  Text is only ever added: what
 * was there stays, byte for byte and in order, but for the blanks before an
 * indented block of commands, which gets a fence, the prompts before commands,
 * and “<placeholder>” in a script, which is the label of a parameter then.  A
 * document that already is a
 * runbook without errors is copied as it is.  *ret_notes gets a line “LINE:
 * text”, with the line of the result, for each block that stays as it is
 * although it has commands, and for what is to be looked at.
 */
void runbook_import(
    const char *markdown, size_t len, struct buf *out, struct buf *ret_notes);

/* Puts the text in at that place of the source, where `skip` bytes go. */
void import_insert(struct import *im, size_t at, size_t skip, const char *text);

/* A new id for a step made of the title, else of the kind; of the arena. */
const char *import_id(struct import *im, const char *title, const char *kind);

#endif
