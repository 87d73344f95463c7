/*
 * preflight_server.c: tests a server without changing it.
 *
 * A database reports its version.  An http server only gets a connection and,
 * over TLS, its certificate verified: no request is known to be harmless, so
 * the first step shows whether the credentials are valid.
 */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/message.h"
#include "executor/actions/act.h"
#include "executor/actions/act_preflight.h"
#include "executor/actions/preflight_server.h"
#include "executor/http/http_send.h"

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

void
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

void
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
