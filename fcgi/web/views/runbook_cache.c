/*
 * runbook_cache.c: a cache of parsed documents.
 *
 * A worker caches its most recently used documents.  That of a run is
 * identified by the hash of its plan and never changes: its steps are those of
 * the compiled plan, and the document is compiled for its prose alone.  One of
 * the folder is valid while its time and size are the same.  The folder is not
 * watched: a stat per request is cheap and never stale.
 */
#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/err.h"
#include "compiler/runbook.h"
#include "compiler/scope.h"
#include "lang/runbook_name.h"
#include "journal/plan.h"
#include "web/views/runbook_cache.h"
#include "inventory/resolve.h"
#include "inventory/targets.h"

/* More than a page has runs: the list of 25 would replace each by the next. */
#define SHELVES 60

struct runbook_cache {
	struct cached_runbook shelves[SHELVES];
	int64_t clock;
	struct targets *targets;
	struct timespec targets_time;
};

struct runbook_cache *
runbook_cache_new(void)
{
	return mem_calloc(1, sizeof(struct runbook_cache));
}

static void
clear_entry(struct cached_runbook *s)
{
	for (int lang = 0; lang < 2; lang++) {
		for (size_t i = 0; s->plan != NULL && i < s->plan->items_count;
		     i++)
			json_object_put(s->prose[lang][i]);
		free(s->prose[lang]);
	}
	free(s->key);
	plan_free(s->prose_plan);
	runbook_free(s->runbook);
	plan_free(s->compiled);
	free(s->by_id);
	free(s->undone_by);
	free(s->probed_by);
	json_object_put(s->cards[0]);
	json_object_put(s->cards[1]);
	memset(s, 0, sizeof(*s));
}

void
runbook_cache_free(struct runbook_cache *b)
{
	if (b == NULL)
		return;
	for (int i = 0; i < SHELVES; i++)
		clear_entry(&b->shelves[i]);
	targets_free(b->targets);
	free(b);
}

static int
compare_ids(const void *a, const void *b, void *ctx)
{
	const struct plan *plan = ctx;

	return strcmp(
	    plan->steps[*(const int *)a].id, plan->steps[*(const int *)b].id);
}

const struct item *
runbook_cache_prose(const struct cached_runbook *s, const struct item *item,
    const struct plan **ret_plan)
{
	const struct item *own;

	if (s->runbook == NULL)
		return NULL;
	*ret_plan = s->prose_plan != NULL ? s->prose_plan : &s->runbook->plan;
	own = &(*ret_plan)->items[item - s->plan->items];
	return own->nodes != NULL ? own : NULL;
}

int
runbook_cache_find_step(const struct cached_runbook *s, const char *id)
{
	size_t from = 0, to = s->plan->steps_count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = strcmp(id, s->plan->steps[s->by_id[middle]].id);

		if (order == 0)
			return s->by_id[middle];
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return -1;
}

static void
index_steps(struct cached_runbook *s)
{
	size_t n = s->plan->steps_count;

	s->by_id = mem_calloc(n + 1, sizeof(int));
	s->undone_by = mem_calloc(n + 1, sizeof(int));
	s->probed_by = mem_calloc(n + 1, sizeof(int));
	for (size_t i = 0; i < n; i++) {
		s->by_id[i] = (int)i;
		s->undone_by[i] = s->probed_by[i] = -1;
	}
	qsort_r(
	    s->by_id, n, sizeof(int), compare_ids, (void *)(uintptr_t)s->plan);
	for (size_t i = 0; i < n; i++) {
		const struct step *step = &s->plan->steps[i];
		int of = step->undo == NULL
		    ? -1
		    : runbook_cache_find_step(s, step->undo);

		if (of >= 0)
			s->undone_by[of] = (int)i;
		of = step->probe_of == NULL
		    ? -1
		    : runbook_cache_find_step(s, step->probe_of);
		if (of >= 0)
			s->probed_by[of] = (int)i;
	}
}

static struct cached_runbook *
find(struct runbook_cache *b, const char *key)
{
	for (int i = 0; i < SHELVES; i++) {
		struct cached_runbook *s = &b->shelves[i];

		if (s->key != NULL && strcmp(s->key, key) == 0) {
			s->used = ++b->clock;
			return s;
		}
	}
	return NULL;
}

