/*
 * notes.h: what is said of an import, and what check says of its result.
 */
#ifndef IMPORT_NOTES_H
#define IMPORT_NOTES_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
/* A note about a place of the document. */
struct note {
	size_t at;
	const char *text;
	bool lines;  /* one message for all lines with this text */
	size_t line; /* of the result */
};

/* Lines of the source, from 0, that a step was made of; and where check
 * refused that, why: of the heap. */
struct span {
	int first, last;
	char *why;
};

struct import;
struct runbook;

/* Something is said of the place; the text belongs to the arena. */
void import_note(struct import *im, size_t at, const char *text);

/* The same, in one message for all lines of which it is said. */
void import_note_line(struct import *im, size_t at, const char *text);

/* A step is made of these lines. */
void import_span(struct import *im, int first, int last);

/* The reason for which check refused a step of that line, or NULL. */
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
