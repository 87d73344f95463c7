/*
 * target_variables.c: the variables that a script gets for a target (with=),
 * and the values that other steps get.
 *
 * Names consist of the document's name of the target and of a suffix of this
 * table.  The variables of clients are those that the client itself reads; no
 * document chooses the name of a variable.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "lang/http/http_url.h"
#include "lang/target_variables.h"
#include "plan/plan.h"

struct giving {
	const char *written;
	const char *target;
	bool first, here;
	target_variable_fn fn;
	void *ctx;
};

/* clang-format off */
static const struct {
	const char *kind;   /* of the target; "aws": its object */
	const char *key;
	const char *suffix;
	const char *client; /* variable that the client reads, or NULL */
	const char *usual;  /* the value of an absent key, or NULL */
} rows[] = {
	{ "ssh",	"host",		"host",		NULL,			NULL },
	{ "ssh",	"port",		"port",		NULL,			"22" },
	{ "ssh",	"user",		"user",		NULL,			NULL },
	{ "http",	"url",		"url",		NULL,			NULL },
	{ "http",	"token",	"token",	NULL,			NULL },
	{ "http",	"user",		"user",		NULL,			NULL },
	{ "http",	"password",	"password",	NULL,			NULL },
	{ "http",	"ca",		"ca",		NULL,			NULL },
	{ "aws",	"region",	"region",	"AWS_DEFAULT_REGION",	NULL },
	{ "aws",	"access_key",	"access_key",	"AWS_ACCESS_KEY_ID",	NULL },
	{ "aws",	"secret_key",	"secret_key",	"AWS_SECRET_ACCESS_KEY", NULL },
	{ "mysql",	"host",		"host",		"MYSQL_HOST",		NULL },
	{ "mysql",	"port",		"port",		"MYSQL_TCP_PORT",	"3306" },
	{ "mysql",	"socket",	"socket",	"MYSQL_UNIX_PORT",	NULL },
	{ "mysql",	"user",		"user",		NULL,			NULL },
	{ "mysql",	"password",	"password",	"MYSQL_PWD",		NULL },
	{ "mysql",	"database",	"database",	NULL,			NULL },
	{ "mysql",	"ca",		"ca",		NULL,			NULL },
	{ "postgresql",	"host",		"host",		"PGHOST",		NULL },
	{ "postgresql",	"socket",	"socket",	"PGHOST",		NULL },
	{ "postgresql",	"port",		"port",		"PGPORT",		"5432" },
	{ "postgresql",	"user",		"user",		"PGUSER",		NULL },
	{ "postgresql",	"password",	"password",	"PGPASSWORD",		NULL },
	{ "postgresql",	"database",	"database",	"PGDATABASE",		NULL },
	{ "postgresql",	"ca",		"ca",		"PGSSLROOTCERT",	NULL },
	{ "sqlite",	"file",		"file",		NULL,			NULL },
};

const char *const target_suffixes[] = { "host", "port", "user", "password",
	"url", "token", "database", "socket", "file", "ca", "region",
	"access_key", "secret_key", NULL };
/* clang-format on */

#define ROWS (sizeof(rows) / sizeof(rows[0]))

void
target_variable_name(
    const char *written, const char *suffix, char out[TARGET_VARIABLE_MAX])
{
	snprintf(out, TARGET_VARIABLE_MAX, "CS_%.64s_%.20s", written, suffix);
	for (char *c = out; *c != '\0'; c++)
		*c = *c == '-' || *c == '.' ? '_'
					    : (char)toupper((unsigned char)*c);
}

static void
lower(char *name)
{
	for (; *name != '\0'; name++)
		*name = (char)tolower((unsigned char)*name);
}

void
target_value_name(
    const char *written, const char *suffix, char out[TARGET_VARIABLE_MAX])
{
	target_variable_name(written, suffix, out);
	lower(out);
}

bool
target_gives(const char *kind)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].kind, kind) == 0)
			return true;
	return false;
}

/* Puts those members of the object that have a row. */
static void
put_given(struct json_object *given, const char *kind, struct json_object *o)
{
	for (size_t i = 0; i < ROWS; i++) {
		struct json_object *v = json_get(o, rows[i].key), *copy = NULL;

		if (strcmp(rows[i].kind, kind) != 0 || v == NULL)
			continue;
		json_object_deep_copy(v, &copy, NULL);
		json_set(given, rows[i].key, copy);
	}
}

struct json_object *
target_given(struct json_object *targets, const char *name)
{
	struct json_object *target = json_get(targets, name), *given, *aws;
	const char *kind = json_text(target, "kind", "");

	if (target == NULL)
		return NULL;
	given = json_object_new_object();
	json_set_text(given, "name", name);
	json_set_text(given, "kind", kind);
	put_given(given, kind, target);
	if (json_get(target, "aws") != NULL) {
		aws = json_object_new_object();
		put_given(aws, "aws", json_get(target, "aws"));
		json_set(given, "aws", aws);
	}
	return given;
}

