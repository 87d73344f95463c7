/*
 * cmd_token.c: API tokens, their scopes and expiry.
 *
 * The scope "approve" lets a token decide for its person, so only that person
 * grants it: in a session, with the password typed again.  The command line and
 * admins can make any other token for anybody.  A token cannot make a token
 * that may do more, or lives longer, than itself.
 */
#include <string.h>

#include "keeper/commands/cmd_token.h"
#include "base/clock.h"
#include "base/text.h"
#include "journal/auth.h"
#include "base/hash.h"
#include "keeper/commands/cmd_account.h"
#include "keeper/commands/cmd_session.h"

#define TOKENS_MOST 200 /* of one account */

/* The scopes of the body, as bits; 0 with a fault. */
static unsigned
read_scopes(struct command *c)
{
	struct json_object *list = json_get(c->body, "scopes");
	size_t n = json_count(list);
	unsigned scopes = list == NULL ? AUTH_READ | AUTH_RUN : 0, one;

	for (size_t i = 0; i < n; i++) {
		struct json_object *s = json_at(list, i);

		one = json_object_is_type(s, json_type_string)
		    ? auth_scope(json_object_get_string(s))
		    : 0;
		if (one == 0) {
			scopes = 0;
			break;
		}
		scopes |= one;
	}
	if (scopes == 0)
		fault_set(&c->fault, ERR_INVALID, "bad_scope", "scopes",
		    "refused_bad_scope");
	return scopes;
}

static enum err
read_expires(struct command *c, int64_t *ret_ms)
{
	const char *text = json_text(c->body, "expires", "90d");

	if (clock_parse_duration(text, ret_ms) && *ret_ms >= 1000 &&
	    *ret_ms <= AUTH_TOKEN_MOST_MS)
		return ERR_OK;
	return fault_set(&c->fault, ERR_INVALID, "bad_expires", "expires",
	    "refused_bad_expires");
}

/*
 * Checks that the caller may grant these scopes; asks for the password if
 * needed.
 */
static enum err
check_scopes(struct command *c, const char *account, unsigned scopes)
{
	if (scopes & c->actor.lacks)
		return fault_set(&c->fault, ERR_FORBIDDEN, "scope_needed", NULL,
		    "refused_scope_beyond");
	if (!(scopes & AUTH_APPROVE))
		return ERR_OK;
	if (!c->actor.session || !text_eq(account, c->actor.name))
		return fault_set(&c->fault, ERR_FORBIDDEN, "scope_own", NULL,
		    "refused_scope_own");
	if (c->hashed == NULL)
		return account_ask_password(
		    c, account, json_text(c->body, "password", ""));
	return strcmp(c->hashed, "yes") == 0
	    ? ERR_OK
	    : account_wrong_password(c, account, "password");
}

static struct json_object *
scope_list(unsigned scopes)
{
	static const char *const names[] = { "read", "run", "approve" };
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < 3; i++)
		if (scopes & auth_scope(names[i]))
			json_object_array_add(
			    list, json_object_new_string(names[i]));
	return list;
}

static enum err
revoke(
    struct command *c, const char *account, const char *name, const char *why)
{
	struct json_object *data = account_named("account", account);

	json_set_text(data, "name", name);
	if (why != NULL)
		json_set_text(data, "why", why);
	return account_record(c, EVENT_TOKEN_REVOKED, data);
}

/* The tokens whose names the rows have. */
static enum err
revoke_each(
    struct command *c, const char *account, const char *why, struct rows *rows)
{
	struct json_object *all = db_rows_json(rows);
	enum err err = ERR_OK;

	for (size_t i = 0; i < json_count(all) && err == ERR_OK; i++)
		err = revoke(
		    c, account, json_text(json_at(all, i), "name", ""), why);
	json_object_put(all);
	return err;
}

static int64_t
count_tokens(struct command *c, const char *account)
{
	return db_first_int(
	    db_query(c->keeper->db, STMT_TOKEN_COUNT, TEXT(account)), 0);
}

/*
 * Makes room for one more: if there are too many, those that have expired are
 * revoked, recorded.
 */
static enum err
make_room(struct command *c, const char *account)
{
	struct db *db = c->keeper->db;
	struct rows *rows;
	enum err err;

	if (count_tokens(c, account) < TOKENS_MOST)
		return ERR_OK;
	rows = db_query(db, STMT_TOKENS_OVER, TEXT(account), INT(clock_now()));
	if ((err = revoke_each(c, account, "expired", rows)) != ERR_OK ||
	    count_tokens(c, account) < TOKENS_MOST)
		return err;
	return fault_set(&c->fault, ERR_CONFLICT, "too_many_tokens", NULL,
	    "refused_too_many_tokens name=%s count=%d", account, TOKENS_MOST);
}

static enum err
add_token(
    struct command *c, const char *account, unsigned scopes, int64_t last_ms)
{
	const char *name = json_text(c->body, "name", "");
	char secret[2 * AUTH_SECRET_BYTES + 1], hex[2 * HASH_BYTES + 1];
	char at[CLOCK_TEXT];
	unsigned char hash[HASH_BYTES];
	struct json_object *data = account_named("account", account);
	int64_t end = clock_now() + last_ms, own = c->actor.expires_at;
	enum err err;

	text_random_hex(secret, AUTH_SECRET_BYTES);
	auth_hash(secret, hash);
	text_hex(hash, sizeof(hash), hex);
	clock_format(own != 0 && own < end ? own : end, at);
	json_set_text(data, "name", name);
	json_set_text(data, "hash", hex);
	json_set(data, "scopes", scope_list(scopes));
	json_set_text(data, "expires_at", at);
	err = account_record(c, EVENT_TOKEN_ADDED, data);
	if (err == ERR_CONFLICT)
		return fault_set(&c->fault, err, "token_exists", "name",
		    "refused_token_exists name=%s token=%s", account, name);
	json_set_text(c->result, "token", secret);
	json_set(c->result, "scopes", scope_list(scopes));
	json_set_text(c->result, "expires_at", at);
	return err;
}

enum err
cmd_token_add(struct command *c)
{
	const char *account = json_text(c->body, "account", "");
	unsigned scopes;
	int64_t last_ms;
	enum err err;

	if ((err = account_own_or_admin(c, account)) != ERR_OK ||
	    (err = account_check_id(c)) != ERR_OK ||
	    (err = account_check_there(c, account)) != ERR_OK ||
	    (err = read_expires(c, &last_ms)) != ERR_OK)
		return err;
	if ((scopes = read_scopes(c)) == 0)
		return ERR_INVALID;
	err = check_scopes(c, account, scopes);
	if (err != ERR_OK || c->hash_old != NULL ||
	    (err = make_room(c, account)) != ERR_OK)
		return err;
	return add_token(c, account, scopes, last_ms);
}

enum err
cmd_token_revoke(struct command *c)
{
	const char *account = json_text(c->body, "account", "");
	enum err err;

	if ((err = account_own_or_admin(c, account)) != ERR_OK)
		return err;
	err = revoke(c, account, json_text(c->body, "name", ""), NULL);
	if (err == ERR_OK && db_changes(c->keeper->db) == 0)
		return fault_set(&c->fault, ERR_NOT_FOUND, "no_such_token",
		    "name", "refused_no_such_token name=%s", account);
	return err;
}

enum err
token_revoke_all(struct command *c, const char *account, const char *why)
{
	return revoke_each(c, account, why,
	    db_query(c->keeper->db, STMT_TOKENS_OF, TEXT(account)));
}
