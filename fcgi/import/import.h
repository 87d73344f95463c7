/*
 * import.h: an existing Markdown document as the proposal of a runbook.
 */
#ifndef IMPORT_IMPORT_H
#define IMPORT_IMPORT_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Appends the document with front matter, braces on blocks of commands and
 * task items for imperative list items added.  Text is only ever added: what
 * was there stays, byte for byte and in order, but for the blanks before an
 * indented block of commands, which gets a fence, and of text, the prompts
 * before commands,
 * and “<placeholder>” in a script, which is the label of a parameter then.  A
 * document that already is a
 * runbook without errors is copied as it is.  *ret_notes gets a line “LINE:
 * text”, with the line of the result, for each block that stays as it is
 * although it has commands, and for what a person has to decide.
 */
void runbook_import(
    const char *markdown, size_t len, struct buf *out, struct buf *ret_notes);

#endif
