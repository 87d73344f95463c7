/*
 * act_preflight.c: tests a target without changing it.
 *
 * It connects, compares the host key and logs in with the code that a step
 * uses.  Then a constant program for sh reports the interpreters, the programs
 * of needs= and the free space.  Each finding is a check with a state and a
 * text; the first failure ends the list, since later checks depend on it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/catalogue.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/host_key.h"
#include "executor/actions/act.h"
#include "executor/actions/act_preflight.h"
#include "executor/actions/preflight_server.h"
#include "executor/confine/confine.h"
#include "executor/ssh/ssh.h"
#include "executor/actions/script.h"
#include "executor/remote/programs.h"

#define LITTLE_KB (200 * 1024) /* less free space gives a warning */
#define ANSWER_MAX (64 * 1024)
#define SKEW_S 60
#define ANSWER_MS 60000

static void
mask_part(void *ctx, const char *text, struct buf *out)
{
	mask_cut_text(ctx, text, strlen(text), out);
}

void
preflight_found(
    struct job *job, const char *check, const char *state, const char *text)
{
	struct json_object *o = json_object_new_object();
	struct buf masked = { 0 }, line = { 0 };

	message_map(text, mask_part, (void *)job->output->redact, &masked);
	json_set_text(o, "check", check);
	json_set_text(o, "state", state);
	message_set(o, "text", buf_text(&masked));
	json_object_array_add(job->result.checks, o);
	buf_printf(
	    &line, "%s: %s. %s\n", check, state, catalogue_english(text));
	output_show(job->output, line.data, line.len);
	if (strcmp(state, "failed") == 0)
		act_end(job, ENDING_FAILED, "%s", text);
	buf_clear(&masked);
	buf_clear(&line);
}

static void
take(void *ctx, const char *data, size_t len)
{
	struct buf *b = ctx;

	if (b->len + len <= ANSWER_MAX)
		buf_put(b, data, len);
}

static void
report_connected(struct job *job, int64_t began)
{
	const struct job_target *t = job->target;
	struct buf text = { 0 }, blob = { 0 };
	char type[64], print[64];

	if (strcmp(t->kind, "ssh") != 0) {
		preflight_found(
		    job, "connection", "ok", MESSAGE("found_local"));
		return;
	}
	if (t->host_key != NULL && host_key_read(t->host_key, type, &blob)) {
		host_key_fingerprint(blob.data, blob.len, print);
		message_put(&text,
		    "found_pinned host=%s port=%d time=%lld key=%s", t->host,
		    t->port, (long long)(clock_monotonic() - began), print);
	} else {
		message_put(&text, "found_connection host=%s port=%d time=%lld",
		    t->host, t->port, (long long)(clock_monotonic() - began));
	}
	preflight_found(job, "connection", "ok", buf_text(&text));
	buf_clear(&text);
	buf_clear(&blob);
}

/* The line of a program that is there, or that it is missing. */
static void
put_found(struct job *job, bool there, const char *rest, struct buf *text)
{
	if (there)
		buf_puts(text, rest);
	else
		message_put(text, "found_lacks program=%s target=%s", rest,
		    job->target->name);
}

static void
report_interpreter(struct job *job, bool there, const char *rest)
{
	struct buf text = { 0 };

	put_found(job, there, rest, &text);
	preflight_found(
	    job, "interpreter", there ? "ok" : "failed", buf_text(&text));
	buf_clear(&text);
}

/* A program of needs=. */
static void
report_program(struct job *job, bool there, const char *rest)
{
	struct buf text = { 0 };

	put_found(job, there, rest, &text);
	preflight_found(
	    job, "program", there ? "ok" : "failed", buf_text(&text));
	buf_clear(&text);
}

static void
report_room(struct job *job, const char *rest)
{
	struct buf text = { 0 };
	char *on;
	long long kb = strtoll(rest, &on, 10);

	message_put(&text,
	    kb < LITTLE_KB ? "found_little size=%lld unit=%s folder=%s"
			   : "found_room size=%lld unit=%s folder=%s",
	    kb < 10 * 1024 * 1024 ? kb / 1024 : kb / 1024 / 1024,
	    kb < 10 * 1024 * 1024 ? "MB" : "GB", on + (*on == ' '));
	preflight_found(
	    job, "disk", kb < LITTLE_KB ? "warning" : "ok", buf_text(&text));
	buf_clear(&text);
}

