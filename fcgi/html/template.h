/*
 * template.h: Mustache (its specification without lambdas and without other
 * delimiters), compiled once, rendered from a json_object.
 *
 * {{name}} always escapes.  Raw HTML comes only from html_raw(), that is
 * from C; {{{name}}} and {{&name}} do not compile.
 */
#ifndef HTML_TEMPLATE_H
#define HTML_TEMPLATE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct templates;

/* No templates yet.  strict: a name missing from the model is an error. */
struct templates *templates_new(bool strict);
void templates_free(struct templates *t);

/*
 * Compiles one text under a name ("run.html").  {{> _card}} in it means the
 * template "_card.html", which may be added later.  ERR_INVALID with a fault
 * that names the line.
 */
enum err templates_add(struct templates *t, const char *name, const char *text,
    size_t len, struct fault *fault);

/*
 * Adds every *.html of a folder and checks that each partial exists.
 * ERR_IO, or ERR_INVALID with a fault that names file and line.
 */
enum err templates_load(
    struct templates *t, const char *folder, struct fault *fault);

/*
 * Appends the rendered template.  ERR_NOT_FOUND: no such template;
 * ERR_INTERNAL with a fault: a missing name (strict), or nesting too deep.
 */
enum err templates_render(const struct templates *t, const char *name,
    struct json_object *model, struct buf *out, struct fault *fault);

#endif