/*
 * The kind of client that the target is for: "mysql", "aws"; NULL if none.
 */
static const char *
client_of(struct json_object *target)
{
	const char *kind = json_text(target, "kind", "");

	if (text_eq(kind, "mysql"))
		return "mysql";
	if (text_eq(kind, "postgresql"))
		return "postgresql";
	return json_get(target, "aws") != NULL ? "aws" : NULL;
}

static bool
is_secret(const char *key)
{
	for (size_t i = 0; plan_secret_keys[i] != NULL; i++)
		if (strcmp(plan_secret_keys[i], key) == 0)
			return true;
	return false;
}

/* The value of a key: a text, a number, or its usual value. */
static const char *
value_of(struct json_object *target, size_t row, char number[32])
{
	struct json_object *v = json_get(target, rows[row].key);

	if (json_object_is_type(v, json_type_int)) {
		snprintf(
		    number, 32, "%lld", (long long)json_object_get_int64(v));
		return number;
	}
	if (v == NULL && json_get(target, "socket") != NULL &&
	    strcmp(rows[row].kind, "mysql") == 0)
		return NULL; /* a socket has no port */
	return json_text(target, rows[row].key, rows[row].usual);
}

static void
give(const struct giving *g, const char *kind, struct json_object *o)
{
	char name[TARGET_VARIABLE_MAX], number[32];

	for (size_t i = 0; i < ROWS; i++) {
		const char *value = strcmp(rows[i].kind, kind) != 0
		    ? NULL
		    : value_of(o, i, number);
		bool secret = is_secret(rows[i].key);

		if (value == NULL ||
		    (!g->here && strcmp(rows[i].key, "ca") == 0))
			continue;
		target_variable_name(g->written, rows[i].suffix, name);
		g->fn(g->ctx, g->target, name, value, secret);
		if (g->first && rows[i].client != NULL)
			g->fn(g->ctx, g->target, rows[i].client, value, secret);
	}
}

/* The address of the server without the bucket behind it. */
static void
give_endpoint(const struct giving *g, const char *url)
{
	struct buf origin = { 0 };
	struct http_url u;

	if (http_url_read(url, &u) != NULL)
		return;
	buf_put(&origin, url, (size_t)(u.rest - url));
	g->fn(g->ctx, g->target, "AWS_ENDPOINT_URL", buf_text(&origin), false);
	buf_clear(&origin);
}

static void
give_target(const struct giving *g, struct json_object *target)
{
	const char *kind = json_text(target, "kind", "");
	struct json_object *aws = json_get(target, "aws");

	give(g, kind, target);
	if (aws != NULL) {
		give(g, "aws", aws);
		if (g->first)
			give_endpoint(g, json_text(target, "url", ""));
	}
	if (g->first && text_eq(kind, "postgresql") &&
	    json_get(target, "ca") != NULL)
		g->fn(g->ctx, g->target, "PGSSLMODE", "verify-full", false);
}

/* No target before this one has the same client. */
static bool
is_first(struct json_object *with, struct json_object *target)
{
	json_object_object_foreach (with, written, other) {
		(void)written;
		if (other == target)
			return true;
		if (text_eq(client_of(other), client_of(target)))
			return false;
	}
	return false;
}

void
target_variables(
    struct json_object *with, bool here, target_variable_fn fn, void *ctx)
{
	if (with == NULL)
		return;
	json_object_object_foreach (with, written, target) {
		struct giving g = { written, json_text(target, "name", ""),
			is_first(with, target), here, fn, ctx };

		give_target(&g, target);
	}
}

struct naming {
	target_variable_fn fn;
	void *ctx;
};

static void
give_value(void *ctx, const char *target, const char *name, const char *value,
    bool secret)
{
	const struct naming *n = ctx;
	char low[TARGET_VARIABLE_MAX];

	if (!text_starts(name, "CS_"))
		return; /* of a client */
	snprintf(low, sizeof(low), "%s", name);
	lower(low);
	n->fn(n->ctx, target, low, value, secret);
}

void
target_values(struct json_object *with, target_variable_fn fn, void *ctx)
{
	struct naming n = { fn, ctx };

	target_variables(with, false, give_value, &n);
}

bool
target_is_beside(struct json_object *target)
{
	const char *url = json_text(target, "url", NULL);
	const char *host = json_text(target, "host", "");
	struct http_url u;
	char name[256];

	if (json_get(target, "socket") != NULL ||
	    json_get(target, "file") != NULL)
		return true;
	if (url != NULL && http_url_read(url, &u) == NULL) {
		snprintf(name, sizeof(name), "%.*s",
		    (int)(u.host_len < 255 ? u.host_len : 255), u.host);
		host = name;
	}
	return text_starts(host, "127.") || text_eq(host, "localhost") ||
	    text_eq(host, "::1") || text_eq(host, "[::1]");
}
