/*
 * cmd_account.c: people, their roles and their passwords.
 *
 * An admin who adds an account or resets its password could sign in as that
 * person.  That cannot be prevented, as people forget passwords; so it is
 * recorded, and the account does not approve or sign until its person has set a
 * password of their own and a third person has confirmed that (auth_may()). A
 * password that such an account sets for others counts as set by the same
 * admin, who could be acting as it (STMT_ACCOUNT_SET_RESET). Accounts that the
 * command line adds are exempt: it holds the keys of the console anyway.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/text.h"
#include "journal/auth.h"
#include "journal/check.h"
#include "journal/event.h"
#include "base/hash.h"
#include "keeper/commands/cmd_account.h"
#include "keeper/commands/cmd_session.h"
#include "keeper/commands/cmd_session_end.h"
#include "keeper/commands/cmd_token.h"
#include "keeper/password.h"
#include "journal/lifecycle_people.h"

enum err
account_record(
    struct command *c, enum event_kind kind, struct json_object *data)
{
	return event_append(c->keeper->db, 0, EVENT_ANY_SEQ,
	    c->actor.name[0] != '\0' ? c->actor.name
				     : json_text(c->body, "name", "nobody"),
	    kind, data);
}

struct json_object *
account_named(const char *key, const char *name)
{
	struct json_object *data = json_object_new_object();

	json_set_text(data, key, name);
	return data;
}

enum err
account_check_id(struct command *c)
{
	if (text_is_id(json_text(c->body, "name", "")))
		return ERR_OK;
	return fault_set(
	    &c->fault, ERR_INVALID, "bad_name", "name", "refused_bad_name");
}

/* Refuses a name that could be read as another person's in the record. */
static enum err
check_name(struct command *c)
{
	const char *name = json_text(c->body, "name", "");
	static const char *const taken[] = { "local", "keeper", "runner",
		"nobody", "countersign", "executor", "notifier", "system" };

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (strcasecmp(name, taken[i]) == 0)
			return fault_set(&c->fault, ERR_INVALID, "name_taken",
			    "name", "refused_name_taken name=%s", name);
	return account_check_id(c);
}

static enum err
check_roles(struct command *c, struct json_object *roles)
{
	size_t n = json_count(roles);

	for (size_t i = 0; i < n; i++) {
		struct json_object *r = json_at(roles, i);

		if (!json_object_is_type(r, json_type_string) ||
		    !text_is_id(json_object_get_string(r)))
			return fault_set(&c->fault, ERR_INVALID, "bad_role",
			    "roles", "refused_bad_role");
	}
	return n <= 50 ? ERR_OK
		       : fault_set(&c->fault, ERR_INVALID, "bad_role", "roles",
			     "refused_many_roles");
}

/* Asks for the hash of the body's password, once, if it may be set. */
static enum err
wants_hash(struct command *c)
{
	const char *password = json_text(c->body, "password", "");
	enum err err;

	if (c->hashed != NULL)
		return ERR_OK;
	err = password_check(
	    password, json_text(c->body, "name", ""), &c->fault);
	if (err == ERR_OK)
		c->hash_password = password;
	return err;
}

/*
 * Records which hash it is, not the hash itself: otherwise write access to the
 * table would be enough to sign in as that person.
 */
static void
put_credential(struct command *c, struct json_object *data)
{
	char hash[2 * HASH_BYTES + 1];

	hash_hex(c->hashed, strlen(c->hashed), hash);
	json_set_text(data, "credential", hash);
}

static enum err
add_account(struct command *c, struct json_object *roles)
{
	const char *name = json_text(c->body, "name", "");
	struct json_object *data = account_named("name", name);
	struct rows *rows = db_query(
	    c->keeper->db, STMT_ACCOUNT_ALIKE, TEXT(name));
	enum err err = ERR_OK;

	json_set(data, "roles", roles);
	if (db_next(rows))
		err = fault_set(&c->fault, ERR_CONFLICT, "account_exists",
		    "name", "refused_account_exists name=%s",
		    db_text(rows, "name"));
	db_done(rows);
	if (err != ERR_OK) {
		json_object_put(data);
		return err;
	}
	if (c->hashed[0] == '\0') {
		json_object_put(data);
		return ERR_INTERNAL;
	}
	json_set_bool(
	    data, "reset", c->actor.name[0] != '\0' && !c->actor.local);
	put_credential(c, data);
	err = account_record(c, EVENT_ACCOUNT_ADDED, data);
	if (err == ERR_OK)
		err = db_run(c->keeper->db, STMT_CREDENTIAL_SET, TEXT(name),
		    TEXT(c->hashed));
	return err;
}

