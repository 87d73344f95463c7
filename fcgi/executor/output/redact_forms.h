/* redact_forms.h: encoded forms of a secret. */
#ifndef EXECUTOR_OUTPUT_REDACT_FORMS_H
#define EXECUTOR_OUTPUT_REDACT_FORMS_H

#include <stddef.h>

/*
 * Calls `add` with each form of the text: base64, hex, URL, JSON, as quoted by
 * shells, languages, databases and markup, and usual combinations of two.  The
 * same form may be added more than once.
 */
void mask_forms(const char *s, size_t len,
    void (*add)(void *ctx, const char *form, size_t len), void *ctx);

/* The most usual of them, for many texts: base64, hex and JSON. */
void mask_few_forms(const char *s, size_t len,
    void (*add)(void *ctx, const char *form, size_t len), void *ctx);

#endif
