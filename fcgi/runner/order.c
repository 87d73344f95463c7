/*
 * order.c: the order of an attempt, made from the pinned plan (pinned.c).
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "book/expand.h"
#include "book/targets.h"
#include "journal/hash.h"
#include "journal/life.h"
#include "journal/plan.h"
#include "runner/fan.h"
#include "runner/pinned.h"
#include "runner/runner.h"

/* Opens a sealed box; the text is wiped and freed by the caller. */
static char *
open_box(struct runner *r, const void *box, size_t len)
{
	char *text;

	if (len < crypto_box_SEALBYTES)
		return NULL;
	text = mem_calloc(len - crypto_box_SEALBYTES + 1, 1);
	if (crypto_box_seal_open((unsigned char *)text, box, len,
	    r->public_key, r->secret_key) == 0)
		return text;
	free(text);
	return NULL;
}

static void
put_secret(struct json_object *secrets, const char *name, char *text)
{
	json_set_text(secrets, name, text);
	sodium_memzero(text, strlen(text));
	free(text);
}

/* The secret parameters of the run, each box held against the plan. */
static enum err
open_secrets(struct runner *r, struct pinned *s, struct json_object *secrets,
    struct fault *why)
{
	struct json_object *sealed = json_get(s->run, "sealed");
	struct rows *rows = db_query(r->db, STMT_SEALED_OF_RUN,
	    INT(s->run_id));
	char hash[2 * HASH_BYTES + 1];
	enum err err = ERR_OK;
	size_t len, count = 0;

	while (err == ERR_OK && db_next(rows)) {
		const void *box = db_blob(rows, 1, &len);
		char *text;

		hash_hex(box, len, hash);
		if (!text_eq(hash, json_text(sealed, db_text(rows, 0), "")))
			continue;	/* of an earlier plan */
		if ((text = open_box(r, box, len)) == NULL)
			err = pinned_refuse(why, "A secret cannot be opened with the "
			    "runner's key.");
		else
			put_secret(secrets, db_text(rows, 0), text);
		count++;
	}
	db_done(rows);
	if (err == ERR_OK && count != (size_t)json_object_object_length(sealed))
		err = pinned_refuse(why, "A secret of this run is missing.");
	return err;
}

static struct json_object *
values_of(struct runner *r, struct pinned *s)
{
	struct json_object *values = json_object_new_object();
	struct json_object *parameters = json_get(s->run, "parameters");
	struct json_object *captured = json_object_new_object(), *seen;
	struct rows *rows;

	json_object_object_foreach(parameters, name, value) {
		if (value != NULL)
			json_set(values, name, json_object_get(value));
	}
	rows = db_query(r->db, STMT_VARIABLES, INT(s->run_id));
	while (db_next(rows))
		json_set_text(captured, db_text(rows, 0), db_text(rows, 1));
	db_done(rows);
	seen = book_visible(s->book, s->step->section, captured);
	json_object_object_foreach(seen, key, text) {
		json_set(values, key, json_object_get(text));
	}
	json_object_put(captured);
	json_object_put(seen);
	return values;
}

static struct json_object *
captures_of(const struct step *step)
{
	static const char *const how[] = {
		[CAPTURE_WHOLE] = "whole", [CAPTURE_POINTER] = "pointer",
		[CAPTURE_REGEX] = "regex",
	};
	struct json_object *all = json_object_new_array();

	for (size_t i = 0; i < step->captures_count; i++) {
		const struct capture *c = &step->captures[i];
		struct json_object *o = json_object_new_object();

		json_set_text(o, "name", c->name);
		json_set_text(o, "how", how[c->how]);
		json_set_text(o, "what", c->what != NULL ? c->what : "");
		json_object_array_add(all, o);
	}
	return all;
}

static void
put_optional(struct json_object *o, const char *key, const char *text)
{
	if (text != NULL)
		json_set_text(o, key, text);
}

