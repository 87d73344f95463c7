/*
 * act_preflight.c: tests a target without changing it.
 *
 * It connects, compares the host key and logs in with the code that a step
 * uses.  Then a constant program for sh reports the interpreters and the free
 * space; a database reports its version.  An http server only gets a connection
 * and, over TLS, its certificate verified: no request is known to be harmless,
 * so the first step shows whether the credentials are valid.  Each finding is a
 * check with a state and a text; the first failure ends the list, since later
 * checks depend on it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/catalogue.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/host_key.h"
#include "executor/actions/act.h"
#include "executor/confine/confine.h"
#include "executor/http/http_send.h"
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

/*
 * Adds a finding to the job's checks and shows it; state is "ok", "warning" or
 * "failed", and "failed" is also the job's ending.
 */
static void
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
ignore(void *ctx, const char *data, size_t len)
{
	(void)ctx;
	(void)data;
	(void)len;
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

static void
report_interpreter(struct job *job, bool there, const char *rest)
{
	struct buf text = { 0 };

	if (there)
		buf_puts(&text, rest);
	else
		message_put(&text, "found_lacks program=%s target=%s", rest,
		    job->target->name);
	preflight_found(
	    job, "interpreter", there ? "ok" : "failed", buf_text(&text));
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

static void
take_line(struct job *job, char *line, bool *user_reported)
{
	char *rest = strchr(line, ' ');

	if (rest == NULL)
		return;
	*rest++ = '\0';
	if (strcmp(line, "have") == 0)
		report_interpreter(job, true, rest);
	else if (strcmp(line, "lack") == 0)
		report_interpreter(job, false, rest);
	else if (strcmp(line, "free") == 0)
		report_room(job, rest);
	else if (strcmp(line, "user") == 0)
		preflight_found(job, "login", "ok", rest);
	if (strcmp(line, "user") == 0)
		*user_reported = true;
	else if (strcmp(line, "time") == 0)
		report_time(job, rest);
}

/* The host runs no sh: it only gives SFTP, or its login shell exits. */
static void
report_no_shell(struct job *job)
{
	struct json_object *needs = json_get(
	    job->spec->message.needs, job->target->name);
	bool needed = needs != NULL && json_object_array_length(needs) > 0;
	struct buf text = { 0 };

	message_put(&text,
	    needed ? "found_no_shell_needed target=%s"
		   : "found_no_shell target=%s",
	    job->target->name);
	preflight_found(
	    job, "login", needed ? "failed" : "warning", buf_text(&text));
	buf_clear(&text);
}

/* The program for sh; it only contains words of our own list. */
static void
write_script(const struct job *job, struct buf *text)
{
	struct json_object *needs = json_get(
	    job->spec->message.needs, job->target->name);
	size_t n = needs != NULL ? json_object_array_length(needs) : 0;

	buf_puts(text, program_preflight);
	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < STEP_KIND__MAX; k++)
			if (kind_is(k, KIND_SCRIPT) &&
			    text_eq(json_object_get_string(
					json_object_array_get_idx(needs, i)),
				kind_interpreter(k)))
				buf_printf(
				    text, "cs_need %s\n", kind_interpreter(k));
}

/* Reports the user and the isolation of local steps. */
static void
preflight_rights(struct job *job)
{
	struct json_object *users = job->spec->message.users;
	size_t n = users != NULL ? json_object_array_length(users) : 0;

	for (size_t i = 0; i < n; i++) {
		struct confine_who who;
		struct buf why = { 0 };
		const char *user = json_object_get_string(
		    json_object_array_get_idx(users, i));

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

static void
preflight_machine(struct job *job)
{
	struct buf text = { 0 }, answer = { 0 }, why = { 0 };
	char *command = script_command(NULL), *line, *next;
	struct ssh_call call = { .command = command,
		.input = &text,
		.out = take,
		.err = ignore,
		.ctx = &answer };
	int64_t began = clock_monotonic();
	struct ssh_conn *conn = NULL;
	enum ssh_result result;
	bool user_reported = false;

	act_announce(job);
	if (strcmp(job->target->kind, "local") == 0)
		preflight_rights(job);
	result = ssh_conn_open(job->target, job->loop, &conn, &why);
	if (result == SSH_OK) {
		report_connected(job, began);
		write_script(job, &text);
		call.limit = clock_monotonic() + ANSWER_MS;
		result = ssh_conn_run(conn, &call, &why);
	}
	if (result == SSH_STOPPED) {
		job->ending = ENDING_STOPPED;
		job->stop = job->loop->stop;
	} else if (result != SSH_OK) {
		preflight_found(job, "connection", "failed", buf_text(&why));
	}
	for (line = answer.data; line != NULL && result == SSH_OK;
	     line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		take_line(job, line, &user_reported);
	}
	if (result == SSH_OK && !user_reported)
		report_no_shell(job);
	ssh_conn_close(conn);
	free(command);
	buf_clear(&text);
	buf_clear(&answer);
	buf_clear(&why);
}

/* Adds the expiry date of the server's certificate. */
static void
report_certificate(CURL *curl, struct buf *text)
{
	struct curl_certinfo *chain = NULL;
	static const char key[] = "Expire date:";

	if (curl_easy_getinfo(curl, CURLINFO_CERTINFO, &chain) != CURLE_OK ||
	    chain == NULL || chain->num_of_certs < 1)
		return;
	for (struct curl_slist *s = chain->certinfo[0]; s != NULL; s = s->next)
		if (strncmp(s->data, key, sizeof(key) - 1) == 0)
			message_put(text, "found_certificate date=%s",
			    s->data + sizeof(key) - 1);
}

static void
report_result(struct exchange *x, CURLcode code)
{
	const char *url = x->request->url;
	struct buf text = { 0 };
	double took = 0;

	if (code == CURLE_OK) {
		curl_easy_getinfo(x->curl, CURLINFO_PRETRANSFER_TIME, &took);
		message_put(
		    &text, "found_answered url=%s time=%.0f", url, took * 1000);
		report_certificate(x->curl, &text);
	} else if (x->refused_address) {
		message_put(&text, "found_forbidden url=%s", url);
	} else {
		message_put(&text, "found_no_answer url=%s reason=%s target=%s",
		    url,
		    *x->error != '\0' ? x->error : curl_easy_strerror(code),
		    x->job->target->name);
	}
	preflight_found(x->job, "connection",
	    code == CURLE_OK ? "ok" : "failed", buf_text(&text));
	buf_clear(&text);
}

static void
preflight_http(struct job *job)
{
	const char *url = json_text(job->target->json, "url", NULL);
	struct http_request request = { .method = "GET", .url = url };
	struct payload nothing = { 0 };
	struct tunnel tunnel = { 0 };
	struct exchange x = { .job = job,
		.request = &request,
		.payload = &nothing,
		.tunnel = &tunnel,
		.arena = arena_new() };
	CURLcode code;

	act_announce(job);
	if (url == NULL) {
		preflight_found(
		    job, "connection", "failed", MESSAGE("found_no_url"));
		goto out;
	}
	if (!http_tunnel_open(job, &tunnel)) {
		if (job->ending != ENDING_STOPPED)
			preflight_found(
			    job, "connection", "failed", buf_text(&job->why));
		goto out;
	}
	exchange_open(&x, 1);
	curl_easy_setopt(x.curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(x.curl, CURLOPT_CERTINFO, 1L);
	if (exchange_run(&x, &code))
		report_result(&x, code);
	exchange_close(&x);
	tunnel_close(&tunnel);
out:
	arena_free(x.arena);
}

/* An earlier step of the run may create it. */
static void
report_absent(struct job *job)
{
	const char *name = json_text(job->target->json, "database",
	    json_text(job->target->json, "file", ""));
	struct buf text = { 0 };

	job->ending = ENDING_EXITED;
	job->code = 0;
	buf_reset(&job->why);
	message_put(&text, "found_absent name=%s reason=%s", name, job->absent);
	preflight_found(job, "database", "warning", buf_text(&text));
	buf_clear(&text);
}

static void
preflight_sql(struct job *job)
{
	bool sqlite = strcmp(job->target->kind, "sqlite") == 0;
	const struct job_spec *whole = job->spec;
	struct job_spec spec = *whole;
	struct buf text = { 0 };

	spec.step.text = sqlite ? "SELECT sqlite_version()"
				: "SELECT version()";
	job->spec = &spec;
	act_sql(job);
	job->spec = whole;
	if (job->absent != NULL) {
		report_absent(job);
	} else if (job->ending == ENDING_EXITED) {
		message_put(&text, "found_version version=%s",
		    buf_text(evaluate_saved(job->output->evaluate)));
		preflight_found(job, "database", "ok", buf_text(&text));
	} else if (job->ending != ENDING_STOPPED) {
		buf_puts(&text, buf_text(&job->why));
		preflight_found(job, "database", "failed", buf_text(&text));
	}
	buf_clear(&text);
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
