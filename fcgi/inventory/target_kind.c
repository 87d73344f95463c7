/*
 * target_kind.c: checks the maps under ssh:, http:, mysql:, postgresql: and
 * sqlite: in targets.yml.
 *
 * Every key is checked: a word that is silently ignored here (host_keys for
 * host_key) would be a connection that trusts anybody.
 */
#include <string.h>
#include <strings.h>

#include "inventory/target_kind.h"
#include "base/hmac.h"
#include "base/message.h"
#include "base/text.h"
#include "inventory/inventory.h"
#include "inventory/target_url.h"
#include "lang/http/http_sign.h"
#include "plan/plan.h"

static const char *
place(struct targets *t, const struct yaml_tree *map, const char *key,
    const struct yaml_tree **ret)
{
	*ret = yaml_tree_get(map, key);
	return arena_printf(t->arena, "“%s”", key);
}

/* Keys that have maps. */
static bool
is_map(const char *key)
{
	bool is = strcmp(key, "headers") == 0;

	for (size_t i = 0; plan_secret_maps[i] != NULL; i++)
		is |= strcmp(key, plan_secret_maps[i]) == 0;
	return is;
}

/* Each is one text or number, on one line, but for the named maps. */
static void
check_texts(struct targets *t, const struct yaml_tree *map)
{
	for (const struct yaml_tree *y = map->first; y != NULL; y = y->next) {
		if (is_map(y->key))
			continue;
		if (y->kind != YTREE_TEXT) {
			targets_wrong(t, y,
			    message_arena(
				t->arena, "target_one_value key=%s", y->key));
			continue;
		}
		for (const char *s = y->text; *s != '\0'; s++)
			if ((unsigned char)*s < ' ' || *s == 0x7f) {
				targets_wrong(t, y,
				    message_arena(t->arena,
					"target_control key=%s", y->key));
				break;
			}
	}
}

static void
check_secrets(struct targets *t, const struct yaml_tree *map)
{
	const struct yaml_tree *y;

	for (size_t i = 0; plan_secret_keys[i] != NULL; i++) {
		const char *what = place(t, map, plan_secret_keys[i], &y);

		if (y != NULL && y->kind == YTREE_TEXT && !text_is_id(y->text))
			targets_wrong(t, y,
			    message_arena(
				t->arena, "target_secret_name key=%s", what));
	}
}

static void
check_port(struct targets *t, const struct yaml_tree *map)
{
	const struct yaml_tree *y = yaml_tree_get(map, "port");
	int64_t port;

	if (y != NULL && y->kind == YTREE_TEXT &&
	    !text_int(y->text, 1, 65535, &port))
		targets_wrong(t, y, MESSAGE("target_port"));
}

/*
 * A name or address: no characters that are special on a command line or in a
 * URL.
 */
static bool
is_host(const char *host)
{
	return host[0] != '-' && strpbrk(host, " \t\r\n/@[]") == NULL;
}

static void
check_host_key(struct targets *t, const struct yaml_tree *map)
{
	static const char *const types[] = { "ssh-ed25519 ",
		"ecdsa-sha2-nistp256 ", "ecdsa-sha2-nistp384 ",
		"ecdsa-sha2-nistp521 ", "ssh-rsa ", NULL };
	const struct yaml_tree *y = yaml_tree_get(map, "host_key");
	size_t n;

	if (y == NULL) {
		targets_wrong(t, map, MESSAGE("target_host_key_needed"));
		return;
	}
	if (y->kind != YTREE_TEXT)
		return;
	for (size_t i = 0; types[i] != NULL; i++) {
		n = strlen(types[i]);
		if (!text_starts(y->text, types[i]))
			continue;
		n += strspn(y->text + n,
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		    "abcdefghijklmnopqrstuvwxyz0123456789+/=");
		if (y->text[n] == '\0' && n > strlen(types[i]) + 20)
			return;
	}
	targets_wrong(t, y, MESSAGE("target_host_key_form"));
}

