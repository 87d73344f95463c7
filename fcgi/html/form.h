/* form.h: fills a form of a rendered page with entered values. */
#ifndef HTML_FORM_H
#define HTML_FORM_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * Finds the form of the page (method post, this action) that has the most of
 * the fields, and appends it to `out` with their values in place of its own.
 * `fields` is an object from url_read_form(). Password fields, buttons and
 * `_csrf` keep the page's values. *ret_rest is a new object of the fields that
 * the form has no place for; the caller puts it. False: there is no such form,
 * and nothing is appended or returned. It parses our own templates' output,
 * where every value is quoted.
 */
bool form_fill(const char *html, size_t len, const char *action,
    struct json_object *fields, struct buf *out, struct json_object **ret_rest);

/*
 * The same for a form that was refused: appends the whole page, with the form
 * filled in and what is folded around it open.  Hidden fields keep the page's
 * values, as the page shows what they stand for; of two forms the one with the
 * same hidden values is taken.
 */
bool form_fill_page(const char *html, size_t len, const char *action,
    struct json_object *fields, struct buf *out);

#endif
