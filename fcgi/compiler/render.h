/*
 * render.h: nodes as HTML.
 */
#ifndef COMPILER_RENDER_H
#define COMPILER_RENDER_H
#include "lang/values.h"

struct buf;
struct item;
struct runbook;

/*
 * Appends the HTML of an item's nodes: raw HTML of the text is shown as text,
 * links have allowed schemes, {{name}} is replaced by the escaped value
 * (unchanged if value is NULL or has none).
 */
void runbook_render(const struct runbook *runbook, const struct item *item,
    value_fn value, void *ctx, struct buf *out);

#endif
