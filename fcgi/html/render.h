/* render.h: renders a template; escapes texts, and marks those that are HTML.
 */
#ifndef HTML_RENDER_H
#define HTML_RENDER_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct template;

/*
 * Appends the rendered template.  strict: false with a fault if the model lacks
 * a name.  It is also false if the nesting is too deep.
 */
bool template_render(const struct template *t, bool strict,
    struct json_object *model, struct buf *out, struct fault *fault);

/*
 * Appends text for element content or quoted attributes: & < > " and ' become
 * references; nothing else is changed.
 */
void html_escape(struct buf *out, const char *s, size_t len);

/*
 * Marks a text as HTML that is inserted unescaped: for the output of our own C,
 * such as runbook_render(). Copies; in JSON it is a string.
 */
struct json_object *html_raw(const char *html, size_t len);

/*
 * Names that `o` does not have are looked up in `base` before the contexts
 * around it: common parts of many objects are built once. JSON does not include
 * it. base must live as long as o; it may have a base itself.
 */
void html_inherit(struct json_object *o, struct json_object *base);

#endif
