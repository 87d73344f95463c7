/*
 * cmd_account.c: people, their passwords, sessions and tokens.
 *
 * Unknown account and wrong password look the same and take the same time: an
 * unknown one is verified against the hash of nothing.  Failures are counted
 * by account and by address (limit.c).
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "journal/auth.h"
#include "journal/event.h"
#include "keeper/keeper.h"
#include "keeper/limit.h"

#define PASSWORD_LEAST	10
#define PASSWORD_MOST	1000

/* The argon2id hash of a random text that nobody knows. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$"
    "c2FsdHNhbHRzYWx0c2FsdA$"
    "tdO2CIhGd8uSg5DMbXkRMBJ5oQcFRH0xJzPFrxXyNKI";

static enum err
record(struct command *c, const char *kind, struct json_object *data)
{
	return event_append(c->keeper->db, 0, EVENT_ANY_SEQ,
	    c->actor.name[0] != '\0' ? c->actor.name :
	    json_text(c->body, "name", "nobody"), kind, data);
}

static struct json_object *
named(const char *key, const char *name)
{
	struct json_object *data = json_object_new_object();

	json_set_text(data, key, name);
	return data;
}

static enum err
check_password(struct command *c)
{
	size_t len = strlen(json_text(c->body, "password", ""));

	if (len >= PASSWORD_LEAST && len <= PASSWORD_MOST)
		return ERR_OK;
	return fault_set(&c->fault, ERR_INVALID, "bad_password", "password",
	    "A password has %d characters at least and %d bytes at most.",
	    PASSWORD_LEAST, PASSWORD_MOST);
}

static enum err
check_name(struct command *c)
{
	const char *name = json_text(c->body, "name", "");
	static const char *const taken[] = { "local", "keeper", "runner" };

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (strcmp(name, taken[i]) == 0)
			return fault_set(&c->fault, ERR_INVALID, "bad_name",
			    "name", "\"%s\" is a name of the console's own.",
			    name);
	if (text_is_id(name))
		return ERR_OK;
	return fault_set(&c->fault, ERR_INVALID, "bad_name", "name",
	    "A name has letters, digits, dots, dashes and underscores, begins "
	    "with a letter or digit, and is at most 64 long.");
}

static enum err
check_roles(struct command *c, struct json_object *roles)
{
	size_t n = roles != NULL ? json_object_array_length(roles) : 0;

	for (size_t i = 0; i < n; i++) {
		struct json_object *r = json_object_array_get_idx(roles, i);

		if (!json_object_is_type(r, json_type_string) ||
		    !text_is_id(json_object_get_string(r)))
			return fault_set(&c->fault, ERR_INVALID, "bad_role",
			    "roles", "A role's name has letters, digits, dots, "
			    "dashes and underscores, 64 at most.");
	}
	return n <= 50 ? ERR_OK : fault_set(&c->fault, ERR_INVALID,
	    "bad_role", "roles", "An account has 50 roles at most.");
}

/* Asks for the hash of the body's password, once. */
static bool
wants_hash(struct command *c)
{
	if (c->hashed != NULL)
		return false;
	c->hash_password = json_text(c->body, "password", "");
	return true;
}

static enum err
open_session(struct command *c, const char *name)
{
	char secret[2 * AUTH_SECRET_BYTES + 1];
	unsigned char hash[HASH_BYTES];
	struct json_object *data = named("account", name);
	int64_t now = clock_now();
	enum err err;

	text_random_hex(secret, AUTH_SECRET_BYTES);
	auth_hash(secret, hash);
	json_set_text(data, "address", c->call->address);
	err = record(c, "session.opened", data);
	if (err == ERR_OK)
		err = db_run(c->keeper->db, STMT_SESSION_EXPIRE, INT(now));
	if (err == ERR_OK)
		err = db_run(c->keeper->db, STMT_SESSION_ADD,
		    BLOB(hash, sizeof(hash)), TEXT(name),
		    TEXT(c->call->address), INT(now),
		    INT(now + AUTH_SESSION_MS));
	json_set_text(c->result, "session", secret);
	return err;
}

static enum err
add_account(struct command *c, struct json_object *roles)
{
	const char *name = json_text(c->body, "name", "");
	struct json_object *data = named("name", name);
	struct rows *rows = db_query(c->keeper->db, STMT_ACCOUNT_GET,
	    TEXT(name));
	bool there = db_next(rows);
	enum err err;

	db_done(rows);
	json_set(data, "roles", roles);
	if (there) {
		json_object_put(data);
		return fault_about(&c->fault, name,
		    fault_set(&c->fault, ERR_CONFLICT, "account_exists",
		    "name", "There is an account \"%s\" already.", name));
	}
	if (c->hashed[0] == '\0') {
		json_object_put(data);
		return ERR_INTERNAL;
	}
	err = record(c, "account.added", data);
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
	    (err = check_password(c)) != ERR_OK ||
	    (err = check_roles(c, roles)) != ERR_OK || wants_hash(c))
		return err;
	return add_account(c, roles != NULL ? json_object_get(roles) :
	    json_object_new_array());
}

