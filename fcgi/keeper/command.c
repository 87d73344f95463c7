/*
 * command.c: the commands of the keeper.
 *
 * One table: verb, the fields of its body, its function.  wire/verbs.def says
 * who may use a verb; run_authorize() decides inside the command on those about
 * a run or a step.  A verb without a row is refused.
 */
#include <string.h>

#include "base/text.h"
#include "journal/auth.h"
#include "journal/event.h"
#include "keeper/keeper.h"

#define KEYS(...) ((const struct json_key[]){ __VA_ARGS__{ NULL, 0, false } })
#define NEED(name) { name, json_type_string, true },
#define TEXT_(name) { name, json_type_string, false },
#define LIST(name) { name, json_type_array, false },
#define FLAG(name) { name, json_type_boolean, false },
#define MAP(name) { name, json_type_object, false },
#define NUMBER(name) { name, json_type_int, false },

/* clang-format off */
static const struct {
	enum verb	 verb;
	enum err	(*run)(struct command *);
	const struct json_key *keys;
} commands[] = {
	{ VERB_setup,		cmd_setup,	KEYS(NEED("key") NEED("name") NEED("password")) },
	{ VERB_setup_link,	cmd_setup_link,	KEYS() },
	{ VERB_login,		cmd_login,	KEYS(NEED("name") NEED("password") TEXT_("device")) },
	{ VERB_logout,		cmd_logout,	KEYS() },
	{ VERB_account_add,	cmd_account_add, KEYS(NEED("name") LIST("roles") NEED("password")) },
	{ VERB_account_change,	cmd_account_change, KEYS(NEED("name") LIST("roles") FLAG("disabled")) },
	{ VERB_password_set,	cmd_password_set, KEYS(NEED("name") NEED("password") TEXT_("old")) },
	{ VERB_reset_confirm,	cmd_reset_confirm, KEYS(NEED("name")) },
	{ VERB_token_add,	cmd_token_add,	KEYS(NEED("account") NEED("name") LIST("scopes") TEXT_("expires") TEXT_("password")) },
	{ VERB_token_revoke,	cmd_token_revoke, KEYS(NEED("account") NEED("name")) },
	{ VERB_secret_set,	cmd_secret_set,	KEYS(NEED("name") NEED("value")) },
	{ VERB_secret_delete,	cmd_secret_delete, KEYS(NEED("name") FLAG("force")) },
	{ VERB_run_create,	cmd_run_create,	KEYS(NEED("runbook") NEED("environment") MAP("parameters") TEXT_("title") TEXT_("reason") TEXT_("idempotency_key")) },
	{ VERB_run_change,	cmd_run_change,	KEYS(MAP("parameters")) },
	{ VERB_run_approve,	cmd_run_approve, KEYS(NEED("decision") TEXT_("comment") TEXT_("plan")) },
	{ VERB_run_withdraw,	cmd_run_withdraw, KEYS(TEXT_("comment")) },
	{ VERB_run_start,	cmd_run_start,	KEYS() },
	{ VERB_run_pause,	cmd_run_pause,	KEYS() },
	{ VERB_run_resume,	cmd_run_resume,	KEYS() },
	{ VERB_run_abort,	cmd_run_abort,	KEYS(NEED("reason")) },
	{ VERB_run_rollback,	cmd_run_rollback, KEYS(TEXT_("reason")) },
	{ VERB_run_rollback_cancel, cmd_run_rollback_cancel, KEYS(TEXT_("reason")) },
	{ VERB_run_close,	cmd_run_close,	KEYS(NEED("result") TEXT_("note")) },
	{ VERB_run_comment,	cmd_run_comment, KEYS(NEED("text")) },
	{ VERB_run_preflight,	cmd_run_preflight, KEYS() },
	{ VERB_step_look,	cmd_step_dry_run,	KEYS() },
	{ VERB_step_execute,	cmd_step_execute, KEYS(NUMBER("attempt") FLAG("understood")) },
	{ VERB_step_retry,	cmd_step_execute, KEYS(NUMBER("attempt") TEXT_("targets") TEXT_("from") TEXT_("reason") FLAG("understood")) },
	{ VERB_step_confirm,	cmd_step_confirm, KEYS(TEXT_("note")) },
	{ VERB_step_reopen,	cmd_step_reopen, KEYS(NEED("reason")) },
	{ VERB_step_skip,	cmd_step_skip,	KEYS(NEED("reason")) },
	{ VERB_step_cancel,	cmd_step_cancel, KEYS() },
	{ VERB_step_type,	cmd_step_type,	KEYS({ "attempt", json_type_int, true }, TEXT_("target") TEXT_("data") TEXT_("line") TEXT_("typist") NUMBER("from") NUMBER("columns") NUMBER("rows")) },
	{ VERB_step_reveal,	cmd_step_reveal, KEYS({ "attempt", json_type_int, true }, NEED("target")) },
	{ VERB_step_resolve,	cmd_step_resolve, KEYS(NEED("outcome") NEED("note")) },
	{ VERB_step_sign,	cmd_step_sign,	KEYS(TEXT_("note")) },
	{ VERB_step_approve,	cmd_step_approve, KEYS(NEED("decision") TEXT_("comment") TEXT_("plan")) },
	{ VERB_step_withdraw,	cmd_step_withdraw, KEYS(TEXT_("comment")) },
	{ VERB_status,		cmd_status,	KEYS() },
	{ VERB_runner_hello,	cmd_runner_hello, KEYS() },
	{ VERB_exec_starting,	cmd_exec_starting, KEYS(NEED("exec")) },
	{ VERB_exec_line,	cmd_exec_line,	KEYS(NEED("exec") MAP("line")) },
	{ VERB_look_ended,	cmd_dry_run_ended,	KEYS(NEED("exec") MAP("results") TEXT_("message")) },
	{ VERB_exec_typed,	cmd_exec_typed,	KEYS(NEED("exec") NEED("target") NEED("typist") NUMBER("arrived")) },
	{ VERB_exec_lost,	cmd_exec_lost,	KEYS(NEED("exec") NEED("message")) },
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
		    "The session has ended or the token is not valid: sign "
		    "in again.");
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
		    "unauthenticated", NULL, "Sign in first.");
	/* run_authorize() checks decisions and signatures. */
	if (role != ROLE_RULE && role != ROLE_SIGNER &&
	    (err = auth_may(&c->actor, verb, &c->fault)) != ERR_OK)
		return err;
	return lifecycle_decides(verb)
	    ? ERR_OK
	    : run_authorize_verb(verb, &c->actor, &c->fault);
