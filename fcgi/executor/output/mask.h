/* mask.h: the secrets of a step, as patterns that redact.c looks for. */
#ifndef EXECUTOR_OUTPUT_MASK_H
#define EXECUTOR_OUTPUT_MASK_H

#include <stdbool.h>
#include <stddef.h>

#define MASK_SHORTEST 4 /* bytes that are redacted inside a line */

struct mask_pattern {
	char *text;
	size_t len;
	size_t cover;    /* bytes to redact */
	size_t secret;   /* secret of this form, from 1 */
	bool whole_line; /* only at the beginning of a line */
};

struct mask {
	struct mask_pattern *patterns; /* sorted by text */
	size_t count;
	size_t starts[257]; /* the first pattern that begins with that byte */
	unsigned char pairs[65536 / 8]; /* with which patterns begin */
	bool lines;                     /* some pattern is a whole line */
	/* while patterns are added */
	size_t cap;
	size_t secret; /* secret to which forms are added */
	size_t from;   /* first pattern of its present text */
	size_t bytes;  /* of a content so far */
	bool few;      /* of the other forms, only the most usual */
};

/*
 * Makes a mask of secrets: each unchanged, each of its lines, and encoded forms
 * (redact_forms.h).  A secret of one to three bytes would redact every "1" or
 * "yes" of an output, so it is redacted only as a whole line.  Free with
 * mask_free(), after its streams.
 */
struct mask *mask_new(const char *const *secrets, size_t count);
void mask_free(struct mask *m);

/*
 * Adds the content of a sealed artifact (redact_content.h), which counts as the
 * next secret.  Texts of it behind the first 16 KB are redacted unchanged, in
 * base64, in hexadecimal and in JSON alone.
 */
void mask_add_content(struct mask *m, const char *data, size_t len);

/* The pair of bytes at p. */
static inline unsigned
mask_pair(const char *p)
{
	return (unsigned)(unsigned char)p[0] << 8 | (unsigned char)p[1];
}

#endif
