/*
 * books.h: parsed documents, kept for as long as they are in use.
 */
#ifndef WEB_BOOKS_H
#define WEB_BOOKS_H

#include "book/book.h"
#include "book/targets.h"
#include "web/request.h"

/* A parsed document with what pages look up in it. */
struct shelved {
	char		*key;		/* a hash, or name and time of a file */
	struct book	*book;
	int		*by_id;		/* steps, sorted by id */
	int		*undone_by;	/* for each step: the one that reverts
					 * it */
	int		*probed_by;	/* or probes it; -1 */
	struct json_object *cards[2];	/* by language: what card.c keeps */
	struct json_object **prose;	/* by item: likewise; NULL: not yet */
	int64_t		 used;
};

struct books	*books_new(void);
void		 books_free(struct books *b);

/* The document of a row of STMT_RUN_GET, as that run has it, out of the
 * database.  It stays valid during the request.  ERR_NOT_FOUND. */
enum err	 books_pinned(struct req *req, struct json_object *run,
		    struct shelved **ret);

/* The runbook of that name as it is in the folder now; likewise. */
enum err	 books_current(struct req *req, const char *name,
		    struct shelved **ret);

/* The index of a step, or -1. */
int		 books_find_step(const struct shelved *s, const char *id);

/* The names of all runbooks, sorted: a new array. */
struct json_object *books_names(struct req *req);

/* targets.yml as it is now; owned by books.  NULL where there is none. */
const struct targets *books_targets(struct req *req);

/* How many mistakes are in it, with which no run can be created. */
size_t	 books_targets_mistakes(struct req *req);

/* The environments of targets.yml: a new array, which may be empty. */
struct json_object *books_environments(struct req *req);

/* What targets.yml calls an environment now; its name where it has none.  It
 * belongs to the request. */
const char	*books_environment_label(struct req *req, const char *name);

#endif