static struct json_object *
step_of(const struct step *step)
{
	struct json_object *o = json_object_new_object();
	struct json_object *codes = json_object_new_array();

	json_set_text(o, "id", step->id);
	json_set_text(o, "kind", book_kind_name(step->kind));
	json_set_text(o, "text", step->text);
	put_optional(o, "cwd", step->cwd);
	put_optional(o, "user", step->user);
	json_set_int(o, "timeout_ms", step->timeout_ms);
	json_set_int(o, "quiet_ms", step->quiet_ms);
	json_set_int(o, "text_line", step->text_line);
	put_optional(o, "status", step->status);
	json_set_int(o, "redirects", step->redirects);
	put_optional(o, "transaction", step->transaction);
	put_optional(o, "file", step->file);
	put_optional(o, "mode", step->mode);
	put_optional(o, "save", step->keeps);
	put_optional(o, "expect", step->expect);
	put_optional(o, "reject", step->reject);
	for (size_t i = 0; i < step->exit_count; i++)
		json_object_array_add(codes,
		    json_object_new_int(step->exit_codes[i]));
	if (step->exit_count == 0)
		json_object_array_add(codes, json_object_new_int(0));
	json_set(o, "exit", codes);
	json_set_int(o, "every_ms", step->every_ms);
	json_set_int(o, "within_ms", step->within_ms);
	json_set(o, "captures", captures_of(step));
	return o;
}

/* Opens the named secret of the store and puts it in place of its name. */
static enum err
put_stored(struct runner *r, struct json_object *o, const char *key,
    const char *target, struct fault *why)
{
	char *secret = mem_strdup(json_text(o, key, ""));
	struct rows *rows = db_query(r->db, STMT_SEALED_GET, INT(0),
	    TEXT(secret));
	char *text = NULL;
	enum err err = ERR_OK;
	size_t len;

	if (db_next(rows)) {
		const void *box = db_blob(rows, 0, &len);

		text = open_box(r, box, len);
	}
	db_done(rows);
	if (text != NULL)
		put_secret(o, key, text);
	else
		err = fault_set(why, ERR_FORBIDDEN, "no_secret", NULL,
		    "The %s \"%s\" of target %s is not in the secret store: "
		    "set it with `countersign secret set %s`.", key, secret,
		    target, secret);
	free(secret);
	return err;
}

/* Opens the secrets that a target, or its aws, names. */
static enum err
open_stored(struct runner *r, struct json_object *o, const char *name,
    struct fault *why)
{
	static const char *const secrets[] = {
		"passphrase", "password", "token", "secret_key",
	};
	struct json_object *aws = json_get(o, "aws");
	enum err err = ERR_OK;

	for (size_t i = 0; i < 4 && err == ERR_OK; i++)
		if (json_text(o, secrets[i], NULL) != NULL)
			err = put_stored(r, o, secrets[i], name, why);
	return err == ERR_OK && aws != NULL ? open_stored(r, aws, name, why) :
	    err;
}

/*
 * A target as the step needs it: what was resolved, with the names of secrets
 * opened, and the SSH target that it is reached through (over, jump) in place
 * of that one's name.
 */
