/*
 * nodes.h: headings, paragraphs and items of a document as proposals of steps.
 */
#ifndef IMPORT_NODES_H
#define IMPORT_NODES_H

#include <stdbool.h>
#include <stddef.h>

struct import;
struct node;
struct parse;

/* Puts the text in at that place of the source, where `skip` bytes go. */
void import_insert(struct import *im, size_t at, size_t skip, const char *text);

/*
 * Braces with a new id for a step of that kind, with the target of its section,
 * and with what is to be added (“ pty”); of the arena.  A step that makes a
 * backup gets .essential.
 */
const char *import_braces(
    struct import *im, const char *title, const char *kind, const char *more);

/* The text is “cd /srv/app” and nothing else, which would end with its step:
 * what follows in the section runs there. */
bool nodes_enter_folder(struct import *im, const char *text);

/* The same, without that. */
bool nodes_is_folder(const char *text);

/* The place behind the text of a heading or paragraph, for additions. */
size_t import_text_end(const struct parse *p, const struct node *n);

/* An id that no step or section has; of the arena. */
const char *nodes_new_id(
    struct import *im, const char *title, const char *kind);

/* The number of headings around that got the mark of a rollback. */
int nodes_rollbacks_around(struct import *im);

/* Makes proposals of the node, those behind it, and all within. */
void import_nodes(struct import *im, const struct node *n);

/* Takes the marks of a rollback from headings around all of the steps. */
void import_unmark_headings(struct import *im);

#endif
