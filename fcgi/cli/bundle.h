/*
 * bundle.h: an exported report (GET /runs/ID/report.json), checked offline.
 */
#ifndef CLI_BUNDLE_H
#define CLI_BUNDLE_H

#include <json-c/json.h>

#include "journal/db.h"
#include "journal/hash.h"

struct bundle {
	struct json_object	*report;
	struct db		*replay;	/* what its events come to */
	unsigned char		 hash[HASH_BYTES];
	int64_t			 run;
	int64_t			 seq;		/* of the last event */
	bool			 old;		/* without "format" */
	struct json_object	*unproven;	/* of an old one: {path} */
	int			 wrong;
};

/* Prints what is wrong and the head of the chain; an exit code of cli.h. */
int	bundle_verify(const char *path);

/* The same for the text of one; `name` is what messages call it. */
int	bundle_verify_text(const char *name, const char *text, size_t len);

/* Prints that something is wrong, and counts it. */
void	bundle_wrong(struct bundle *b, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* Holds all that the report tells against what its events come to
 * (bundle_told.c). */
void	bundle_compare(struct bundle *b);

#endif
