/*
 * parse.h: declarations shared by the compiler's files while a document is
 * being parsed. Only the compiler includes it.
 */
#ifndef COMPILER_PARSE_H
#define COMPILER_PARSE_H

#include "base/arena.h"
#include "lang/suggest.h"
#include "compiler/blocks.h"
#include "compiler/runbook.h"
#include "compiler/ids.h"
#include "compiler/input.h"
#include "compiler/node.h"

#define TITLE_MAX 120 /* characters of a title */

/* The source of a step or section, beside its public record. */
struct origin {
	struct attrs attrs;
	const struct node *node;
	size_t at;       /* fence, list item or heading */
	size_t text_end; /* CODE: behind the closing fence */
};

struct parse {
	struct runbook *runbook; /* its arrays are heap until the end */
	struct arena *arena;
	const char *src; /* all of it, sanitised, NUL-ended */
	size_t len;
	size_t body;   /* where Markdown begins */
	size_t *lines; /* offsets at which lines begin */
	size_t lines_count;
	size_t lines_cap;
	struct fenced *fenced; /* blocks.c; heap */
	size_t fenced_count, fenced_cap;
	unsigned char *line_sorts; /* of each line; heap */
	struct node *doc;
	struct section *sections;
	struct origin *section_origins;
	struct step *steps;
	struct origin *step_origins;
	struct item *items;
	struct parameter *parameters;
	struct diagnostic *diagnostics;
	size_t sections_count, sections_cap, section_origins_cap;
	size_t steps_count, steps_cap, step_origins_cap;
	size_t items_count, items_cap;
	size_t parameters_count, parameters_cap;
	size_t diagnostics_count, diagnostics_cap;
	size_t errors;
};

/* source.c: lines, places, diagnostics */
void source_open(struct parse *p, const char *text, size_t len);
int source_line(const struct parse *p, size_t at); /* from 0 */
size_t source_line_start(const struct parse *p, int line);
size_t source_line_end(const struct parse *p, int line);
void source_place(const struct parse *p, size_t at, int *ret_line,
    int *ret_column); /* from 1 */
/* The format is that of message_put(), or "%s" for a message made before. */
void report(struct parse *p, enum severity severity, size_t at, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));
void advise(struct parse *p, size_t at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4))); /* a warning */
void report_place(struct parse *p, enum severity severity, int line, int column,
    const char *message);
void report_sort(struct parse *p);

/* frontmatter.c */
void frontmatter_read(struct parse *p);

/* markdown.c */
void markdown_read(struct parse *p);
struct node *node_new(struct parse *p, enum node_type type);
void node_append(struct node *parent, struct node *child);

/* autolink.c: bare addresses as links; line breaks in Chinese text */
void autolink_all(struct parse *p, struct node *n);

/* slug.c: text of nodes; all results belong to the arena */
bool text_entity(const char *s, size_t len, char out[8], size_t *ret_len);
char *text_title(struct parse *p, const struct node *n);
bool text_is_title(const struct node *n);
char *text_slug(struct parse *p, const char *title);

/* attribute.c */
bool attribute_find(const struct parse *p, size_t from, size_t to,
    size_t *ret_open, size_t *ret_close);
size_t attribute_open(const struct parse *p, size_t from, size_t to);
void attribute_read(
    struct parse *p, size_t open, size_t close, struct attrs *ret);
bool attribute_has_word(
    const struct parse *p, size_t open, size_t close, const char *word);
void attribute_strip(struct node *n, size_t from);
const struct attr *attribute_get(
    const struct attrs *a, char sort, const char *name);

/* ids.c, beside ids.h */
void ids_read(struct parse *p);

/* steps.c: sections, steps and items from the tree */
void steps_read(struct parse *p);

/* step_attributes.c: attributes into the records */
void step_attributes_apply(struct parse *p, struct step *s, struct origin *o);
void section_attributes_apply(
    struct parse *p, struct section *s, struct origin *o);

#endif