/* Puts it in place of the least recently used document. */
static struct cached_runbook *
cache_put(struct runbook_cache *b, const char *key, struct runbook *runbook,
    struct plan *compiled)
{
	struct cached_runbook *s = &b->shelves[0];

	for (int i = 1; i < SHELVES; i++)
		if (b->shelves[i].used < s->used)
			s = &b->shelves[i];
	clear_entry(s);
	s->key = mem_strdup(key);
	s->runbook = runbook;
	s->compiled = compiled;
	s->plan = compiled != NULL ? compiled : &runbook->plan;
	for (int i = 0; i < 2; i++)
		s->prose[i] = mem_calloc(
		    s->plan->items_count + 1, sizeof(*s->prose[i]));
	s->used = ++b->clock;
	index_steps(s);
	return s;
}

/* The document of a run, compiled by this version; NULL: it cannot be. */
static struct runbook *
compile(struct req *req, struct json_object *run)
{
	struct rows *rows = db_query(req->web->db, STMT_DOCUMENT_TEXT,
	    TEXT(json_text(run, "document", "")));
	struct runbook *runbook = NULL;

	if (db_next(rows))
		(void)runbook_of_run(db_text(rows, "text"),
		    json_get(run, "parameters"), json_get(run, "targets"),
		    &runbook, NULL);
	db_done(rows);
	return runbook;
}

/*
 * Both have the same items in the same order, so that the prose of one stands
 * between the steps of the other.
 */
static bool
is_alike(const struct plan *a, const struct plan *b)
{
	bool alike = a->items_count == b->items_count &&
	    a->sections_count == b->sections_count;

	for (size_t i = 0; alike && i < a->items_count; i++)
		alike = a->items[i].kind == b->items[i].kind &&
		    a->items[i].index == b->items[i].index &&
		    a->items[i].section == b->items[i].section;
	return alike;
}

enum err
runbook_cache_of_run(
    struct req *req, struct json_object *run, struct cached_runbook **ret)
{
	struct plan *compiled = NULL, *prose = NULL;
	struct runbook *runbook;
	char key[PLAN_KEY];
	enum err err;

	plan_key(run, key);
	if ((*ret = find(req->web->cache, key)) != NULL)
		return ERR_OK;
	err = plan_load(req->web->db, run, &compiled, &req->fault);
	if (err != ERR_OK)
		return err;
	runbook = compile(req, run);
	if (db_has_failed(req->web->db)) { /* the text between its steps */
		runbook_free(runbook);
		plan_free(compiled);
		return request_unreadable(req);
	}
	if (runbook == NULL && compiled == NULL)
		return fault_set(&req->fault, ERR_NOT_FOUND, "no_document", "",
		    "no_document hash=%s", json_text(run, "document", ""));
	if (runbook != NULL && compiled != NULL &&
	    (plan_expand(&runbook->plan, run, &prose, NULL) != ERR_OK ||
		!is_alike(prose != NULL ? prose : &runbook->plan, compiled))) {
		plan_free(prose);
		runbook_free(runbook);
		runbook = NULL;
		prose = NULL;
	}
	*ret = cache_put(req->web->cache, key, runbook, compiled);
	(*ret)->prose_plan = prose;
	return ERR_OK;
}

