/*
 * targets.c: targets.yml: which machine a name means, in each environment.
 *
 * Every key is checked, also those of kinds that only a later version uses:
 * a word that is silently ignored here (host_keys for host_key) would be a
 * connection that trusts anybody.
 */
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/text.h"
#include "book/inventory.h"

#define TARGETS_MAX	(1024 * 1024)

static void
tell(void *ctx, int line, int column, const char *message)
{
	struct targets *t = ctx;
	struct diagnostic *d;

	t->errors++;
	if (t->count >= 200)
		return;
	d = mem_grow(&t->diagnostics, &t->cap, t->count++, sizeof(*d));
	d->severity = SEVERITY_ERROR;
	d->line = line;
	d->column = column;
	d->message = arena_strdup(t->arena, message);
}

static void
wrong(struct targets *t, const struct ytree *y, const char *message)
{
	tell(t, y->line, y->column, message);
}

static void
wrong_key(struct targets *t, const struct ytree *y, const char *message)
{
	tell(t, y->key_line, y->key_column, message);
}

static const char *
member_text(const struct ytree *map, const char *key)
{
	const struct ytree *y = ytree_get(map, key);

	return y != NULL && y->kind == YTREE_TEXT && y->text[0] != '\0' ?
	    y->text : NULL;
}

static void
check_flag(struct targets *t, const struct ytree *map, const char *key,
    bool *ret)
{
	const struct ytree *y = ytree_get(map, key);

	if (y != NULL && !ytree_bool(y, ret))
		wrong(t, y, arena_printf(t->arena, "“%s” is either true or "
		    "false.", key));
}

static void
check_texts(struct targets *t, const struct ytree *map)
{
	for (const struct ytree *y = map->first; y != NULL; y = y->next)
		if (y->kind != YTREE_TEXT && strcmp(y->key, "headers") != 0)
			wrong(t, y, arena_printf(t->arena, "“%s” must be one "
			    "text or number.", y->key));
}

static void
check_port(struct targets *t, const struct ytree *map)
{
	const struct ytree *y = ytree_get(map, "port");
	int64_t port;

	if (y != NULL && y->kind == YTREE_TEXT &&
	    !text_int(y->text, 1, 65535, &port))
		wrong(t, y, "A port is a number from 1 to 65535.");
}

static void
check_host_key(struct targets *t, const struct ytree *map)
{
	static const char *const types[] = { "ssh-ed25519 ",
	    "ecdsa-sha2-nistp256 ", "ecdsa-sha2-nistp384 ",
	    "ecdsa-sha2-nistp521 ", "ssh-rsa ", NULL };
	const struct ytree *y = ytree_get(map, "host_key");
	size_t n;

	if (y == NULL) {
		wrong(t, map, "An ssh target needs its host key: host_key: "
		    "\"ssh-ed25519 AAAA…\", as “ssh-keyscan HOST” prints it. "
		    "Compare it with the one on the machine.");
		return;
	}
	if (y->kind != YTREE_TEXT)
		return;
	for (size_t i = 0; types[i] != NULL; i++) {
		n = strlen(types[i]);
		if (!text_starts(y->text, types[i]))
			continue;
		n += strspn(y->text + n, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		    "abcdefghijklmnopqrstuvwxyz0123456789+/=");
		if (y->text[n] == '\0' && n > strlen(types[i]) + 20)
			return;
	}
	wrong(t, y, "A host key is its type, a blank, and its base64 text: "
	    "\"ssh-ed25519 AAAA…\", without the host's name before it.");
}