static void
check_ssh(struct targets *t, const struct yaml_tree *map)
{
	const char *client = yaml_tree_text(map, "client");
	const char *host = yaml_tree_text(map, "host");
	const char *user = yaml_tree_text(map, "user");
	bool agent = false;

	if (host == NULL || !is_host(host))
		targets_wrong(t, map, MESSAGE("target_host_needed"));
	if (user == NULL || user[0] == '-' ||
	    strpbrk(user, " \t\r\n/@:") != NULL)
		targets_wrong(t, map, MESSAGE("target_user_needed"));
	targets_check_flag(t, map, "agent", &agent);
	if (!agent && yaml_tree_text(map, "key") == NULL)
		targets_wrong(t, map, MESSAGE("target_key_needed"));
	if (client != NULL && strcmp(client, "libssh2") != 0 &&
	    strcmp(client, "openssh") != 0)
		targets_wrong(
		    t, yaml_tree_get(map, "client"), MESSAGE("target_client"));
	check_host_key(t, map);
}

/* aws: {region, service, access_key, secret_key}, all of them. */
static void
check_aws(struct targets *t, const struct yaml_tree *aws)
{
	static const char *const keys[] = { "region", "service", "access_key",
		"secret_key", NULL };

	if (aws->kind != YTREE_MAP) {
		targets_wrong(t, aws, MESSAGE("target_aws_map"));
		return;
	}
	yaml_tree_check_keys(t->arena, aws, keys, "aws", targets_report, t);
	check_texts(t, aws);
	check_secrets(t, aws);
	for (size_t i = 0; keys[i] != NULL; i++)
		if (yaml_tree_get(aws, keys[i]) == NULL)
			targets_wrong(t, aws,
			    message_arena(
				t->arena, "target_aws_needs key=%s", keys[i]));
		else if (yaml_tree_get(aws, keys[i])->kind == YTREE_TEXT &&
		    (yaml_tree_text(aws, keys[i]) == NULL ||
			strpbrk(yaml_tree_text(aws, keys[i]),
			    strcmp(keys[i], "access_key") == 0
				? " \t/"
				: " \t:/") != NULL))
			targets_wrong(t, yaml_tree_get(aws, keys[i]),
			    message_arena(
				t->arena, "target_aws_value key=%s", keys[i]));
}

/* The words in braces of a text of sign, of which these may stand in it. */
static unsigned
check_words(struct targets *t, const struct yaml_tree *sign, const char *key,
    const char *usual, unsigned may)
{
	const struct yaml_tree *y = yaml_tree_get(sign, key);
	const char *text = yaml_tree_text(sign, key);
	unsigned words = sign_words(text != NULL ? text : usual);

	if ((words & ~may) != 0)
		targets_wrong(t, y != NULL ? y : sign,
		    strcmp(key, "text") == 0 ? MESSAGE("target_sign_text")
					     : MESSAGE("target_sign_value"));
	return words;
}

static void
check_header(struct targets *t, const struct yaml_tree *sign, const char *key)
{
	const struct yaml_tree *y = yaml_tree_get(sign, key);
	const char *why = y == NULL || y->kind != YTREE_TEXT
	    ? NULL
	    : header_name_refused(y->text);

	if (why != NULL)
		targets_wrong(t, y, why);
}

/*
 * sign: {hmac, secret, header, text, value, timestamp}.  Without hmac the value
 * has to name the secret itself: a forgotten word must not send a key.
 */