static void
report_time(struct job *job, const char *rest)
{
	long long skew = strtoll(rest, NULL, 10) - clock_now() / 1000;
	struct buf text = { 0 };

	if (skew >= -SKEW_S && skew <= SKEW_S)
		return;
	message_put(&text,
	    skew < 0 ? "found_clock_behind seconds=%lld"
		     : "found_clock_ahead seconds=%lld",
	    skew < 0 ? -skew : skew);
	preflight_found(job, "clock", "warning", buf_text(&text));
	buf_clear(&text);
}

/* True: the line says who logged in, so that sh ran the program. */
static bool
take_line(struct job *job, char *line)
{
	char *rest = strchr(line, ' ');

	if (rest == NULL)
		return false;
	*rest++ = '\0';
	if (strcmp(line, "have") == 0)
		report_interpreter(job, true, rest);
	else if (strcmp(line, "lack") == 0)
		report_interpreter(job, false, rest);
	else if (strcmp(line, "program") == 0)
		report_program(job, true, rest);
	else if (strcmp(line, "missing") == 0)
		report_program(job, false, rest);
	else if (strcmp(line, "free") == 0)
		report_room(job, rest);
	else if (strcmp(line, "user") == 0)
		preflight_found(job, "login", "ok", rest);
	else if (strcmp(line, "time") == 0)
		report_time(job, rest);
	return strcmp(line, "user") == 0;
}

/* The host runs no sh: it only gives SFTP, or its login shell exits. */
static void
report_no_shell(struct job *job)
{
	struct json_object *needs = json_get(
	    job->spec->message.needs, job->target->name);
	bool needed = json_count(needs) > 0;
	struct buf text = { 0 };

	message_put(&text,
	    needed ? "found_no_shell_needed target=%s"
		   : "found_no_shell target=%s",
	    job->target->name);
	preflight_found(
	    job, "login", needed ? "failed" : "warning", buf_text(&text));
	buf_clear(&text);
}

/*
 * Looks for the programs that scripts of that user need, with the PATH that
 * they will have.
 */
static void
put_programs(const struct job *job, const char *user, struct buf *text)
{
	struct json_object *names = json_get(
	    json_get(job->spec->message.programs, job->target->name), user);
	size_t n = json_count(names);

	if (n > 0 && strcmp(job->target->kind, "local") == 0)
		script_setting("PATH", script_path(job->spec), text);
	for (size_t i = 0; i < n; i++) {
		const char *name = json_object_get_string(json_at(names, i));

		if (text_is_program(name))
			buf_printf(text, "cs_program %s\n", name);
	}
}

static void
report_no_user(struct job *job, const char *user)
{
	struct buf text = { 0 };

	message_put(
	    &text, "found_no_user user=%s target=%s", user, job->target->name);
	preflight_found(job, "login", "failed", buf_text(&text));
	buf_clear(&text);
}

/* The program for sh; it only contains words of our own list, and names. */
static void
write_script(const struct job *job, struct buf *text)
{
	struct json_object *needs = json_get(
	    job->spec->message.needs, job->target->name);
	size_t n = json_count(needs);

	buf_puts(text, program_preflight);
	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < STEP_KIND__MAX; k++)
			if (kind_is(k, KIND_SCRIPT) &&
			    text_eq(json_object_get_string(json_at(needs, i)),
				kind_interpreter(k)))
				buf_printf(
				    text, "cs_need %s\n", kind_interpreter(k));
	put_programs(job, "", text);
}

