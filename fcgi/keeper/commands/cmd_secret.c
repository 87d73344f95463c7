/*
 * cmd_secret.c: named secrets.
 */
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/text.h"
#include "journal/event.h"
#include "base/hash.h"
#include "keeper/plans/compile_ask.h"
#include "keeper/seal.h"
#include "plan/plan.h"

#define TARGETS_MOST (1024 * 1024)

static enum err
check_secret_name(struct command *c)
{
	if (text_is_id(json_text(c->body, "name", "")))
		return ERR_OK;
	return fault_set(&c->fault, ERR_INVALID, "bad_name", "name",
	    "refused_bad_secret_name");
}

/* Records the change with the hash of the sealed value. */
static enum err
record(struct command *c, enum event_kind kind, const char *box)
{
	struct json_object *data = json_object_new_object();

	json_set_text(data, "name", json_text(c->body, "name", ""));
	if (box != NULL)
		json_set_text(data, "box", box);
	return event_append(
	    c->keeper->db, 0, EVENT_ANY_SEQ, c->actor.name, kind, data);
}

enum err
cmd_secret_set(struct command *c)
{
	char hash[2 * HASH_BYTES + 1];
	struct buf box = { 0 };
	enum err err = check_secret_name(c);

	if (err != ERR_OK)
		return err;
	if (*json_text(c->body, "value", "") == '\0')
		return fault_set(&c->fault, ERR_INVALID, "missing_value",
		    "value", "refused_secret_empty");
	err = seal_text(
	    c->keeper->data_dir, json_text(c->body, "value", ""), &box);
	if (err == ERR_UNAVAILABLE)
		return fault_set(&c->fault, err, "no_runner_key", NULL,
		    "refused_no_runner_key");
	if (err == ERR_OK)
		err = db_run(c->keeper->db, STMT_SEALED_SET, INT(0),
		    TEXT(json_text(c->body, "name", "")),
		    BLOB(box.data, box.len));
	if (err == ERR_OK) {
		hash_hex(box.data, box.len, hash);
		err = record(c, EVENT_SECRET_SET, hash);
	}
	buf_clear(&box);
	return err;
}

/* A target that names a secret. */
struct user {
	const char *environment;
	const char *target;
};

static size_t
count_users(
    const struct compile_answer *a, const char *secret, struct user *ret_first)
{
	size_t n = 0;

	for (size_t i = 0; i < a->environments_count; i++) {
		const struct compile_environment *e = &a->environments[i];

		json_object_object_foreach (e->targets, name, target) {
			if (!plan_target_names(target, secret))
				continue;
			if (n++ == 0)
				*ret_first = (struct user){ e->name, name };
		}
	}
	return n;
}

/* A run that has not ended and whose targets name the secret, or 0. */
static int64_t
open_run_with(struct db *db, const char *secret)
{
	struct json_object *runs = db_rows_json(
	    db_query(db, STMT_RUNS_OPEN_TARGETS));
	int64_t found = 0;

	for (size_t i = 0; i < json_count(runs); i++) {
		struct json_object *run = json_at(runs, i);
		struct json_object *targets = json_get(run, "targets");

		if (!json_object_is_type(targets, json_type_object))
			continue;
		json_object_object_foreach (targets, name, target) {
			(void)name;
			if (plan_target_names(target, secret))
				found = json_int(run, "id", 0);
		}
	}
	json_object_put(runs);
	return found;
}

/*
 * A secret that targets.yml or a run that has not ended names cannot be deleted
 * by mistake.
 */
static enum err
check_unused(struct command *c)
{
	const char *name = json_text(c->body, "name", "");
	int64_t run = open_run_with(c->keeper->db, name);
	struct user first = { 0 };
	struct buf text = { 0 };
	const struct compile_answer *a;
	enum err err = io_read_beneath(
	    c->keeper->runbooks_dir, "targets.yml", TARGETS_MOST, &text);
	size_t n = 0;

	if (err == ERR_NOT_FOUND)
		err = ERR_OK; /* nothing names a secret */
	else if (err != ERR_OK)
		err = fault_set(&c->fault, ERR_CONFLICT, "targets_unreadable",
		    "force", "refused_secret_unknown name=%s", name);
	else
		err = compile_ask_targets(c->keeper, &text, &a, &c->fault);
	if (err == ERR_OK && text.len > 0)
		n = count_users(a, name, &first);
	if (err == ERR_OK && n == 0 && run > 0)
		err = fault_set(&c->fault, ERR_CONFLICT, "secret_used", "force",
		    "refused_secret_of_run name=%s run=%lld", name,
		    (long long)run);
	if (n > 0)
		err = fault_set(&c->fault, ERR_CONFLICT, "secret_used", "force",
		    "refused_secret_used name=%s count=%zu target=%s "
		    "environment=%s",
		    name, n, first.target, first.environment);
	buf_clear(&text);
	return err;
}

enum err
cmd_secret_delete(struct command *c)
{
	enum err err = check_secret_name(c);

	if (err == ERR_OK && !json_flag(c->body, "force", false) &&
	    db_first_int(db_query(c->keeper->db, STMT_SEALED_THERE, INT(0),
			     TEXT(json_text(c->body, "name", ""))),
		0) > 0)
		err = check_unused(c);
	if (err == ERR_OK)
		err = db_run(c->keeper->db, STMT_SEALED_DELETE, INT(0),
		    TEXT(json_text(c->body, "name", "")));
	if (err == ERR_OK && db_changes(c->keeper->db) == 0)
		return fault_set(&c->fault, ERR_NOT_FOUND, "no_such_secret",
		    "name", "refused_no_such_secret");
	return err == ERR_OK ? record(c, EVENT_SECRET_DELETED, NULL) : err;
}
