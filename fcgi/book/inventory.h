/*
 * inventory.h: targets.yml as read, between targets.c and resolve.c.
 */
#ifndef BOOK_INVENTORY_H
#define BOOK_INVENTORY_H

#include "base/arena.h"
#include "book/book.h"
#include "book/targets.h"
#include "book/ytree.h"

struct target {
	const char	*name;
	const char	*kind;		/* "ssh", "http", … */
	const struct ytree *config;	/* what stands under the kind, checked */
	bool		 shared;
	struct target	*next;
};

struct group {
	const char	*name;
	const char	**members;
	size_t		 count;
	struct group	*next;
};

struct environment {
	const char	*name;
	const char	*label;
	bool		 production;
	struct approval_rule *approvals;
	size_t		 approvals_count;
	struct target	*targets;	/* in order of the file */
	struct group	*groups;
	struct environment *next;
};

struct targets {
	struct arena	*arena;
	const char	*dir;
	struct environment *environments;
	struct diagnostic *diagnostics;
	size_t		 count, cap, errors;
};

/* NULL, or why this may not be the url of an http target; and the same of
 * its headers (NULL: none), with the place in *ret_at.  Static sentences. */
const char	*url_refused(const char *url);
const char	*headers_refused(const struct ytree *map,
		    const struct ytree **ret_at);

#endif