static void
check_ssh(struct targets *t, const struct ytree *map)
{
	static const char *const keys[] = { "host", "port", "user", "key",
	    "passphrase", "agent", "host_key", "client", "jump", NULL };
	const char *client = member_text(map, "client");
	const char *host = member_text(map, "host");
	const char *user = member_text(map, "user");
	bool agent = false;

	ytree_check_keys(t->arena, map, keys, "an ssh target", tell, t);
	if (host == NULL || host[0] == '-' ||
	    strpbrk(host, " \t\r\n/@") != NULL)
		wrong(t, map, "An ssh target needs a host: a name or an "
		    "address.");
	if (user == NULL || user[0] == '-' ||
	    strpbrk(user, " \t\r\n/@:") != NULL)
		wrong(t, map, "An ssh target needs a user.");
	check_port(t, map);
	check_flag(t, map, "agent", &agent);
	if (!agent && member_text(map, "key") == NULL)
		wrong(t, map, "An ssh target needs a key (key: FILE) or agent: "
		    "true.");
	if (client != NULL && strcmp(client, "libssh2") != 0 &&
	    strcmp(client, "openssh") != 0)
		wrong(t, ytree_get(map, "client"), "The client is libssh2 or "
		    "openssh.");
	check_host_key(t, map);
}

static void
check_http(struct targets *t, const struct ytree *map)
{
	static const char *const keys[] = { "url", "headers", "ca", "user",
	    "password", "token", NULL };
	const struct ytree *at;
	const char *why;

	ytree_check_keys(t->arena, map, keys, "an http target", tell, t);
	if (member_text(map, "url") == NULL)
		wrong(t, map, "An http target needs its url: "
		    "https://host/base.");
	else if ((why = url_refused(member_text(map, "url"))) != NULL)
		wrong(t, ytree_get(map, "url"), why);
	if ((why = headers_refused(ytree_get(map, "headers"), &at)) != NULL)
		wrong(t, at, why);
	if (member_text(map, "token") != NULL &&
	    member_text(map, "user") != NULL)
		wrong(t, ytree_get(map, "token"), "An http target has either a "
		    "token, or a user and a password.");
}

static void
check_sql(struct targets *t, const struct ytree *map)
{
	static const char *const keys[] = { "host", "port", "socket", "user",
	    "password", "database", "ca", "over", NULL };

	ytree_check_keys(t->arena, map, keys, "a database", tell, t);
	check_port(t, map);
	if (member_text(map, "host") == NULL &&
	    member_text(map, "socket") == NULL)
		wrong(t, map, "A database needs a host or a socket.");
}

static void
check_sqlite(struct targets *t, const struct ytree *map)
{
	static const char *const keys[] = { "file", "over", NULL };

	if (ytree_get(map, "over") != NULL)
		wrong_key(t, ytree_get(map, "over"), "An sqlite database is a "
		    "file of the console's machine. For one elsewhere, write "
		    "an sh step on that machine that runs sqlite3.");
	ytree_check_keys(t->arena, map, keys, "an sqlite database", tell, t);
	if (member_text(map, "file") == NULL)
		wrong(t, map, "An sqlite database needs its file.");
}

static const struct {
	const char	*name;
	void		(*check)(struct targets *t, const struct ytree *map);
} kinds[] = {
	{ "ssh", check_ssh }, { "http", check_http }, { "mysql", check_sql },
	{ "postgresql", check_sql }, { "sqlite", check_sqlite },
};

static bool
name_is_free(struct targets *t, const struct environment *e,
    const struct ytree *y)
{
	const char *why = NULL;

	if (!text_is_id(y->key))
		why = "a name is letters, digits, “.”, “_” and “-”, at most "
		    "64.";
	else if (strcmp(y->key, "local") == 0)
		why = "“local” is always there: it is the console's own "
		    "machine.";
	for (const struct target *x = e->targets; x != NULL; x = x->next)
		if (strcmp(x->name, y->key) == 0)
			why = "a target has that name.";
	if (why != NULL)
		wrong_key(t, y, arena_printf(t->arena, "“%s” cannot be used "
		    "here: %s", y->key, why));
	return why == NULL;
}

static void
read_target(struct targets *t, struct environment *e, const struct ytree *y,
    struct target ***tail)
{
	static const char *const keys[] = { "ssh", "http", "mysql",
	    "postgresql", "sqlite", "shared", NULL };
	struct target *target;

	if (!name_is_free(t, e, y))
		return;
	target = arena_alloc(t->arena, sizeof(*target));
	target->name = y->key;
	if (y->kind != YTREE_MAP) {
		wrong(t, y, "A target is described by its kind, such as ssh: "
		    "{host: …, user: …, key: …, host_key: …}.");
		return;
	}
	ytree_check_keys(t->arena, y, keys, "a target", tell, t);
	check_flag(t, y, "shared", &target->shared);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct ytree *config = ytree_get(y, kinds[i].name);

