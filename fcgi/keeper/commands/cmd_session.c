/*
 * cmd_session.c: sign-in, sign-out, and sessions that expire.
 *
 * An unknown account and a wrong password look the same and take the same time:
 * an unknown account is verified against a hash of its own.  Failures are
 * counted (limit.c) and recorded up to a limit; for an unknown account the
 * record says only that it was unknown, as people type passwords into the wrong
 * field.
 */
#include <stdio.h>
#include <string.h>

#include "keeper/commands/cmd_session.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "journal/auth.h"
#include "journal/event.h"
#include "keeper/commands/cmd_account.h"
#include "keeper/commands/cmd_session_end.h"
#include "keeper/limit.h"

#define EXPIRE_EVERY_MS 60000
#define DEVICE_MS (400LL * 24 * 3600 * 1000)
#define DEVICES_MOST 20 /* of one account */

/* The argon2id hash of a random text that nobody knows. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$"
			     "c2FsdHNhbHRzYWx0c2FsdA$"
			     "tdO2CIhGd8uSg5DMbXkRMBJ5oQcFRH0xJzPFrxXyNKI";

/* The name of a session in the record; it opens nothing. */
static void
set_session(struct json_object *data, const void *hash)
{
	char id[2 * SESSION_ID_BYTES + 1];

	text_hex(hash, SESSION_ID_BYTES, id);
	json_set_text(data, "session", id);
}

/* The browser's identifier if it has signed in to this account before. */
static const char *
known_device(struct command *c, const char *account)
{
	const char *device = json_text(c->body, "device", "");
	unsigned char hash[HASH_BYTES];

	auth_hash(device, hash);
	return device[0] != '\0' &&
		db_first_int(
		    db_query(c->keeper->db, STMT_DEVICE_THERE, TEXT(account),
			BLOB(hash, sizeof(hash)), INT(clock_now() - DEVICE_MS)),
		    0) > 0
	    ? device
	    : "";
}

/*
 * Sets the cookie that identifies the browser at the next sign-in. One that was
 * not made for this account is replaced, as somebody could have planted it; its
 * other accounts keep the browser.
 */
static enum err
keep_device(struct command *c, const char *account)
{
	const char *old = json_text(c->body, "device", "");
	bool known = known_device(c, account)[0] != '\0';
	unsigned char hash[HASH_BYTES], before[HASH_BYTES];
	char secret[2 * AUTH_SECRET_BYTES + 1];
	struct db *db = c->keeper->db;
	int64_t now = clock_now();
	enum err err = ERR_OK;

	if (known)
		snprintf(secret, sizeof(secret), "%s", old);
	else
		text_random_hex(secret, AUTH_SECRET_BYTES);
	auth_hash(secret, hash);
	auth_hash(old, before);
	json_set_text(c->result, "device", secret);
	if (!known && old[0] != '\0')
		err = db_run(db, STMT_DEVICE_CARRY,
		    BLOB(before, sizeof(before)), BLOB(hash, sizeof(hash)),
		    INT(now - DEVICE_MS));
	if (err == ERR_OK)
		err = db_run(db, STMT_DEVICE_PUT, TEXT(account),
		    BLOB(hash, sizeof(hash)), INT(now));
	return err != ERR_OK ? err
			     : db_run(db, STMT_DEVICE_TRIM, TEXT(account),
				   INT(now - DEVICE_MS), INT(DEVICES_MOST));
}

enum err
session_open(struct command *c, const char *account)
{
	char secret[2 * AUTH_SECRET_BYTES + 1];
	unsigned char hash[HASH_BYTES];
	struct json_object *data = account_named("account", account);
	int64_t now = clock_now();
	enum err err;

	text_random_hex(secret, AUTH_SECRET_BYTES);
	auth_hash(secret, hash);
	json_set_text(data, "address", c->call->address);
	set_session(data, hash);
	err = event_append(c->keeper->db, 0, EVENT_ANY_SEQ, account,
	    EVENT_SESSION_OPENED, data);
	if (err == ERR_OK)
		err = db_run(c->keeper->db, STMT_SESSION_ADD,
		    BLOB(hash, sizeof(hash)), TEXT(account),
		    TEXT(c->call->address),
		    TEXT(json_text(c->body, "agent", "")), INT(now),
		    INT(now + AUTH_SESSION_MS));
	if (err == ERR_OK)
		err = session_end_surplus(c, account, hash);
	json_set_text(c->result, "session", secret);
	return err == ERR_OK ? keep_device(c, account) : err;
}

/*
 * A signed-in person's guesses at their own password count for that session
 * alone.
 */
