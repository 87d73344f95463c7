/*
 * runbook.h: the compiled runbook document.
 *
 * A runbook is made once from one text and does not change; all that it points
 * to belongs to it.  It is made even if the text has errors: they are in its
 * diagnostics, and `errors` says whether it may be run.
 */
#ifndef COMPILER_RUNBOOK_H
#define COMPILER_RUNBOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lang/values.h"
#include "base/buf.h"
#include "plan/plan.h"
#include "base/err.h"

struct json_object;

/* Limits; exceeding one is a diagnostic, never a crash. */
#define RUNBOOK_MAX_BYTES (1024 * 1024)
#define RUNBOOK_MAX_NODES 100000
#define RUNBOOK_MAX_DEPTH 64
#define RUNBOOK_MAX_CELLS 20000
#define RUNBOOK_MAX_STEPS PLAN_MAX_STEPS

enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE };

struct diagnostic {
	enum severity severity;
	int line;            /* from 1 */
	int column;          /* from 1, in characters */
	const char *message; /* the error and its remedy */
};

struct runbook {
	struct plan plan;    /* its part of a run; items have nodes */
	const char *summary; /* or NULL */
	const char *owner;   /* or NULL */
	const char *const *tags;
	size_t tags_count;
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

/* Appends all diagnostics as `file:line:column: error: message` lines. */
void runbook_print_diagnostics(
    const struct runbook *runbook, const char *file, struct buf *out);

/*
 * Parses the document and expands it with these lists. A repeated step has the
 * id "step.item" and knows its items (plan_value_at()); its references are to
 * copies of the same items. Free with runbook_free(). ERR_INVALID with a fault
 * if it would become too large.
 */
enum err runbook_expand(const char *text, size_t len, struct json_object *lists,
    struct runbook **ret, struct fault *fault);

#endif