/* The one-time link lives in a file until it is used. */
static char *
setup_path(struct command *c)
{
	return mem_printf("%s/keys/setup", c->keeper->data_dir);
}

/* Nobody has an empty name: this counts all admins. */
static bool
has_admin(struct command *c)
{
	return db_first_int(db_query(c->keeper->db, STMT_ADMIN_COUNT,
	    TEXT("")), 1) != 0;
}

enum err
cmd_setup_link(struct command *c)
{
	char secret[2 * AUTH_SECRET_BYTES + 1];
	char *path = setup_path(c);
	struct buf text = {0};
	enum err err = ERR_OK;

	if (has_admin(c))
		goto out;
	if (io_read_file(path, 1024, &text) != ERR_OK) {
		text_random_hex(secret, AUTH_SECRET_BYTES);
		err = io_write_file(path, 0600, secret, strlen(secret));
		buf_puts(&text, secret);
		if (err == ERR_OK)
			err = record(c, "setup.link_made", NULL);
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
	struct buf text = {0};
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
		    "This link is not valid, or was used already. Sign in, "
		    "or look at what the console printed when it started.");
	if ((err = check_name(c)) != ERR_OK ||
	    (err = check_password(c)) != ERR_OK || wants_hash(c))
		return err;
	err = add_account(c, json_tokener_parse(roles));
	if (err == ERR_OK)
		err = open_session(c, json_text(c->body, "name", ""));
	if (err == ERR_OK) {
		path = setup_path(c);
		unlink(path);
		free(path);
	}
	return err;
}

/* Counted, and not on record: a stranger must not make the journal grow. */
static enum err
login_failed(struct command *c)
{
	limit_failed(json_text(c->body, "name", ""));
	limit_failed(c->call->address);
	log_warn("failed sign-in from %s", c->call->address);
	return fault_set(&c->fault, ERR_UNAUTHENTICATED, "wrong_password",
	    "password", "The name or the password is wrong.");
}

enum err
cmd_login(struct command *c)
{
	const char *name = json_text(c->body, "name", "");
	int64_t wait = limit_wait(name), other = limit_wait(c->call->address);
	struct rows *rows;
	bool known;

	wait = wait > other ? wait : other;
	if (wait > 0)
		return fault_set(&c->fault, ERR_LIMIT, "too_many_attempts",
		    NULL, "Too many failed attempts: try again in %lld "
		    "seconds.", (long long)(wait / 1000 + 1));
	if (c->hashed == NULL) {
		rows = db_query(c->keeper->db, STMT_CREDENTIAL_GET, TEXT(name));
		known = db_next(rows);
		c->hash_old = json_text(c->body, "password", "");
		c->hash_against = mem_strdup(known ? db_text(rows, 0) : nobody);
		db_done(rows);
		return ERR_OK;
	}
	rows = db_query(c->keeper->db, STMT_ACCOUNT_GET, TEXT(name));
	known = db_next(rows) && db_int(rows, 2) == 0;
	db_done(rows);
	if (!known || strcmp(c->hashed, "yes") != 0)
		return login_failed(c);
	limit_forget(name);
	return open_session(c, name);
}

enum err
cmd_logout(struct command *c)
{
	unsigned char hash[HASH_BYTES];

	if (!text_starts(c->call->credential, "session:"))
		return ERR_OK;
	auth_hash(c->call->credential + strlen("session:"), hash);
	return db_run(c->keeper->db, STMT_SESSION_DELETE,
	    BLOB(hash, sizeof(hash)));
}

/* Taking the last admin's rights away would lock everybody out. */
static enum err
check_last_admin(struct command *c, const char *name,
    struct json_object *old_roles, struct json_object *roles, bool disabled)
{
	struct actor before = { .roles = old_roles };
	struct actor after = { .roles = roles };

	if (!actor_has(&before, "admin") ||
	    (!disabled && actor_has(&after, "admin")) ||
	    db_first_int(db_query(c->keeper->db, STMT_ADMIN_COUNT,
	    TEXT(name)), 0) > 0)
		return ERR_OK;
	return fault_about(&c->fault, name,
	    fault_set(&c->fault, ERR_CONFLICT, "last_admin", "roles",
	    "\"%s\" is the last admin: make somebody else one first.", name));
}