		if (config == NULL)
			continue;
		if (target->kind != NULL) {
			wrong_key(t, config, "A target has one kind only.");
		} else if (config->kind != YTREE_MAP) {
			wrong(t, config, "This must be a map, such as {host: "
			    "…}.");
		} else {
			target->kind = kinds[i].name;
			target->config = config;
			check_texts(t, config);
			kinds[i].check(t, config);
		}
	}
	if (target->kind == NULL) {
		wrong_key(t, y, "This target has no kind. Add ssh: {host: …, "
		    "user: …, key: …, host_key: …}.");
		return;
	}
	**tail = target;
	*tail = &target->next;
}

static bool
is_target(const struct environment *e, const char *name)
{
	for (const struct target *x = e->targets; x != NULL; x = x->next)
		if (strcmp(x->name, name) == 0)
			return true;
	return strcmp(name, "local") == 0;
}

/* "over" names an ssh target; known once all targets are. */
static void
check_ways(struct targets *t, const struct environment *e)
{
	for (const struct target *x = e->targets; x != NULL; x = x->next) {
		const struct ytree *over = ytree_get(x->config, "over");
		const struct target *y = e->targets;

		if (over == NULL || over->kind != YTREE_TEXT)
			continue;
		while (y != NULL && strcmp(y->name, over->text) != 0)
			y = y->next;
		if (y == NULL || strcmp(y->kind, "ssh") != 0)
			wrong(t, over, arena_printf(t->arena, "“%s” is no ssh "
			    "target of this environment. Write the name of the "
			    "machine over which the database is reached.",
			    over->text));
	}
}

static void
read_group(struct targets *t, struct environment *e, const struct ytree *y,
    struct group ***tail)
{
	struct group *g = arena_alloc(t->arena, sizeof(*g));

	if (!name_is_free(t, e, y))
		return;
	if (y->kind != YTREE_LIST || y->count == 0) {
		wrong(t, y, "A group is a list of targets, such as [node-1, "
		    "node-2].");
		return;
	}
	g->name = y->key;
	g->members = arena_alloc(t->arena, y->count * sizeof(*g->members));
	for (const struct ytree *m = y->first; m != NULL; m = m->next) {
		bool twice = false;

		for (size_t i = 0; i < g->count; i++)
			twice |= m->text != NULL &&
			    strcmp(g->members[i], m->text) == 0;
		if (m->kind != YTREE_TEXT || !is_target(e, m->text))
			wrong(t, m, arena_printf(t->arena, "“%s” is not a "
			    "target of this environment. A group consists of "
			    "targets, not of groups.",
			    m->text != NULL ? m->text : y->key));
		else if (twice)
			wrong(t, m, "This target is in the group already.");
		else
			g->members[g->count++] = m->text;
	}
	**tail = g;
	*tail = &g->next;
}

static void
read_rules(struct targets *t, struct environment *e, const struct ytree *y)
{
	static const char *const keys[] = { "role", "count", NULL };
	struct approval_rule *rule;
	const char *count;
	int64_t n;

	if (y->kind != YTREE_LIST) {
		wrong(t, y, "“approvals” is a list of {role: NAME, count: "
		    "1}.");
		return;
	}
	e->approvals = arena_alloc(t->arena,
	    (y->count + 1) * sizeof(*e->approvals));
	for (y = y->first; y != NULL; y = y->next) {
		rule = &e->approvals[e->approvals_count];
		n = 1;
		if (y->kind == YTREE_MAP)
			ytree_check_keys(t->arena, y, keys, "an approval",
			    tell, t);
		count = member_text(y, "count");
		rule->role = member_text(y, "role");
		if (rule->role == NULL || !text_is_id(rule->role) ||
		    (ytree_get(y, "count") != NULL &&
		    !text_int(count, 1, 20, &n))) {
			wrong(t, y, "An approval is {role: NAME, count: 1}, the "
			    "count from 1 to 20.");
			continue;
		}
		rule->count = (int)n;
		e->approvals_count++;
	}
}

