/*
 * target_secrets.c: a target for the executor, with its secrets opened.
 *
 * targets.yml and the plan hold only names of secrets.  The secrets are read
 * from the store here, for one job spec, and wiped with it.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "runner/target_secrets.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "lang/target_variables.h"
#include "plan/plan.h"
#include "base/hash.h"
#include "runner/runner.h"

char *
job_spec_open_box(struct runner *r, const void *box, size_t len)
{
	char *text;

	if (len < crypto_box_SEALBYTES)
		return NULL;
	text = mem_calloc(len - crypto_box_SEALBYTES + 1, 1);
	if (crypto_box_seal_open((unsigned char *)text, box, len, r->public_key,
		r->secret_key) == 0)
		return text;
	free(text);
	return NULL;
}

void
job_spec_put_secret(struct json_object *secrets, const char *name, char *text)
{
	json_set_text(secrets, name, text);
	sodium_memzero(text, strlen(text));
	free(text);
}

/*
 * Anybody with write access to the table can seal another value, so the event
 * log must confirm the box.  Old events have no hash.
 */
static bool
is_known_box(struct runner *r, const char *name, const void *box, size_t len)
{
	struct rows *rows = db_query(r->replayed, STMT_SECRET_BOX, TEXT(name));
	char hash[2 * HASH_BYTES + 1];
	bool known = false;

	hash_hex(box, len, hash);
	if (db_next(rows))
		known = db_is_null(rows, "box") ||
		    text_eq(db_text(rows, "box"), hash);
	db_done(rows);
	return known;
}

/* Replaces the name of a secret by the opened secret. */
static enum err
put_stored(struct runner *r, struct json_object *o, const char *key,
    const char *target, struct fault *why)
{
	char *secret = mem_strdup(json_text(o, key, ""));
	struct rows *rows = db_query(
	    r->db, STMT_SEALED_GET, INT(0), TEXT(secret));
	char *text = NULL;
	bool known = true;
	enum err err = ERR_OK;
	size_t len;

	if (db_next(rows)) {
		const void *box = db_blob(rows, "box", &len);

		known = is_known_box(r, secret, box, len);
		text = known ? job_spec_open_box(r, box, len) : NULL;
	}
	db_done(rows);
	if (text != NULL)
		job_spec_put_secret(o, key, text);
	else if (!known)
		err = fault_set(why, ERR_FORBIDDEN, "other_secret", NULL,
		    "refused_other_secret name=%s target=%s set=%s", secret,
		    target, secret);
	else
		err = fault_set(why, ERR_FORBIDDEN, "no_secret", NULL,
		    "refused_no_secret key=%s name=%s target=%s set=%s", key,
		    secret, target, secret);
	free(secret);
	return err;
}

/* Opens the secrets of a target and of its objects that name some. */
static enum err
open_stored(struct runner *r, struct json_object *o, const char *name,
    struct fault *why)
{
	const char *const *keys = plan_secret_keys;
	const char *const *maps = plan_secret_maps;
	enum err err = ERR_OK;

	for (size_t i = 0; keys[i] != NULL && err == ERR_OK; i++)
		if (json_text(o, keys[i], NULL) != NULL)
			err = put_stored(r, o, keys[i], name, why);
	for (size_t i = 0; maps[i] != NULL && err == ERR_OK; i++)
		if (json_get(o, maps[i]) != NULL)
			err = open_stored(r, json_get(o, maps[i]), name, why);
	return err;
}

/*
 * A target for the executor: resolved, with its secrets opened; the names of
 * SSH targets in over and jump are replaced by those targets.
 */
static enum err
make_target(struct runner *r, struct json_object *resolved, const char *name,
    int depth, struct json_object **ret, struct fault *why)
{
	static const char *const through[] = { "over", "jump" };
	struct json_object *o = NULL, *other;
	enum err err = ERR_OK;

	if (depth > PLAN_HOPS_MAX || json_get(resolved, name) == NULL)
		return fault_set(why, ERR_FORBIDDEN, "no_target", NULL,
		    "refused_no_target target=%s", name);
	json_object_deep_copy(json_get(resolved, name), &o, NULL);
	json_set_text(o, "name", name);
	json_object_object_del(o, "way");
	*ret = o;
	err = open_stored(r, o, name, why);
	for (size_t i = 0; i < 2 && err == ERR_OK; i++) {
		if (json_text(o, through[i], NULL) == NULL)
			continue;
		other = NULL;
		err = make_target(r, resolved, json_text(o, through[i], ""),
		    depth + 1, &other, why);
		json_set(o, through[i], other);
	}
	return err;
}

enum err
job_target_given(struct runner *r, struct json_object *resolved,
    const char *name, struct json_object **ret, struct fault *why)
{
	struct json_object *o = target_given(resolved, name);
	enum err err;

	if (o == NULL)
		return fault_set(why, ERR_FORBIDDEN, "no_target", NULL,
		    "refused_no_target target=%s", name);
	err = open_stored(r, o, name, why);
	if (err == ERR_OK)
		*ret = o;
	else
		json_object_put(o);
	return err;
}

enum err
job_target(struct runner *r, struct json_object *resolved, const char *name,
    struct json_object **ret, struct fault *why)
{
	struct json_object *o = NULL;
	enum err err = make_target(r, resolved, name, 0, &o, why);

	if (err == ERR_OK)
		*ret = o;
	else
		json_object_put(o);
	return err;
}
