/*
 * curl.h: a command of curl as a request of an http step.
 */
#ifndef IMPORT_CURL_H
#define IMPORT_CURL_H

#include <stdbool.h>
#include <stddef.h>

struct import;

struct curl {
	const char *request; /* as an http block has it; of the arena */
	const char *more;    /* attributes of the step, with a blank before */
	const char *target;  /* it needs this one with credentials, or NULL */
};

/* Reads the command; false: it is none of curl, or does more than one request
 * whose parts stand there. */
bool curl_read(struct import *im, const char *s, size_t len, struct curl *ret);

#endif