static void
check_sign(struct targets *t, const struct yaml_tree *sign)
{
	static const char *const keys[] = { "hmac", "secret", "header", "text",
		"value", "timestamp", NULL };
	const struct yaml_tree *hmac, *time;
	unsigned text, value;

	if (sign->kind != YTREE_MAP) {
		targets_wrong(t, sign, MESSAGE("target_sign_map"));
		return;
	}
	yaml_tree_check_keys(t->arena, sign, keys, "sign", targets_report, t);
	check_texts(t, sign);
	check_secrets(t, sign);
	check_header(t, sign, "header");
	check_header(t, sign, "timestamp");
	for (size_t i = 1; i < 3; i++)
		if (yaml_tree_get(sign, keys[i]) == NULL)
			targets_wrong(t, sign,
			    message_arena(
				t->arena, "target_sign_needs key=%s", keys[i]));
	hmac = yaml_tree_get(sign, "hmac");
	time = yaml_tree_get(sign, "timestamp");
	text = check_words(t, sign, "text", SIGN_DEFAULT_TEXT, SIGN_TEXT_WORDS);
	value = check_words(t, sign, "value", SIGN_DEFAULT_VALUE,
	    SIGN_TEXT | SIGN_TIMESTAMP |
		(hmac != NULL ? SIGN_DIGEST : SIGN_SECRET));
	if (hmac != NULL && hmac->kind == YTREE_TEXT &&
	    !hmac_is_known(hmac->text))
		targets_wrong(t, hmac, MESSAGE("target_sign_hmac"));
	if ((value & (SIGN_DIGEST | SIGN_SECRET)) == 0)
		targets_wrong(t, sign, MESSAGE("target_sign_value"));
	if (time != NULL && (text & SIGN_TIMESTAMP) == 0)
		targets_wrong_key(t, time, MESSAGE("target_sign_time"));
}

/* A header that the signature sends does not stand in headers: as well. */
static void
check_signed(struct targets *t, const struct yaml_tree *headers,
    const struct yaml_tree *sign)
{
	static const char *const keys[] = { "header", "timestamp" };

	if (headers->kind != YTREE_MAP || sign->kind != YTREE_MAP)
		return;
	for (const struct yaml_tree *y = headers->first; y != NULL; y = y->next)
		for (size_t i = 0; i < 2; i++)
			if (strcasecmp(y->key,
				yaml_tree_text(sign, keys[i]) != NULL
				    ? yaml_tree_text(sign, keys[i])
				    : "") == 0)
				targets_wrong_key(t, y,
				    message_arena(t->arena,
					"target_sign_twice header=%s", y->key));
}

static void
check_http(struct targets *t, const struct yaml_tree *map)
{
	static const char *const logins[] = { "token", "user", "aws", NULL };
	const struct yaml_tree *at, *first = NULL;
	const char *why;

	if (yaml_tree_text(map, "url") == NULL)
		targets_wrong(t, map, MESSAGE("target_url_needed"));
	else if ((why = url_refused(yaml_tree_text(map, "url"))) != NULL)
		targets_wrong(t, yaml_tree_get(map, "url"), why);
	if ((why = headers_refused(yaml_tree_get(map, "headers"), &at)) != NULL)
		targets_wrong(t, at, why);
	for (size_t i = 0; logins[i] != NULL; i++) {
		if ((at = yaml_tree_get(map, logins[i])) == NULL)
			continue;
		if (first != NULL)
			targets_wrong_key(t, at, MESSAGE("target_one_login"));
		first = at;
	}
	if ((at = yaml_tree_get(map, "password")) != NULL &&
	    yaml_tree_text(map, "user") == NULL)
		targets_wrong_key(t, at, MESSAGE("target_password_user"));
	if ((at = yaml_tree_get(map, "cert_key")) != NULL &&
	    yaml_tree_text(map, "cert") == NULL)
		targets_wrong_key(t, at, MESSAGE("target_cert_needed"));
	if ((at = yaml_tree_get(map, "aws")) != NULL)
		check_aws(t, at);
	if ((at = yaml_tree_get(map, "sign")) != NULL)
		check_sign(t, at);
	if (at != NULL && yaml_tree_get(map, "headers") != NULL)
		check_signed(t, yaml_tree_get(map, "headers"), at);
}

