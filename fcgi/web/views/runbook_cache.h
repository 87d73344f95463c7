/* runbook_cache.h: a cache of parsed documents. */
#ifndef WEB_VIEWS_RUNBOOK_CACHE_H
#define WEB_VIEWS_RUNBOOK_CACHE_H

#include "compiler/runbook.h"
#include "base/err.h"
#include "web/http/request.h"

/* A parsed document with the indexes that pages need. */
struct cached_runbook {
	char *key;               /* of a plan, or name and time of a file */
	struct plan *compiled;   /* of a run; NULL: an older one */
	struct runbook *runbook; /* the document, for prose; or NULL */
	struct plan
	    *prose_plan; /* its plan as the run has it; NULL: as it is */
	const struct plan *plan;       /* compiled, or of the document */
	int *by_id;                    /* steps, sorted by id */
	int *undone_by;                /* per step: the step that reverts it */
	int *probed_by;                /* or probes it; -1 */
	struct json_object *cards[2];  /* by language: cached by card.c */
	struct json_object **prose[2]; /* by item: likewise; NULL: not yet */
	int64_t used;
};

struct runbook_cache *runbook_cache_new(void);
void runbook_cache_free(struct runbook_cache *b);

/*
 * The document of a row of STMT_RUN_GET, as that run has it, from the database.
 * It stays valid during the request. ERR_NOT_FOUND.
 */
enum err runbook_cache_of_run(
    struct req *req, struct json_object *run, struct cached_runbook **ret);

/* The runbook of that name as it is in the folder now; likewise. */
enum err runbook_cache_current(
    struct req *req, const char *name, struct cached_runbook **ret);

/*
 * A document of our own, by a key that names no file and no plan: always the
 * same text for one key.
 */
struct cached_runbook *runbook_cache_of_text(
    struct req *req, const char *key, const char *text);

/* The file of that name as it is now (arena); NULL: there is none. */
const char *runbook_cache_key(struct req *req, const char *name);

/* The index of a step, or -1. */
int runbook_cache_find_step(const struct cached_runbook *s, const char *id);

/*
 * The item of the document with the prose of this item of the plan, for
 * runbook_render() with *ret_plan; NULL: it has none, or the document's cannot
 * be shown.
 */
const struct item *runbook_cache_prose(const struct cached_runbook *s,
    const struct item *item, const struct plan **ret_plan);

/* The names of all runbooks, but of so many at most, sorted: a new array. */
#define RUNBOOK_NAMES_MAX 20000
struct json_object *runbook_cache_names(struct req *req);

/* targets.yml as it is now; owned by the cache.  NULL if there is none. */
const struct targets *runbook_cache_targets(struct req *req);

/* Its version, for caches (arena). */
const char *runbook_cache_targets_key(struct req *req);

/* The number of its errors, with which no run can be created. */
size_t runbook_cache_targets_mistakes(struct req *req);

/* The environments of targets.yml: a new array, which may be empty. */
struct json_object *runbook_cache_environments(struct req *req);

/*
 * The label of an environment in targets.yml; its name if it has none. It
 * belongs to the request.
 */
const char *runbook_cache_environment_label(struct req *req, const char *name);

/*
 * The label of an environment beside the mark of production; NULL if it says
 * the same as the mark.
 */
const char *runbook_cache_environment_more(
    const struct req *req, const char *label, bool production);

#endif
