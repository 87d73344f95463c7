/*
 * plan_cache.c: plans are read once and cached by their hash, a few at a time.
 *
 * An ended run of an older version has its document alone, which is compiled
 * as its commands need it; its plan is cached by the hash that it has.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "journal/plan.h"
#include "keeper/plans/compile_ask.h"
#include "keeper/plans/plan_cache.h"

#define CACHED 16

struct cache {
	struct {
		char key[PLAN_KEY];
		struct plan *plan;
		uint64_t used;
	} cached[CACHED];
	uint64_t clock;
};

/* The entry of a plan: its own, or the least recently used. */
static size_t
entry_of(struct cache *b, const char *key)
{
	size_t oldest = 0;

	b->clock++;
	for (size_t i = 0; i < CACHED; i++) {
		if (strcmp(b->cached[i].key, key) == 0) {
			b->cached[i].used = b->clock;
			return i;
		}
		if (b->cached[i].used < b->cached[oldest].used)
			oldest = i;
	}
	plan_free(b->cached[oldest].plan);
	b->cached[oldest].plan = NULL;
	b->cached[oldest].used = b->clock;
	snprintf(b->cached[oldest].key, PLAN_KEY, "%s", key);
	return oldest;
}

/* The groups among the resolved targets of a run.  A new object. */
static struct json_object *
groups_of(struct json_object *targets)
{
	struct json_object *groups = json_object_new_object();

	json_object_object_foreach (targets, name, target) {
		if (text_eq(json_text(target, "kind", ""), "group"))
			json_set(groups, name, json_object_get(target));
	}
	return groups;
}

/* Has the document of a run compiled that has no compiled plan. */
static enum err
compile(struct keeper *k, struct json_object *row, const char *document,
    struct plan **ret, struct fault *fault)
{
	struct json_object *groups = groups_of(json_get(row, "targets")), *o;
	const struct compile_request r = { .kind = COMPILE_RUN,
		.document = document,
		.document_bytes = (int64_t)strlen(document),
		.values = json_get(row, "parameters"),
		.groups = groups };
	const struct compile_answer *a;
	enum err err = compile_ask(k, &r, &a, fault);

	if (err == ERR_OK) {
		o = plan_write(a->plan);
		err = plan_read(o, ret, fault);
		json_object_put(o);
	}
	json_object_put(groups);
	return err;
}

static enum err
read_document(struct keeper *k, struct json_object *row, struct plan **ret,
    struct fault *fault)
{
	struct rows *rows = db_query(
	    k->db, STMT_DOCUMENT_TEXT, TEXT(json_text(row, "document", "")));
	char *text = db_next(rows) ? mem_strdup(db_text(rows, "text")) : NULL;
	enum err err;

	db_done(rows);
	err = text != NULL ? compile(k, row, text, ret, fault)
			   : fault_set(fault, ERR_INTERNAL, "no_document", NULL,
				 "refused_no_document run=%lld",
				 (long long)json_int(row, "id", 0));
	free(text);
	return err;
}

/* Reads the plan of the run into its entry. */
static enum err
read_plan(
    struct keeper *k, size_t i, struct json_object *row, struct fault *fault)
{
	struct plan **plan = &k->cache->cached[i].plan;
	enum err err = plan_load(k->db, row, plan, fault);

	if (err == ERR_OK && *plan == NULL)
		err = read_document(k, row, plan, fault);
	if (err != ERR_OK)
		k->cache->cached[i].key[0] = '\0';
	return err;
}

enum err
plan_cache_get(struct keeper *k, struct json_object *row,
    const struct plan **ret, struct fault *fault)
{
	enum err err = ERR_OK;
	char key[PLAN_KEY];
	size_t i;

	if (k->cache == NULL)
		k->cache = mem_calloc(1, sizeof(*k->cache));
	plan_key(row, key);
	i = entry_of(k->cache, key);
	if (k->cache->cached[i].plan == NULL)
		err = read_plan(k, i, row, fault);
	if (err == ERR_OK)
		*ret = k->cache->cached[i].plan;
	return err;
}

void
plan_cache_free(struct keeper *k)
{
	if (k->cache == NULL)
		return;
	for (size_t i = 0; i < CACHED; i++)
		plan_free(k->cache->cached[i].plan);
	free(k->cache);
	k->cache = NULL;
}
