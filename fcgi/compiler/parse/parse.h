/*
 * parse.h: declarations shared by the compiler's files while a document is
 * being parsed. Only the compiler includes it.
 */
#ifndef COMPILER_PARSE_PARSE_H
#define COMPILER_PARSE_PARSE_H

#include "base/arena.h"
#include "compiler/parse/blocks.h"
#include "compiler/runbook.h"
#include "compiler/parse/input.h"
#include "compiler/parse/node.h"

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

#endif