const char *
runbook_cache_key(struct req *req, const char *name)
{
	const char *path = arena_printf(
	    req->arena, "%s/%s.md", req->web->runbooks, name);
	struct stat st;

	if (runbook_name_refused(name) != NULL || stat(path, &st) != 0 ||
	    !S_ISREG(st.st_mode))
		return NULL;
	return arena_printf(req->arena, "%s:%jd.%ld:%jd", name,
	    (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
	    (intmax_t)st.st_size);
}

enum err
runbook_cache_current(
    struct req *req, const char *name, struct cached_runbook **ret)
{
	const char *key = runbook_cache_key(req, name);
	struct buf text = { 0 };
	enum err err = ERR_NOT_FOUND;

	if (key == NULL)
		goto out;
	if ((*ret = find(req->web->cache, key)) != NULL)
		return ERR_OK;
	err = io_read_beneath(req->web->runbooks,
	    arena_printf(req->arena, "%s.md", name), RUNBOOK_MAX_BYTES, &text);
	if (err == ERR_OK)
		*ret = cache_put(req->web->cache, key,
		    runbook_parse(buf_text(&text), text.len), NULL);
out:
	buf_clear(&text);
	if (err == ERR_FORBIDDEN)
		return fault_set(&req->fault, err, "runbook_leads_out",
		    "runbook", "runbook_leads_out file=%.120s.md", name);
	return err == ERR_OK ? err
			     : fault_set(&req->fault, err, "no_runbook",
				   "runbook", "no_runbook name=%.120s", name);
}

struct cached_runbook *
runbook_cache_of_text(struct req *req, const char *key, const char *text)
{
	struct cached_runbook *entry = find(req->web->cache, key);

	return entry != NULL ? entry
			     : cache_put(req->web->cache, key,
				   runbook_parse(text, strlen(text)), NULL);
}

/* Those in the folder `prefix`, but for folders that a link leads out to. */
static void
add_names(
    const char *root, const char *prefix, int depth, struct json_object *names)
{
	int fd = io_open_beneath(root, *prefix != '\0' ? prefix : ".", true);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		size_t len = strlen(e->d_name);
		char *path, *name;
		struct stat st;

		if (e->d_name[0] == '.' ||
		    json_count(names) >= RUNBOOK_NAMES_MAX)
			continue;
		name = mem_printf("%s%s", prefix, e->d_name);
		path = mem_printf("%s/%s", root, name);
		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
		    depth < RUNBOOK_FOLDERS_MAX) {
			char *below = mem_printf("%s/", name);

			add_names(root, below, depth + 1, names);
			free(below);
		} else if (len > 3 && text_ends(name, ".md")) {
			name[strlen(name) - 3] = '\0';
			if (runbook_name_refused(name) == NULL)
				json_object_array_add(
				    names, json_object_new_string(name));
		}
		free(path);
		free(name);
	}
	if (dir != NULL)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(json_object_get_string(*(struct json_object *const *)a),
	    json_object_get_string(*(struct json_object *const *)b));
}

struct json_object *
runbook_cache_names(struct req *req)
{
	struct json_object *names = json_object_new_array();

	add_names(req->web->runbooks, "", 0, names);
	json_object_array_sort(names, compare_texts);
	return names;
}

static const struct targets *
read_targets(struct req *req)
{
	struct runbook_cache *b = req->web->cache;
	const char *path = arena_printf(
	    req->arena, "%s/targets.yml", req->web->runbooks);
	struct stat st;

	if (stat(path, &st) != 0)
		return NULL;
	if (b->targets != NULL && b->targets_time.tv_sec == st.st_mtim.tv_sec &&
	    b->targets_time.tv_nsec == st.st_mtim.tv_nsec)
		return b->targets;
	targets_free(b->targets);
	b->targets = NULL;
	if (targets_load(path, &b->targets) == ERR_OK)
		b->targets_time = st.st_mtim;
	return b->targets;
}

const struct targets *
runbook_cache_targets(struct req *req)
{
	if (!req->has_targets)
		req->targets = read_targets(req);
	req->has_targets = true;
	return req->targets;
}

const char *
runbook_cache_targets_key(struct req *req)
{
	const struct timespec *t = &req->web->cache->targets_time;

	return runbook_cache_targets(req) == NULL
	    ? ""
	    : arena_printf(
		  req->arena, "%jd.%ld", (intmax_t)t->tv_sec, t->tv_nsec);
}

size_t
runbook_cache_targets_mistakes(struct req *req)
{
	const struct targets *t = runbook_cache_targets(req);
	size_t count, errors = 0;

	if (t != NULL)
		(void)targets_diagnostics(t, &count, &errors);
	return errors;
}

const char *
runbook_cache_environment_label(struct req *req, const char *name)
{
	const struct targets *t = runbook_cache_targets(req);

	return t != NULL ? arena_strdup(req->arena, targets_label(t, name))
			 : name;
}

const char *
runbook_cache_environment_more(
    const struct req *req, const char *label, bool production)
{
	return production &&
		strcasecmp(label, request_text(req, "production")) == 0
	    ? NULL
	    : label;
}

struct json_object *
runbook_cache_environments(struct req *req)
{
	const struct targets *t = runbook_cache_targets(req);

	return t != NULL ? targets_environments(t) : json_object_new_array();
}
