/*
 * form.h: a form of a rendered page, with values that somebody entered.
 */
#ifndef HTML_FORM_H
#define HTML_FORM_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * Finds the form of the page (method post, this action) that has the most of
 * the fields, and appends it to `out` with their values in place of its own.
 * `fields` is as url_read_form() made it.  What password fields, buttons and
 * `_csrf` hold stays as the page has it.  *ret_rest is a new object of the
 * fields that the form has no place for; the caller puts it.  False: there is
 * no such form, and nothing is appended or returned.
 *
 * It reads what our own templates write, where every value is quoted.
 */
bool form_fill(const char *html, size_t len, const char *action,
    struct json_object *fields, struct buf *out, struct json_object **ret_rest);

#endif
