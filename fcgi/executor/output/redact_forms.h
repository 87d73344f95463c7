/*
 * redact_forms.h: the forms in which a secret may turn up elsewhere.
 */
#ifndef EXECUTOR_OUTPUT_REDACT_FORMS_H
#define EXECUTOR_OUTPUT_REDACT_FORMS_H

#include <stddef.h>

/*
 * Calls `add` with each form of the text: base64, hex, URL, JSON, and as
 * shells, languages, databases and markup quote it, also one in the other.
 * The same form may come more than once.
 */
void mask_forms(const char *s, size_t len,
    void (*add)(void *ctx, const char *form, size_t len), void *ctx);

#endif
