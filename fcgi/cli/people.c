/*
 * people.c: users, tokens and secrets from the command line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/people.h"
#include "base/json.h"
#include "base/message.h"
#include "cli/cli.h"
#include "cli/ask.h"
#include "cli/list.h"

static struct json_object *
with(const char *key, const char *text)
{
	struct json_object *o = json_object_new_object();

	json_set_text(o, key, text);
	return o;
}

/* "a,b" as an array of names. */
static struct json_object *
names_of(const char *list)
{
	struct json_object *all = json_object_new_array();
	size_t n;

	for (const char *p = list != NULL ? list : ""; *p != '\0'; p += n) {
		n = strcspn(p, ",");
		if (n > 0)
			json_object_array_add(
			    all, json_object_new_string_len(p, (int)n));
		n += p[n] == ',';
	}
	return all;
}

/* Moves a secret line from standard input into the object. */
static bool
read_secret(struct json_object *o, const char *key, const char *prompt)
{
	char *line = cli_read_line(prompt);

	if (line == NULL) {
		cli_message(CLI_NO, "cli_no_input");
		return false;
	}
	json_set_text(o, key, line);
	explicit_bzero(line, strlen(line));
	free(line);
	return true;
}

static int
ask(struct cli *c, const char *verb, struct json_object *body)
{
	return cli_ask(c, verb, body, NULL) ? CLI_YES : CLI_NO;
}

int
cli_user(struct cli *c)
{
	const char *verb, *action = c->argc == 2 ? c->argv[0] : "";
	struct json_object *body;

	if (c->argc == 1 && strcmp(c->argv[0], "list") == 0)
		return cli_list(c, "user", NULL);
	body = with("name", c->argc == 2 ? c->argv[1] : "");
	if (strcmp(action, "add") == 0) {
		verb = "account_add";
		json_set(body, "roles", names_of(c->roles));
	} else if (strcmp(action, "password") == 0) {
		verb = "password_set";
	} else if (strcmp(action, "roles") == 0 && c->roles != NULL) {
		verb = "account_change";
		json_set(body, "roles", names_of(c->roles));
	} else if (strcmp(action, "disable") == 0 ||
	    strcmp(action, "enable") == 0) {
		verb = "account_change";
		json_set_bool(body, "disabled", action[0] == 'd');
	} else {
		json_object_put(body);
		return CLI_USAGE;
	}
	if (strcmp(verb, "account_change") != 0 &&
	    !read_secret(body, "password", MESSAGE("cli_password"))) {
		json_object_put(body);
		return CLI_NO;
	}
	if (ask(c, verb, body) != CLI_YES)
		return CLI_NO;
	if (strcmp(verb, "account_add") == 0)
		cli_print("cli_account_add name=%s", c->argv[1]);
	else if (strcmp(verb, "password_set") == 0)
		cli_print("cli_password_set name=%s", c->argv[1]);
	else
		cli_print("cli_account_change name=%s", c->argv[1]);
	return CLI_YES;
}

int
cli_token(struct cli *c)
{
	struct json_object *body, *result = NULL;

	if (c->argc > 0 && c->argc < 3 && strcmp(c->argv[0], "list") == 0)
		return cli_list(c, "token", c->argc == 2 ? c->argv[1] : NULL);
	if (c->argc != 2 || c->name == NULL)
		return CLI_USAGE;
	body = with("account", c->argv[1]);
	json_set_text(body, "name", c->name);
	if (c->scope != NULL)
		json_set(body, "scopes", names_of(c->scope));
	if (c->expires != NULL)
		json_set_text(body, "expires", c->expires);
	if (strcmp(c->argv[0], "revoke") == 0)
		return ask(c, "token_revoke", body);
	if (strcmp(c->argv[0], "add") != 0) {
		json_object_put(body);
		return CLI_USAGE;
	}
	if (!cli_ask(c, "token_add", body, &result))
		return CLI_NO;
	printf("%s\n", json_text(result, "token", ""));
	json_object_put(result);
	return CLI_YES;
}

int
cli_secret(struct cli *c)
{
	struct json_object *body;

	if (c->argc == 1 && strcmp(c->argv[0], "list") == 0)
		return cli_list(c, "secret", NULL);
	if (c->argc != 2)
		return CLI_USAGE;
	body = with("name", c->argv[1]);
	if (strcmp(c->argv[0], "delete") == 0) {
		json_set_bool(body, "force", c->force);
		return ask(c, "secret_delete", body);
	}
	if (strcmp(c->argv[0], "set") != 0) {
		json_object_put(body);
		return CLI_USAGE;
	}
	if (!read_secret(body, "value", MESSAGE("cli_value"))) {
		json_object_put(body);
		return CLI_NO;
	}
	return ask(c, "secret_set", body);
}