static void
read_environment(struct targets *t, const struct ytree *y,
    struct environment ***tail)
{
	static const char *const keys[] = { "label", "production",
	    "approvals", "targets", "groups", NULL };
	struct environment *e = arena_alloc(t->arena, sizeof(*e));
	struct target **targets = &e->targets;
	struct group **groups = &e->groups;
	const struct ytree *map;

	if (!text_is_id(y->key))
		wrong_key(t, y, "The name of an environment is letters, "
		    "digits, “.”, “_” and “-”, at most 64.");
	e->name = e->label = y->key;
	**tail = e;
	*tail = &e->next;
	if (y->kind != YTREE_MAP) {
		if (y->kind != YTREE_TEXT || y->text[0] != '\0')
			wrong(t, y, "An environment has the keys label, "
			    "production, approvals, targets, groups.");
		return;
	}
	ytree_check_keys(t->arena, y, keys, "an environment", tell, t);
	if (member_text(y, "label") != NULL)
		e->label = member_text(y, "label");
	check_flag(t, y, "production", &e->production);
	if ((map = ytree_get(y, "approvals")) != NULL)
		read_rules(t, e, map);
	if ((map = ytree_get(y, "targets")) != NULL && map->kind == YTREE_MAP)
		for (map = map->first; map != NULL; map = map->next)
			read_target(t, e, map, &targets);
	else if (map != NULL && (map->kind != YTREE_TEXT || *map->text))
		wrong(t, map, "“targets” is a map of names.");
	check_ways(t, e);
	if ((map = ytree_get(y, "groups")) != NULL && map->kind == YTREE_MAP)
		for (map = map->first; map != NULL; map = map->next)
			read_group(t, e, map, &groups);
	else if (map != NULL && (map->kind != YTREE_TEXT || *map->text))
		wrong(t, map, "“groups” is a map of names to lists.");
}

static void
read_all(struct targets *t, const char *text, size_t len)
{
	static const char *const keys[] = { "environments", NULL };
	struct environment **tail = &t->environments;
	const struct ytree *y, *map;

	if (!text_is_utf8(text, len)) {
		tell(t, 1, 1, "This is not a UTF-8 text file.");
		return;
	}
	y = ytree_read(t->arena, text, len, 1, tell, t);
	if (y == NULL)
		return;
	if (y->kind != YTREE_MAP) {
		wrong(t, y, "The file begins with the key “environments:”.");
		return;
	}
	ytree_check_keys(t->arena, y, keys, "targets.yml", tell, t);
	map = ytree_get(y, "environments");
	if (map == NULL || map->kind != YTREE_MAP) {
		wrong(t, map != NULL ? map : y, "“environments” is a map of "
		    "names, such as test and production.");
		return;
	}
	for (map = map->first; map != NULL; map = map->next)
		read_environment(t, map, &tail);
}

struct targets *
targets_parse(const char *text, size_t len, const char *dir)
{
	struct targets *t = mem_calloc(1, sizeof(*t));

	t->arena = arena_new();
	t->dir = arena_strdup(t->arena, dir != NULL ? dir : ".");
	if (len > TARGETS_MAX)
		tell(t, 1, 1, "targets.yml is larger than 1 MB.");
	else
		read_all(t, text, len);
	return t;
}

enum err
targets_load(const char *path, struct targets **ret)
{
	struct buf text = {0};
	const char *slash = strrchr(path, '/');
	char *dir;
	enum err err;

	err = io_read_file(path, TARGETS_MAX, &text);
	if (err != ERR_OK)
		goto out;
	dir = slash == NULL ? mem_strdup(".") :
	    mem_strndup(path, slash == path ? 1 : (size_t)(slash - path));
	*ret = targets_parse(buf_text(&text), text.len, dir);
	free(dir);
out:
	buf_clear(&text);
	return err;
}

void
targets_free(struct targets *t)
{
	if (t == NULL)
		return;
	arena_free(t->arena);
	free(t->diagnostics);
	free(t);
}

const struct diagnostic *
targets_diagnostics(const struct targets *t, size_t *ret_count,
    size_t *ret_errors)
{
	*ret_count = t->count;
	*ret_errors = t->errors;
	return t->diagnostics;
}