enum err
cmd_account_change(struct command *c)
{
	const char *name = json_text(c->body, "name", "");
	struct json_object *row = db_first_json(db_query(c->keeper->db,
	    STMT_ACCOUNT_GET, TEXT(name)));
	struct json_object *roles = json_get(c->body, "roles"), *data;
	bool disabled;
	enum err err;

	if (row == NULL)
		return fault_set(&c->fault, ERR_NOT_FOUND, "no_such_account",
		    "name", "There is no account \"%.64s\".", name);
	disabled = json_flag(c->body, "disabled",
	    json_int(row, "disabled", 0) != 0);
	roles = roles != NULL ? roles : json_get(row, "roles");
	if ((err = check_roles(c, roles)) == ERR_OK &&
	    (err = check_last_admin(c, name, json_get(row, "roles"),
	    roles, disabled)) == ERR_OK) {
		data = named("name", name);
		json_set(data, "roles", json_object_get(roles));
		json_set_bool(data, "disabled", disabled);
		err = record(c, "account.changed", data);
	}
	if (err == ERR_OK && disabled)
		err = db_run(c->keeper->db, STMT_SESSION_DELETE_OF, TEXT(name));
	json_object_put(row);
	return err;
}

/* One's own, or anybody's as an admin. */
static enum err
own_or_admin(struct command *c, const char *account)
{
	if (text_eq(account, c->actor.name) || actor_has(&c->actor, "admin"))
		return ERR_OK;
	return fault_about(&c->fault, "admin",
	    fault_set(&c->fault, ERR_FORBIDDEN, "role_needed", NULL,
	    "Only an admin may do that for somebody else."));
}

/* Whoever changes their own password proves that they know it. */
static enum err
ask_for_old(struct command *c, const char *name)
{
	struct rows *rows;

	if (!text_eq(name, c->actor.name) || c->actor.local)
		return ERR_OK;
	rows = db_query(c->keeper->db, STMT_CREDENTIAL_GET, TEXT(name));
	c->hash_old = json_text(c->body, "old", "");
	c->hash_against = mem_strdup(db_next(rows) ? db_text(rows, 0) : nobody);
	db_done(rows);
	return ERR_OK;
}

enum err
cmd_password_set(struct command *c)
{
	const char *name = json_text(c->body, "name", "");
	struct rows *rows;
	bool known;
	enum err err;

	if ((err = own_or_admin(c, name)) != ERR_OK ||
	    (err = check_password(c)) != ERR_OK)
		return err;
	rows = db_query(c->keeper->db, STMT_ACCOUNT_GET, TEXT(name));
	known = db_next(rows);
	db_done(rows);
	if (!known)
		return fault_set(&c->fault, ERR_NOT_FOUND, "no_such_account",
		    "name", "There is no account \"%.64s\".", name);
	if (wants_hash(c))
		return ask_for_old(c, name);
	if (strcmp(c->hashed, "no") == 0)
		return fault_about(&c->fault, "old",
		    fault_set(&c->fault, ERR_INVALID, "wrong_password",
		    "old", "The present password is wrong."));
	err = record(c, "account.password_set", named("name", name));
	if (err == ERR_OK)
		err = db_run(c->keeper->db, STMT_CREDENTIAL_SET, TEXT(name),
		    TEXT(c->hashed));
	if (err == ERR_OK)
		err = db_run(c->keeper->db, STMT_SESSION_DELETE_OF, TEXT(name));
	return err;
}

enum err
cmd_token_add(struct command *c)
{
	const char *account = json_text(c->body, "account", "");
	const char *name = json_text(c->body, "name", "");
	char secret[2 * AUTH_SECRET_BYTES + 1], hex[2 * HASH_BYTES + 1];
	unsigned char hash[HASH_BYTES];
	struct json_object *data;
	enum err err;

	if ((err = own_or_admin(c, account)) != ERR_OK ||
	    (err = check_name(c)) != ERR_OK)
		return err;
	text_random_hex(secret, AUTH_SECRET_BYTES);
	auth_hash(secret, hash);
	text_hex(hash, sizeof(hash), hex);
	data = named("account", account);
	json_set_text(data, "name", name);
	json_set_text(data, "hash", hex);
	err = record(c, "token.added", data);
	if (err == ERR_CONFLICT)
		return fault_about(&c->fault, name,
		    fault_set(&c->fault, err, "token_exists", "name",
		    "%s has a token \"%s\" already.", account, name));
	if (err == ERR_INTERNAL)
		return fault_set(&c->fault, ERR_NOT_FOUND, "no_such_account",
		    "account", "There is no account \"%.64s\".", account);
	json_set_text(c->result, "token", secret);
	return err;
}

enum err
cmd_token_revoke(struct command *c)
{
	const char *account = json_text(c->body, "account", "");
	struct json_object *data;
	enum err err;

	if ((err = own_or_admin(c, account)) != ERR_OK)
		return err;
	data = named("account", account);
	json_set_text(data, "name", json_text(c->body, "name", ""));
	err = record(c, "token.revoked", data);
	if (err == ERR_OK && db_changes(c->keeper->db) == 0)
		return fault_set(&c->fault, ERR_NOT_FOUND, "no_such_token",
		    "name", "%s has no token of that name.", account);
	return err;
}
