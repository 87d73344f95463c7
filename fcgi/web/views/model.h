/* model.h: small pieces of the models of pages. */
#ifndef WEB_VIEWS_MODEL_H
#define WEB_VIEWS_MODEL_H

#include "journal/outcome.h"
#include "web/http/request.h"

/*
 * Adds a key that the object does not have yet; the key must be a literal,
 * since it is not copied: pages have thousands of keys.
 */
static inline void
model_put(struct json_object *o, const char *key, struct json_object *value)
{
	json_object_object_add_ex(o, key, value,
	    JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_ADD_CONSTANT_KEY);
}

/* An object that will have up to two thirds of `size` keys. */
static inline struct json_object *
model_object(int size)
{
	struct json_object *o = json_object_new_object();

	lh_table_resize(json_object_get_object(o), size);
	return o;
}

/* Shared objects for true and for false. */
struct json_object *model_true_or_false(bool b);

/* A name of several segments, encoded for an address. */
void model_path(struct json_object *o, const char *key, const char *name);

static inline void
model_text(struct json_object *o, const char *key, const char *s)
{
	model_put(o, key, s != NULL ? json_object_new_string(s) : NULL);
}

static inline void
model_int(struct json_object *o, const char *key, int64_t n)
{
	model_put(o, key, json_object_new_int64(n));
}

static inline void
model_bool(struct json_object *o, const char *key, bool b)
{
	model_put(o, key, json_object_get(model_true_or_false(b)));
}

/* "3 min 20 s" and "1.5 MB", in the language of the request (arena). */
const char *model_duration(const struct req *req, int64_t ms);
const char *model_size(const struct req *req, int64_t bytes);

/* The texts of an object as [{name, value}]; one for each of an array. */
struct json_object *model_pairs(struct json_object *o);

/*
 * Adds to an approval or a signature that somebody else had set its giver's
 * password (reset_by, reset_at, reset_text).
 */
void model_reset(
    const struct req *req, struct json_object *o, struct json_object *from);

/* An array of names with commas (arena). */
const char *model_names(const struct req *req, struct json_object *names);

/*
 * From one RFC 3339 time to another, or to now if `to` is NULL; NULL without a
 * start.
 */
const char *model_between(
    const struct req *req, const char *from, const char *to);

/* "exit code 7" of a JSON number, or NULL. */
const char *model_exit(const struct req *req, struct json_object *exit);

/* Adds icon and state_text of a state, or of a result. */
void model_state(const struct req *req, struct json_object *o,
    const char *state, const char *result);

/* The word for a state or a result. */
const char *model_word(
    const struct req *req, const char *what, const char *name);

/*
 * The icon and word of a run: its result or state; if its current step (of that
 * state, or NULL) has failed, is in doubt or waits for a signature, that is
 * shown instead.
 */
void model_run_state(const struct req *req, struct json_object *o,
    const char *state, const char *result, const char *step_state);

/*
 * The current row of STMT_RUNS and similar ones as a row of a list of runs,
 * without current_title and waiting_for.
 */
struct json_object *model_run_row(struct req *req, struct rows *rows);

/*
 * One state for all of them: the worst that needs a person, or the overall
 * result if all are settled.
 */
const char *tally_state(const struct tally *t);

/* ["2 skipped", "1 skipped after failing", "3 left out"], without zeroes, in
 * the language of the request. A new array. */
struct json_object *tally_notes(const struct req *req, const struct tally *t);

/* "2 of 5", or "rollback 2 of 5" (arena). */
const char *tally_text(const struct req *req, bool back, int done, int total);

/* [{value, text, is_selected}] of words like state_x, with "" for any. */
struct json_object *model_choices(const struct req *req, const char *what,
    const char *const *values, const char *selected);

#endif