forbidden:
	return fault_set(&c->fault, ERR_FORBIDDEN, "forbidden", NULL,
	    "This cannot be asked here.");
}

static enum err
read_body(struct command *c, const struct json_key *keys)
{
	const char *text = c->call->body[0] != '\0' ? c->call->body : "{}";
	enum err err = json_read(text, strlen(text), &c->body, &c->fault);

	return err == ERR_OK ? json_check(c->body, keys, &c->fault) : err;
}

void
command_record_refusal(struct command *c)
{
	struct db *db = c->keeper->db;

	if (c->refused == NULL)
		return;
	db_savepoint(db);
	db_release(db,
	    event_append(db, 0, EVENT_ANY_SEQ,
		c->actor.session ? c->actor.name : "nobody", c->refused_kind,
		c->refused));
	c->refused = NULL;
}

enum err
command_words(struct command *c, const char *field)
{
	const char *text = json_text(c->body, field, "");

	if (text[strspn(text, " \t\r\n")] == '\0')
		return fault_set(&c->fault, ERR_INVALID, "missing_field", field,
		    "Say a few words: the %s goes on record.", field);
	if (strlen(text) > 10000)
		return fault_set(&c->fault, ERR_INVALID, "too_long", field,
		    "The %s is too long: 10,000 bytes at most.", field);
	return ERR_OK;
}

enum err
command_run(struct command *c)
{
	enum verb verb = verb_find(c->call->verb);
	size_t i, n = sizeof(commands) / sizeof(commands[0]);
	enum err err;

	for (i = 0; i < n && commands[i].verb != verb; i++)
		;
	if (i == n)
		return fault_set(&c->fault, ERR_NOT_FOUND, "no_such_verb", NULL,
		    "There is no command \"%.40s\".", c->call->verb);
	if ((err = authenticate(c, verb)) == ERR_OK &&
	    (err = authorise(c, verb)) == ERR_OK &&
	    (err = read_body(c, commands[i].keys)) == ERR_OK)
		err = commands[i].run(c);
	json_object_put(c->actor.roles);
	c->actor.roles = NULL;
	if (err != ERR_OK && c->fault.code[0] == '\0')
		fault_set(&c->fault, err, err_name(err), NULL,
		    err == ERR_UNAVAILABLE ? "The journal cannot be written "
					     "now (is the disk full?): "
					     "nothing was done."
			: err == ERR_CONFLICT
			? "Somebody else came first: look again."
			: "Something went wrong inside; the log has more.");
	return err;
}