enum err
cmd_account_add(struct command *c)
{
	struct json_object *roles = json_get(c->body, "roles");
	enum err err;

	if ((err = check_name(c)) != ERR_OK ||
	    (err = check_roles(c, roles)) != ERR_OK ||
	    (err = wants_hash(c)) != ERR_OK || c->hashed == NULL)
		return err;
	return add_account(c,
	    roles != NULL ? json_object_get(roles) : json_object_new_array());
}

/* The one-time link is a file until it is used. */
static char *
setup_path(struct command *c)
{
	return mem_printf("%s/keys/setup", c->keeper->data_dir);
}

/* Counts all admins, as nobody has an empty name. */
static bool
has_admin(struct command *c)
{
	return db_first_int(
		   db_query(c->keeper->db, STMT_ADMIN_COUNT, TEXT("")), 1) != 0;
}

enum err
cmd_setup_link(struct command *c)
{
	char secret[2 * AUTH_SECRET_BYTES + 1];
	char *path = setup_path(c);
	struct buf text = { 0 };
	enum err err = ERR_OK;

	if (has_admin(c))
		goto out;
	if (io_read_file(path, 1024, &text) != ERR_OK) {
		text_random_hex(secret, AUTH_SECRET_BYTES);
		err = io_write_file(path, 0600, secret, strlen(secret));
		buf_puts(&text, secret);
		if (err == ERR_OK)
			err = account_record(c, EVENT_SETUP_LINK_MADE, NULL);
	}
	json_set_text(c->result, "key", buf_text(&text));
out:
	buf_clear(&text);
	free(path);
	return err;
}

static bool
is_setup_key(struct command *c)
{
	const char *key = json_text(c->body, "key", "");
	char *path = setup_path(c);
	struct buf text = { 0 };
	bool same = io_read_file(path, 1024, &text) == ERR_OK &&
	    text.len == strlen(key) && text.len > 0 &&
	    text_same_secret(text.data, key, text.len);

	buf_clear(&text);
	free(path);
	return same;
}

enum err
cmd_setup(struct command *c)
{
	static const char roles[] = "[\"admin\",\"operator\",\"approver\"]";
	char *path;
	enum err err;

	if (has_admin(c) || !is_setup_key(c))
		return fault_set(&c->fault, ERR_FORBIDDEN, "setup_over", NULL,
		    "refused_setup_over");
	if ((err = check_name(c)) != ERR_OK ||
	    (err = wants_hash(c)) != ERR_OK || c->hashed == NULL)
		return err;
	err = add_account(c, json_tokener_parse(roles));
	if (err == ERR_OK)
		err = session_open(c, json_text(c->body, "name", ""));
	if (err == ERR_OK) {
		path = setup_path(c);
		unlink(path);
		free(path);
	}
	return err;
}

/* Removing the last admin would lock everybody out. */
static enum err
check_last_admin(struct command *c, const char *name,
    struct json_object *old_roles, struct json_object *roles, bool disabled)
{
	struct actor before = { .roles = old_roles };
	struct actor after = { .roles = roles };

	if (!actor_has(&before, "admin") ||
	    (!disabled && actor_has(&after, "admin")) ||
	    db_first_int(
		db_query(c->keeper->db, STMT_ADMIN_COUNT, TEXT(name)), 0) > 0)
		return ERR_OK;
	return fault_set(&c->fault, ERR_CONFLICT, "last_admin", "roles",
	    "refused_last_admin name=%s", name);
}

enum err
cmd_account_change(struct command *c)
{
	const char *name = json_text(c->body, "name", "");
	struct json_object *row = db_first_json(
	    db_query(c->keeper->db, STMT_ACCOUNT_GET, TEXT(name)));
	struct json_object *roles = json_get(c->body, "roles"), *data;
	bool disabled;
	enum err err;

	if (row == NULL)
		return fault_set(&c->fault, ERR_NOT_FOUND, "no_such_account",
		    "name", "refused_no_such_account name=%.64s", name);
	disabled = json_flag(
	    c->body, "disabled", json_int(row, "disabled", 0) != 0);
	roles = roles != NULL ? roles : json_get(row, "roles");
	if ((err = check_roles(c, roles)) == ERR_OK &&
	    (err = check_last_admin(
		 c, name, json_get(row, "roles"), roles, disabled)) == ERR_OK) {
		data = account_named("name", name);
		json_set(data, "roles", json_object_get(roles));
		json_set_bool(data, "disabled", disabled);
		err = account_record(c, EVENT_ACCOUNT_CHANGED, data);
	}
	if (err == ERR_OK && disabled)
		err = session_end_all(c, name, NULL, "disabled");
	json_object_put(row);
	return err;
}

enum err
account_own_or_admin(struct command *c, const char *account)
{
	if (text_eq(account, c->actor.name) || actor_has(&c->actor, "admin"))
		return ERR_OK;
	return fault_set(&c->fault, ERR_FORBIDDEN, "role_needed", NULL,
	    "refused_admin_needed");
}