static void
check_sql(struct targets *t, const struct yaml_tree *map)
{
	const char *host = yaml_tree_text(map, "host");
	const char *socket = yaml_tree_text(map, "socket");

	if (host == NULL && socket == NULL)
		targets_wrong(t, map, MESSAGE("target_database_host"));
	else if (host != NULL && socket != NULL)
		targets_wrong_key(t, yaml_tree_get(map, "socket"),
		    MESSAGE("target_database_both"));
	if (host != NULL && !is_host(host))
		targets_wrong(
		    t, yaml_tree_get(map, "host"), MESSAGE("target_host_form"));
	if (socket != NULL && socket[0] != '/')
		targets_wrong(t, yaml_tree_get(map, "socket"),
		    MESSAGE("target_socket_form"));
}

/* Its client verifies a certificate against the address that it connects to. */
static void
check_mysql(struct targets *t, const struct yaml_tree *map)
{
	check_sql(t, map);
	if (yaml_tree_get(map, "over") != NULL &&
	    yaml_tree_get(map, "ca") != NULL)
		targets_wrong_key(
		    t, yaml_tree_get(map, "ca"), MESSAGE("target_ca_over"));
}

static void
check_sqlite(struct targets *t, const struct yaml_tree *map)
{
	if (yaml_tree_get(map, "over") != NULL)
		targets_wrong_key(t, yaml_tree_get(map, "over"),
		    MESSAGE("target_sqlite_over"));
	if (yaml_tree_text(map, "file") == NULL)
		targets_wrong(t, map, MESSAGE("target_sqlite_file"));
}

static const char *const ssh_keys[] = { "host", "port", "user", "key",
	"passphrase", "agent", "host_key", "client", "jump", NULL };
static const char *const http_keys[] = { "url", "headers", "ca", "cert",
	"cert_key", "user", "password", "token", "aws", "sign", "over", NULL };
static const char *const sql_keys[] = { "host", "port", "socket", "user",
	"password", "database", "ca", "over", NULL };
static const char *const sqlite_keys[] = { "file", "over", NULL };

/* clang-format off */
static const struct {
	const char	*name;
	const char	*what;
	const char	*port;		/* its usual one, or NULL */
	const char	*const *keys;
	void		(*check)(struct targets *t, const struct yaml_tree *map);
} kinds[] = {
#define KINDS(ROW) \
	ROW("ssh",	  MESSAGE("where_ssh_target"),	"22",	ssh_keys,    check_ssh) \
	ROW("http",	  MESSAGE("where_http_target"),	NULL,	http_keys,   check_http) \
	ROW("mysql",	  MESSAGE("where_database"),		"3306", sql_keys,    check_mysql) \
	ROW("postgresql", MESSAGE("where_database"),		"5432", sql_keys,    check_sql) \
	ROW("sqlite",	  MESSAGE("where_sqlite_target"),	NULL,	sqlite_keys, check_sqlite)
#define ROW(...) { __VA_ARGS__ },
	KINDS(ROW)
#undef ROW
};

const char *const target_keys[] = {
#define ROW(name, ...) name,
	KINDS(ROW)
#undef ROW
	"shared", NULL
};
/* clang-format on */

const char *
target_kind_port(const char *kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, kind) == 0)
			return kinds[i].port;
	return NULL;
}

const char *
target_kind_check(struct targets *t, const struct yaml_tree *y,
    const struct yaml_tree **ret_config)
{
	const char *kind = NULL;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct yaml_tree *config = yaml_tree_get(
		    y, kinds[i].name);

		if (config == NULL)
			continue;
		if (kind != NULL) {
			targets_wrong_key(
			    t, config, MESSAGE("target_one_kind"));
			continue;
		}
		kind = kinds[i].name;
		*ret_config = config;
		if (config->kind != YTREE_MAP) {
			targets_wrong(t, config, MESSAGE("target_map"));
			continue;
		}
		yaml_tree_check_keys(t->arena, config, kinds[i].keys,
		    kinds[i].what, targets_report, t);
		check_texts(t, config);
		check_secrets(t, config);
		check_port(t, config);
		kinds[i].check(t, config);
	}
	return kind;
}
