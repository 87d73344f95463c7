/*
 * runbook.h: the compiled runbook document.
 *
 * A runbook is made once from one text and does not change; all that it points
 * to belongs to it.  It is made even if the text has errors: they are in its
 * diagnostics, and runbook_errors() says whether it may be run.
 */
#ifndef COMPILER_RUNBOOK_H
#define COMPILER_RUNBOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lang/values.h"
#include "base/buf.h"
#include "plan/parameter.h"
#include "plan/section.h"
#include "plan/step.h"

/* Limits; exceeding one is a diagnostic, never a crash. */
#define RUNBOOK_MAX_BYTES (1024 * 1024)
#define RUNBOOK_MAX_NODES 100000
#define RUNBOOK_MAX_DEPTH 64
#define RUNBOOK_MAX_CELLS 20000
#define RUNBOOK_MAX_STEPS 2000

enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE };

struct diagnostic {
	enum severity severity;
	int line;            /* from 1 */
	int column;          /* from 1, in characters */
	const char *message; /* the error and its remedy */
	const char *code;    /* of a warning with a localized text, or NULL */
	const char *about;   /* its subject, or NULL */
};

struct runbook {
	const char *title;     /* front matter, else first heading */
	const char *summary;   /* or NULL */
	const char *owner;     /* or NULL */
	const char *rehearsal; /* environment, or NULL */
	int64_t rehearsal_ms;  /* how old it may be; 0: any age */
	const char *const *tags;
	size_t tags_count;
	const struct parameter *parameters;
	size_t parameters_count;
	const struct approval_rule *approvals;
	size_t approvals_count;
	const char *const *lists; /* lists that its sections repeat over */
	size_t lists_count;
	const struct section *sections; /* sections[0] has level 0 */
	size_t sections_count;
	const struct step *steps;
	size_t steps_count;
	const struct item *items;
	size_t items_count;
	const struct diagnostic *diagnostics; /* by line and column */
	size_t diagnostics_count;
	size_t errors;     /* how many of them are errors */
	bool front_matter; /* it has one without errors */
};

/*
 * Parses a document of len bytes. Always succeeds; the caller frees the runbook
 * with runbook_free(). Bounded in time and memory for any text.
 */
struct runbook *runbook_parse(const char *text, size_t len);
void runbook_free(struct runbook *runbook);

/* The step with that id, or -1. */
int runbook_find_step(const struct runbook *runbook, const char *id);

/*
 * Appends the HTML of an item's nodes: raw HTML of the text is shown as text,
 * links have allowed schemes, {{name}} is replaced by the escaped value
 * (unchanged if value is NULL or has none).
 */
void runbook_render(const struct runbook *runbook, const struct item *item,
    value_fn value, void *ctx, struct buf *out);

/*
 * True if the step is under a `when` that is false: its own or that of a
 * section around it. `*ret_why` is then that expression (it belongs to the
 * runbook). An expression that cannot be evaluated (a value is missing) counts
 * as false.
 */
bool runbook_is_excluded(const struct runbook *runbook, int step,
    value_fn value, void *ctx, const char **ret_why);

/*
 * As runbook_is_excluded(), with the values known before anything runs: an
 * expression that reads another one excludes nothing yet.
 */
bool runbook_is_excluded_early(const struct runbook *runbook, int step,
    value_fn value, void *ctx, const char **ret_why);

/* Appends all diagnostics as `file:line:column: error: message` lines. */
void runbook_print_diagnostics(
    const struct runbook *runbook, const char *file, struct buf *out);

#endif