enum err
account_check_there(struct command *c, const char *name)
{
	struct rows *rows = db_query(
	    c->keeper->db, STMT_ACCOUNT_GET, TEXT(name));
	bool there = db_next(rows);

	db_done(rows);
	return there ? ERR_OK
		     : fault_set(&c->fault, ERR_NOT_FOUND, "no_such_account",
			   "name", "refused_no_such_account name=%.64s", name);
}

/* People who change their own password prove that they know it. */
static enum err
ask_for_old(struct command *c, const char *name)
{
	if (!text_eq(name, c->actor.name) || c->actor.local)
		return ERR_OK;
	return account_ask_password(c, name, json_text(c->body, "old", ""));
}

/*
 * A password set by another person is a reset, as that person could sign in.
 * Sessions and tokens of the old password end.
 */
static enum err
set_password(struct command *c, const char *name)
{
	struct json_object *data = account_named("name", name);
	enum err err;

	json_set_bool(data, "reset", !text_eq(name, c->actor.name));
	put_credential(c, data);
	err = account_record(c, EVENT_PASSWORD_SET, data);
	if (err == ERR_OK)
		err = db_run(c->keeper->db, STMT_CREDENTIAL_SET, TEXT(name),
		    TEXT(c->hashed));
	if (err == ERR_OK)
		err = session_end_all(c, name, NULL, "password_changed");
	return err == ERR_OK ? token_revoke_all(c, name, "password_changed")
			     : err;
}

enum err
cmd_password_set(struct command *c)
{
	const char *name = json_text(c->body, "name", "");
	enum err err;

	if ((err = account_own_or_admin(c, name)) != ERR_OK ||
	    (err = account_check_there(c, name)) != ERR_OK)
		return err;
	if (c->hashed == NULL)
		return (err = wants_hash(c)) == ERR_OK ? ask_for_old(c, name)
						       : err;
	if (strcmp(c->hashed, "no") == 0)
		return account_wrong_password(c, name, "old");
	return c->hashed[0] != '\0' ? set_password(c, name) : ERR_INTERNAL;
}

void
account_note_reset(const struct command *c, struct json_object *data)
{
	char at[CLOCK_TEXT];

	if (c->actor.reset_by[0] == '\0')
		return;
	clock_format(c->actor.reset_at, at);
	json_set_text(data, "reset_by", c->actor.reset_by);
	json_set_text(data, "reset_at", at);
}

/*
 * Confirmation is refused to: the person who made the reset or could act as
 * them, the owner of the account, a token, and anybody whose own password
 * somebody else has set.
 */
static bool
may_confirm(const struct command *c, struct json_object *row)
{
	static const char *const parties[] = { "name", "reset_by", "set_by" };
	const struct actor *a = &c->actor;

	for (size_t i = 0; i < sizeof(parties) / sizeof(parties[0]); i++)
		if (CHECK(confirm_party,
			text_eq(json_text(row, parties[i], ""), a->name)))
			return false;
	return a->session && !CHECK(confirm_own, a->reset_by[0] != '\0') &&
	    (actor_has(a, "admin") || actor_has(a, "approver"));
}

static enum err
check_confirm(struct command *c, struct json_object *row)
{
	const char *name = json_text(row, "name", "");

	if (json_get(row, "reset_at") == NULL ||
	    json_get(row, "confirmed_at") != NULL)
		return fault_set(&c->fault, ERR_CONFLICT, "no_reset", NULL,
		    "refused_no_reset");
	if (!may_confirm(c, row))
		return fault_set(&c->fault, ERR_FORBIDDEN, "reset_not_yours",
		    NULL, "refused_reset_not_yours");
	if (CHECK(confirm_set_own, json_get(row, "own_at") == NULL))
		return fault_set(&c->fault, ERR_CONFLICT, "reset_not_own", NULL,
		    "refused_reset_not_own name=%s", name);
	return ERR_OK;
}

/* Another admin or approver has checked with the person. */
enum err
cmd_reset_confirm(struct command *c)
{
	struct json_object *row = db_first_json(db_query(c->keeper->db,
	    STMT_ACCOUNT_GET, TEXT(json_text(c->body, "name", ""))));
	struct json_object *data;
	enum err err = account_check_there(c, json_text(c->body, "name", ""));

	if (err == ERR_OK)
		err = check_confirm(c, row);
	if (err == ERR_OK) {
		data = account_named("name", json_text(row, "name", ""));
		json_set_text(data, "reset_by", json_text(row, "reset_by", ""));
		json_set_text(data, "reset_at", json_text(row, "reset_at", ""));
		err = account_record(c, EVENT_RESET_CONFIRMED, data);
	}
	json_object_put(row);
	return err;
}
