/*
 * render.h: nodes as HTML.
 */
#ifndef COMPILER_RENDER_H
#define COMPILER_RENDER_H
#include "lang/values.h"

struct item;
struct plan;

/*
 * Appends the HTML of the nodes of an item of the plan: raw HTML of the text is
 * shown as text, links have allowed schemes, {{name}} is replaced by the
 * escaped value (unchanged if value is NULL or has none). The titles of alerts
 * are in the language lang.
 */
void runbook_render(const struct plan *plan, const struct item *item,
    const char *lang, value_fn value, void *ctx, struct buf *out);

#endif