/* Reports the user and the isolation of local steps. */
static void
preflight_rights(struct job *job)
{
	struct json_object *users = job->spec->message.users;
	size_t n = json_count(users);

	for (size_t i = 0; i < n; i++) {
		struct confine_who who;
		struct buf why = { 0 };
		const char *user = json_object_get_string(json_at(users, i));

		if (!job_spec_is_user(user) ||
		    !confine_choose(user, &who, &why))
			preflight_found(job, "login", "failed",
			    why.len > 0 ? buf_text(&why)
					: MESSAGE("user_wrong"));
		confine_who_clear(&who);
		buf_clear(&why);
	}
	if (!confine_isolates())
		preflight_found(job, "isolation",
		    geteuid() == 0 ? "ok" : "warning",
		    geteuid() == 0 ? MESSAGE("found_own_user")
				   : MESSAGE("found_not_isolated"));
}

/* Has sh run the program there as that user (NULL: who logs in). */
static enum ssh_result
ask(struct job *job, struct ssh_conn *conn, const char *user, struct buf *text,
    struct buf *why)
{
	struct buf answer = { 0 };
	char *command = script_command(user), *line, *next;
	struct ssh_call call = { .command = command,
		.input = text,
		.out = take,
		.err = ssh_call_drop,
		.ctx = &answer,
		.limit = clock_monotonic() + ANSWER_MS };
	enum ssh_result result = ssh_conn_run(conn, &call, why);
	bool answered = false;

	for (line = answer.data; line != NULL && result == SSH_OK;
	     line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		answered |= take_line(job, line);
	}
	if (result == SSH_OK && !answered && user == NULL)
		report_no_shell(job);
	else if (result == SSH_OK && !answered)
		report_no_user(job, user);
	free(command);
	buf_clear(&answer);
	return result;
}

/* The programs of scripts that run as other users. */
static enum ssh_result
ask_as_users(struct job *job, struct ssh_conn *conn, struct buf *why)
{
	struct json_object *users = json_get(
	    job->spec->message.programs, job->target->name);
	enum ssh_result result = SSH_OK;
	struct buf text = { 0 };

	if (users == NULL)
		return SSH_OK;
	json_object_object_foreach (users, user, names) {
		(void)names;
		if (result != SSH_OK || !job_spec_is_user(user))
			continue;
		buf_puts(&text, program_preflight);
		put_programs(job, user, &text);
		result = ask(job, conn, user, &text, why);
		buf_clear(&text);
	}
	return result;
}

static void
preflight_machine(struct job *job)
{
	struct buf text = { 0 }, why = { 0 };
	int64_t began = clock_monotonic();
	struct ssh_conn *conn = NULL;
	enum ssh_result result;

	act_announce(job);
	if (strcmp(job->target->kind, "local") == 0)
		preflight_rights(job);
	result = ssh_conn_open(job->target, job->loop, &conn, &why);
	if (result == SSH_OK) {
		report_connected(job, began);
		write_script(job, &text);
		result = ask(job, conn, NULL, &text, &why);
	}
	if (result == SSH_OK)
		result = ask_as_users(job, conn, &why);
	if (result == SSH_STOPPED) {
		job->ending = ENDING_STOPPED;
		job->stop = job->loop->stop;
	} else if (result != SSH_OK) {
		preflight_found(job, "connection", "failed", buf_text(&why));
	}
	ssh_conn_close(conn);
	buf_clear(&text);
	buf_clear(&why);
}

/* A kind that has no preflight is a failure, which stands in the run. */
static void
preflight_unknown(struct job *job)
{
	struct buf text = { 0 };

	message_put(&text, "found_kind kind=%s", job->target->kind);
	preflight_found(job, "connection", "failed", buf_text(&text));
	buf_clear(&text);
}

void
act_preflight(struct job *job)
{
	const char *kind = job->target->kind;

	json_object_put(job->result.checks);
	job->result.checks = json_object_new_array();
	job->ending = ENDING_EXITED;
	job->code = 0;
	if (strcmp(kind, "ssh") == 0 || strcmp(kind, "local") == 0)
		preflight_machine(job);
	else if (strcmp(kind, "http") == 0)
		preflight_http(job);
	else if (kind_is(kind_find(kind), KIND_SQL))
		preflight_sql(job);
	else
		preflight_unknown(job);
}
