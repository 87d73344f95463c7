/*
 * import_own.h: what the files of the import share.
 */
#ifndef IMPORT_IMPORT_OWN_H
#define IMPORT_IMPORT_OWN_H

#include "compiler/parse.h"

#define IMPORT_STEPS_MAX 1500

#define IMPORT_HOLES_MAX 50

struct insertion {
	size_t at;
	size_t skip; /* bytes of the source that go */
	size_t order;
	const char *text;
	int rollback; /* it marks a heading, within so many less one */
};

/* What is to be said of a block. */
struct verdict {
	const char
	    *why; /* it is no step: a text, perhaps with one %s; or NULL */
	const char *name;
	bool root; /* its prompts are those of root */
};

/* What is said of a place of the document. */
struct note {
	size_t at;
	const char *text;
};

/* Lines of the source, from 0, that a step was made of; and where check
 * refused that, why: of the heap. */
struct span {
	int first, last;
	char *why;
};

struct import {
	struct parse p;
	struct insertion *list;
	size_t count, cap;
	struct ids *ids;
	size_t ids_count;
	const struct node *before;
	const struct node *heading;
	const char *sql; /* the dialect of plain "sql" blocks */
	bool cautious;
	bool keep_front;             /* the document has our front matter */
	bool no_holes;               /* and parameters of its own */
	const struct node *numbered; /* the last list that was looked at */
	bool is_procedure;
	int quotes;        /* block quotes around */
	bool rollbacks[7]; /* the headings around, by level, that got a mark */
	int shallowest;    /* the fewest such around a step; -1: no step yet */
	struct {
		const char *name, *label;
	} holes[IMPORT_HOLES_MAX];
	size_t holes_count; /* parameters to propose */
	size_t holes_tried;
	struct note *notes;
	size_t notes_count, notes_cap;
	struct span *spans;
	size_t spans_count, spans_cap;
	struct span *refused; /* in the rounds before */
	size_t refused_count;
};

/* Puts the text in at that place of the source, where `skip` bytes go. */
void import_insert(struct import *im, size_t at, size_t skip, const char *text);

/* A new id for a step made of the title, else of the kind; of the arena. */
const char *import_id(struct import *im, const char *title, const char *kind);

/* The kind that the block of code would have as a step; NULL: it stays as it
 * is.  *ret has to be zero, and gets what is to be said of that. */
const char *import_kind(
    const struct import *im, const struct node *n, struct verdict *ret);

/* The kind is that of a script for a shell. */
bool import_is_shell(const char *kind);

/* The language of a fence says that the block was copied out of a terminal. */
bool import_is_terminal(const char *lang);

/* Where line i of the block's text, of which the source's line ends with it,
 * begins; NOWHERE: it cannot be found so. */
size_t import_line_at(const struct parse *p, const struct node *n, int i,
    const char *s, size_t len);

/* The kind of the commands where the block was copied out of a terminal, "" if
 * it is no step, and why, or NULL where it has no prompts. */
const char *import_session_kind(
    const struct import *im, const struct node *n, struct verdict *ret);

/* Takes the prompts of such a block away, and gives what was printed blocks of
 * its own; further steps are of that kind, with ids made of the title. */
void import_session(struct import *im, const struct node *n, const char *kind,
    const char *title);

/* Makes parameters of the words to fill in of line i of the block, which is at
 * s, from the byte `from` on; false: the line ends within a quote. */
bool import_fill(
    struct import *im, const struct node *n, int i, const char *s, size_t from);

/* Makes parameters of what is to be filled in in the block's script. */
void import_holes(struct import *im, const struct node *n);

/* Proposes braces for a block of code, or makes those that it has harmless. */
void import_code(struct import *im, const struct node *n);

/* notes.c: something is said of the place; the text belongs to the arena. */
void import_note(struct import *im, size_t at, const char *text);

/* A step is made of these lines. */
void import_span(struct import *im, int first, int last);

/* Why check refused a step of the line of the place, or NULL. */
const char *import_refused(const struct import *im, size_t at);

/*
 * The result has errors: *refused, of *count, gets the spans in which they
 * are.  False: one of them is elsewhere.  The caller frees the reasons.
 */
bool import_refuse(const struct import *im, const char *markdown, size_t len,
    const struct runbook *result, struct span **refused, size_t *count);

/* Appends what is said, as “LINE: text” with the line of the result. */
void import_put_notes(
    struct import *im, const char *markdown, size_t len, struct buf *out);

#endif
