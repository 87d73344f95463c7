/*
 * command.c: the commands of the keeper.
 *
 * plan/commands.def says who may use a verb, with which fields; its function is
 * cmd_VERB.  run_authorize() decides inside the command on those about a run or
 * a step.  A verb that only reads is refused.
 */
#include <string.h>

#include "keeper/command.h"
#include "base/text.h"
#include "journal/auth.h"
#include "journal/event.h"
#include "keeper/keeper.h"
#include "journal/lifecycle_people.h"

static const enum json_type json_types[] = {
	[FIELD_TEXT] = json_type_string,
	[FIELD_WORDS] = json_type_string,
	[FIELD_SECRET] = json_type_string,
	[FIELD_NUMBER] = json_type_int,
	[FIELD_FLAG] = json_type_boolean,
	[FIELD_LIST] = json_type_array,
	[FIELD_CHOICES] = json_type_array,
	[FIELD_MAP] = json_type_object,
};

/* clang-format off */
static enum err (*const functions[])(struct command *) = {
#define PAGE(verb, role) [VERB_##verb] = NULL,
#define COMMAND(verb, ...) [VERB_##verb] = cmd_##verb,
#define RUN COMMAND
#define STEP COMMAND
#define INTERNAL COMMAND
#include "plan/commands.def"
};
/* clang-format on */

/*
 * Identifies the caller. The command line, on a socket of its own, may do
 * everything.
 */
static enum err
authenticate(struct command *c, enum verb verb)
{
	static const char all[] = "[\"admin\",\"operator\",\"approver\"]";
	enum err err;

	c->actor.name = c->name;
	if (c->channel == CHANNEL_LOCAL) {
		memcpy(c->name, "local", sizeof("local"));
		c->actor.roles = json_tokener_parse(all);
		c->actor.local = true;
		return ERR_OK;
	}
	if (c->channel == CHANNEL_RUNNER) {
		memcpy(c->name, "runner", sizeof("runner"));
		return ERR_OK;
	}
	if (c->call->credential[0] == '\0')
		return ERR_OK;
	err = auth_find(c->keeper->db, c->call->credential, c->name, &c->actor);
	/* An expired session must not prevent a new one. */
	if (err == ERR_UNAUTHENTICATED && verb_role(verb) == ROLE_NONE)
		return ERR_OK;
	if (err != ERR_OK)
		return fault_set(&c->fault, err, "unauthenticated", NULL,
		    "refused_unauthenticated");
	return ERR_OK;
}

/* The checks that depend on the verb alone. */
static enum err
authorise(struct command *c, enum verb verb)
{
	enum role role = verb_role(verb);
	enum err err;

	if (role == ROLE_RUNNER || c->channel == CHANNEL_RUNNER) {
		if (role == ROLE_RUNNER && c->channel == CHANNEL_RUNNER)
			return ERR_OK;
		goto forbidden;
	}
	if (role == ROLE_LOCAL && c->channel != CHANNEL_LOCAL)
		goto forbidden;
	if (role == ROLE_NONE || c->channel == CHANNEL_LOCAL)
		return ERR_OK;
	if (c->actor.roles == NULL)
		return fault_set(&c->fault, ERR_UNAUTHENTICATED,
		    "unauthenticated", NULL, "refused_sign_in");
	/* run_authorize() checks decisions and signatures. */
	if (role != ROLE_RULE && role != ROLE_SIGNER &&
	    (err = auth_may(&c->actor, verb, &c->fault)) != ERR_OK)
		return err;
	return lifecycle_decides(verb)
	    ? ERR_OK
	    : run_authorize_verb(verb, &c->actor, &c->fault);
forbidden:
	return fault_set(
	    &c->fault, ERR_FORBIDDEN, "forbidden", NULL, "refused_forbidden");
}

enum err
command_words(struct command *c, const char *field)
{
	const char *text = json_text(c->body, field, "");

	if (!text_is_blank(text))
		return ERR_OK;
	return fault_set(&c->fault, ERR_INVALID, "missing_field", field,
	    "refused_words_needed field=@field_%s", field);
}

/* A text has its length; one that goes on record is not blank. */
static enum err
check_text(struct command *c, const struct field *field)
{
	const char *text = json_text(c->body, field->name, "");

	if (field->most != 0 && text_characters(text) > field->most)
		return fault_set(&c->fault, ERR_INVALID, "too_long",
		    field->name, "refused_too_long field=@field_%s count=%zu",
		    field->name, field->most);
	return field->type == FIELD_WORDS ? command_words(c, field->name)
					  : ERR_OK;
}

/* Messages of the runner are checked by their reader. */
static enum err
read_body(struct command *c, enum verb verb)
{
	const struct field *fields = command_row(verb)->fields;
	const char *text = c->call->body[0] != '\0' ? c->call->body : "{}";
	struct json_key keys[COMMAND_FIELDS_MOST + 1] = { 0 };
	enum err err = json_read(text, strlen(text), &c->body, &c->fault);

	if (err != ERR_OK || verb_role(verb) == ROLE_RUNNER)
		return err;
	for (size_t i = 0; fields[i].name != NULL; i++)
		keys[i] = (struct json_key){ fields[i].name,
			json_types[fields[i].type], fields[i].required };
	err = json_check(c->body, keys, &c->fault);
	for (size_t i = 0; fields[i].name != NULL && err == ERR_OK; i++)
		err = check_text(c, &fields[i]);
	return err;
}

void
command_record_refusal(struct command *c)
{
	struct db *db = c->keeper->db;

	if (c->refused == NULL)
		return;
	if (db_savepoint(db) != ERR_OK)
		json_object_put(c->refused);
	else
		(void)db_release(db,
		    event_append(db, 0, EVENT_ANY_SEQ,
			c->actor.session ? c->actor.name : "nobody",
			c->refused_kind, c->refused));
	c->refused = NULL;
}

enum err
command_run(struct command *c)
{
	enum verb verb = verb_find(c->call->verb);
	enum err err;

	if (verb == VERB__MAX || functions[verb] == NULL)
		return fault_set(&c->fault, ERR_NOT_FOUND, "no_such_verb", NULL,
		    "refused_no_such_verb verb=%.40s", c->call->verb);
	if ((err = authenticate(c, verb)) == ERR_OK &&
	    (err = authorise(c, verb)) == ERR_OK &&
	    (err = read_body(c, verb)) == ERR_OK)
		err = functions[verb](c);
	json_object_put(c->actor.roles);
	c->actor.roles = NULL;
	if (err != ERR_OK && c->fault.code[0] == '\0')
		fault_set(&c->fault, err, err_name(err), NULL,
		    err == ERR_UNAVAILABLE    ? "refused_unavailable"
			: err == ERR_CONFLICT ? "refused_conflict"
					      : "refused_internal");
	return err;
}