static enum err
make_target(struct runner *r, struct json_object *resolved, const char *name,
    int depth, struct json_object **ret, struct fault *why)
{
	static const char *const through[] = { "over", "jump" };
	struct json_object *o = NULL, *other;
	enum err err = ERR_OK;

	if (depth > TARGETS_HOPS_MAX || json_get(resolved, name) == NULL)
		return fault_set(why, ERR_FORBIDDEN, "no_target", NULL,
		    "The target %s is not among those of the plan.", name);
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

/* "machine:/path" under each="machine in …" is the target that it stands for
 * here. */
static void
add_items(struct pinned *s, struct json_object *hosts)
{
	const struct binding *b = s->book->sections[s->step->section].bound;

	for (; b != NULL; b = b->outer)
		if (json_get(hosts, b->item) != NULL)
			json_set(hosts, b->name, json_object_get(
			    json_get(hosts, b->item)));
}

/* Which machines a copy speaks of is in its text: it gets all of the plan. */
static enum err
hosts_of(struct runner *r, struct pinned *s, struct json_object *hosts,
    struct fault *why)
{
	struct json_object *resolved = json_get(s->run, "targets");
	enum err err = ERR_OK;

	if (s->step->kind != STEP_COPY)
		return ERR_OK;
	json_object_object_foreach(resolved, name, target) {
		struct json_object *o = NULL;

		if (err != ERR_OK ||
		    strcmp(json_text(target, "kind", ""), "ssh") != 0)
			continue;
		err = make_target(r, resolved, name, 0, &o, why);
		json_set(hosts, name, o);
	}
	add_items(s, hosts);
	return err;
}

static enum err
targets_of(struct runner *r, struct pinned *s, struct json_object *all,
    struct fault *why)
{
	struct json_object *resolved = json_get(s->run, "targets");
	struct json_object *group = plan_targets_of(resolved, s->step->on);
	struct json_object *names = fan_targets(r->db, s->run_id, s->step->id,
	    s->n, group);
	enum err err = names != NULL ? ERR_OK : pinned_refuse(why,
	    "The attempt is for targets that are not those of the plan.");

	json_object_put(group);
	for (size_t i = 0; err == ERR_OK &&
	    i < json_object_array_length(names); i++) {
		const char *name = json_object_get_string(
		    json_object_array_get_idx(names, i));
		struct json_object *o = NULL;

		err = make_target(r, resolved, name, 0, &o, why);
		json_object_array_add(all, o);
	}
	json_object_put(names);
	return err;
}

static struct json_object *
numbers_of(const struct book *book)
{
	struct json_object *names = json_object_new_array();

	for (size_t i = 0; i < book->parameters_count; i++)
		if (book->parameters[i].type == PARAMETER_NUMBER)
			json_object_array_add(names, json_object_new_string(
			    book->parameters[i].name));
	return names;
}

/* Where the statements of a retry start. */
static enum err
put_statements(struct runner *r, struct pinned *s, struct json_object *o,
    struct fault *why)
{
	struct json_object *from = fan_statements(r->db, s->run_id,
	    s->step->id, s->n, json_text(s->run, "plan", ""));

	if (from == NULL)
		return pinned_refuse(why, "The attempt starts at a "
		    "statement at which none of this plan has stopped.");
	json_set(o, "from_statement", from);
	return ERR_OK;
}

static enum err
fill_order(struct runner *r, struct pinned *s, const char *exec,
    struct json_object *o, struct fault *why)
{
	struct json_object *secrets = json_object_new_object();
	struct json_object *targets = json_object_new_array();
	struct json_object *hosts = json_object_new_object();
	char run[24];
	enum err err;

	snprintf(run, sizeof(run), "%lld", (long long)s->run_id);
	json_set_text(o, "exec", exec);
	json_set_text(o, "run", run);
	json_set(o, "step", step_of(s->step));
	fan_pace(json_get(o, "step"), s->step, json_get(s->run, "targets"));
	json_set(o, "values", values_of(r, s));
	json_set(o, "numbers", numbers_of(s->book));
	json_set(o, "secrets", secrets);
	json_set(o, "mask", json_object_new_array());
	json_set_text(o, "environment", json_text(s->run, "environment", ""));
	json_set(o, "targets", targets);
	json_set(o, "hosts", hosts);
	json_set_int(o, "output_limit", EXEC_OUTPUT_LIMIT);
	json_set_int(o, "parallel", EXEC_PARALLEL);
	err = open_secrets(r, s, secrets, why);
	if (err == ERR_OK)
		err = targets_of(r, s, targets, why);
	if (err == ERR_OK)
		err = put_statements(r, s, o, why);
	if (err == ERR_OK)
		err = order_put_kept(r, s->run_id, s->step, o, why);
	return err == ERR_OK ? hosts_of(r, s, hosts, why) : err;
}

enum err
order_make(struct runner *r, const char *exec, struct buf *ret,
    struct fault *why)
{
	struct json_object *o = json_object_new_object();
	struct pinned s = {0};
	enum err err;

	db_begin(r->db);
	if ((err = pinned_read(r, exec, &s, why)) == ERR_OK)
		err = fill_order(r, &s, exec, o, why);
	db_end(r->db, ERR_OK);
	if (err == ERR_OK)
		buf_puts(ret, json_write(o));
	json_object_put(o);
	pinned_clear(&s);
	return err;
}