static struct attempt
attempt_of(struct command *c, const char *account)
{
	bool own = c->actor.session && text_eq(c->actor.name, account);
	const char *device = own ? c->call->credential
				 : known_device(c, account);

	return (struct attempt){ account, c->call->address, device };
}

static enum err
check_limit(struct command *c, const char *account)
{
	struct attempt a = attempt_of(c, account);
	long long left = (limit_wait(&a) + 999) / 1000;

	if (left == 0)
		return ERR_OK;
	json_set_int(c->result, "retry_after", left);
	if (left < 60)
		return fault_set(&c->fault, ERR_LIMIT, "too_many_attempts",
		    NULL, "refused_too_many_attempts seconds=%lld", left);
	return fault_set(&c->fault, ERR_LIMIT, "too_many_attempts", NULL,
	    "refused_too_many_attempts_minutes minutes=%lld seconds=%lld",
	    left / 60, left % 60);
}

enum err
account_ask_password(
    struct command *c, const char *account, const char *password)
{
	struct rows *rows;
	enum err err = check_limit(c, account);

	if (err != ERR_OK)
		return err;
	rows = db_query(c->keeper->db, STMT_CREDENTIAL_GET, TEXT(account));
	c->hash_old = password;
	c->hash_against = mem_strdup(
	    db_next(rows) ? db_text(rows, "hash") : nobody);
	db_done(rows);
	return ERR_OK;
}

enum err
account_wrong_password(
    struct command *c, const char *account, const char *field)
{
	struct attempt a = attempt_of(c, account);

	limit_failed(&a);
	return fault_set(&c->fault, ERR_INVALID, "wrong_password", field,
	    "refused_wrong_present_password");
}

/* The record survives the refusal: loop.c writes it afterwards. */
static enum err
login_failed(struct command *c, const char *account, bool known)
{
	struct attempt a = attempt_of(c, account);
	int64_t left_out = 0;

	limit_failed(&a);
	log_warn("failed sign-in from %s", c->call->address);
	if (limit_record(&left_out)) {
		c->refused = account_named("address", c->call->address);
		if (known)
			json_set_text(c->refused, "account", account);
		else
			json_set_bool(c->refused, "unknown_name", true);
		json_set_int(c->refused, "left_out", left_out);
		c->refused_kind = EVENT_SESSION_FAILED;
	}
	return fault_set(&c->fault, ERR_UNAUTHENTICATED, "wrong_password",
	    "password", "refused_wrong_password");
}

enum err
cmd_login(struct command *c)
{
	const char *name = json_text(c->body, "name", "");
	struct attempt a;
	struct rows *rows;
	bool known, enabled;

	if (c->hashed == NULL)
		return account_ask_password(
		    c, name, json_text(c->body, "password", ""));
	rows = db_query(c->keeper->db, STMT_ACCOUNT_GET, TEXT(name));
	known = db_next(rows);
	enabled = known && db_int(rows, "disabled") == 0;
	db_done(rows);
	if (!enabled || strcmp(c->hashed, "yes") != 0)
		return login_failed(c, name, known);
	a = attempt_of(c, name);
	limit_passed(&a);
	return session_open(c, name);
}

enum err
cmd_logout(struct command *c)
{
	unsigned char hash[HASH_BYTES];
	struct json_object *data;
	enum err err;

	if (!c->actor.session)
		return ERR_OK;
	auth_hash(c->call->credential + strlen("session:"), hash);
	data = account_named("account", c->actor.name);
	set_session(data, hash);
	err = account_record(c, EVENT_SESSION_CLOSED, data);
	return err != ERR_OK ? err
			     : db_run(c->keeper->db, STMT_SESSION_DELETE,
				   BLOB(hash, sizeof(hash)));
}

static enum err
record_expired(struct db *db, int64_t now)
{
	struct rows *rows = db_query(db, STMT_SESSIONS_OVER, INT(now));
	struct json_object *over = db_rows_json(rows);
	enum err err = ERR_OK;

	for (size_t i = 0; i < json_count(over) && err == ERR_OK; i++) {
		struct json_object *data = json_object_get(json_at(over, i));

		json_set_text(data, "why", "expired");
		err = event_append(
		    db, 0, EVENT_ANY_SEQ, "keeper", EVENT_SESSION_ENDED, data);
	}
	if (err == ERR_OK && json_count(over) > 0)
		err = db_run(db, STMT_SESSION_EXPIRE, INT(now));
	json_object_put(over);
	return err;
}

void
session_expire(struct keeper *k)
{
	int64_t now = clock_monotonic();

	if (now < k->expire_at)
		return;
	k->expire_at = now + EXPIRE_EVERY_MS;
	if (db_savepoint(k->db) == ERR_OK)
		(void)db_release(k->db, record_expired(k->db, clock_now()));
}
