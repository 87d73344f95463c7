/*
 * act_http.c: sends the requests of an http step, one after the other.
 *
 * All, for each item of foreach=, are read and filled in before the first is
 * sent, so that a mistake in the last leaves nothing half done.  After the
 * first byte of a request was sent, an end without a complete answer is
 * "unknown": the server may have executed it.
 */
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/message.h"
#include "base/text.h"
#include "executor/actions/act.h"
#include "executor/http/http_hmac.h"
#include "executor/http/http_redirect.h"
#include "executor/http/http_requests.h"
#include "executor/http/http_send.h"
#include "executor/http/http_show.h"

static void
show(struct exchange *x, struct buf *text)
{
	output_show(x->job->output, buf_text(text), text->len);
	buf_reset(text);
}

static void
show_headers(const struct http_headers *h, struct buf *text)
{
	for (size_t i = 0; i < h->count; i++)
		buf_printf(text, "%s: %s\n", h->all[i].name, h->all[i].value);
}

static void
show_body(const struct http_body *b, struct buf *text)
{
	if (b->artifact != NULL)
		buf_printf(text, "< %s\n", b->artifact);
	else if (b->file != NULL)
		buf_printf(text, "< %s\n", b->file);
	else if (b->text != NULL)
		http_show_body(b->text, b->len, text);
}

/*
 * Prints the request as it is sent, without the fields from targets.yml; of a
 * signature, how it is made.
 */
static void
show_request(struct exchange *x, size_t number)
{
	const struct http_request *q = x->request;
	struct json_object *sign = json_get(x->job->target->json, "sign");
	struct buf text = { 0 };

	buf_printf(
	    &text, "%s%s %s\n", number > 1 ? "\n" : "", q->method, q->url);
	show_headers(&q->headers, &text);
	if (sign != NULL && !x->stranger &&
	    http_header(&q->headers, json_text(sign, "header", "")) == NULL)
		http_hmac_show(sign, &text);
	if (http_has_body(q))
		buf_putc(&text, '\n');
	show_body(&q->body, &text);
	for (size_t i = 0; i < q->parts_count; i++) {
		buf_printf(
		    &text, "--- part %zu of %zu ---\n", i + 1, q->parts_count);
		show_headers(&q->parts[i].headers, &text);
		buf_putc(&text, '\n');
		show_body(&q->parts[i].body, &text);
	}
	buf_putc(&text, '\n');
	show(x, &text);
	buf_clear(&text);
}

/*
 * Shows the answer, and passes it unchanged to expect=, reject= and captures.
 */
static void
show_answer(struct exchange *x)
{
	struct output *o = x->job->output;
	struct buf text = { 0 };

	if (x->head.len == 0)
		return;
	evaluate_next(o->evaluate);
	evaluate_lines(o->evaluate, buf_text(&x->head), x->head.len);
	evaluate_put(o->evaluate, buf_text(&x->body), x->body.len);
	output_save_begin(o);
	output_save(o, buf_text(&x->body), x->body.len);
	evaluate_lines(o->evaluate, "\n", 1);
	buf_put(&text, buf_text(&x->head), x->head.len);
	if (x->body.len > 0) {
		buf_putc(&text, '\n');
		http_show_body(x->body.data, x->body.len, &text);
	}
	show(x, &text);
	buf_clear(&text);
}

/* True if HTTP allows sending it again (idempotent methods). */
static bool
only_reads(const struct http_request *q)
{
	return strcmp(q->method, "GET") == 0 || strcmp(q->method, "HEAD") == 0;
}

static void
end_stopped(struct exchange *x)
{
	const char *what = x->job->stop == STOP_CANCEL
	    ? MESSAGE("stop_cancelled")
	    : x->job->stop == STOP_TIMEOUT ? MESSAGE("stop_timeout")
					   : MESSAGE("stop_process");
	const struct http_request *q = x->request;

	if (x->sent && only_reads(q) && x->job->stop == STOP_TIMEOUT &&
	    x->job->spec->step.every_ms > 0)
		act_end(x->job, ENDING_FAILED,
		    "http_no_answer_in_time method=%s url=%s", q->method,
		    q->url);
	else if (x->sent)
		act_end(x->job, ENDING_UNKNOWN,
		    "http_stopped_after what=%s method=%s url=%s", what,
		    q->method, q->url);
	else
		act_end(x->job, ENDING_FAILED,
		    "http_stopped_before what=%s method=%s url=%s target=%s",
		    what, q->method, q->url, x->job->target->name);
}

/*
 * A server that requires a certificate says so, or only closes the connection.
 */
static const char *
certificate_hint(const struct exchange *x)
{
	bool none = json_text(x->job->target->json, "cert", NULL) == NULL;

	return text_starts(x->request->url, "https://") && none &&
		x->head.len == 0
	    ? MESSAGE("http_client_certificate")
	    : "";
}

/* The reason why nothing was sent, and a hint; the tunnel may have a reason. */
static void
end_unsent(struct exchange *x, CURLcode code, const struct buf *report)
{
	const char *url = x->request->url, *to = x->job->target->name;
	const char *detail = x->error[0] != '\0' ? x->error
						 : curl_easy_strerror(code);

	if (report->len > 0)
		act_end(x->job, ENDING_FAILED, "http_not_sent url=%s reason=%s",
		    url, buf_text(report));
	else if (x->refused_address)
		act_end(x->job, ENDING_FAILED,
		    "http_not_sent_address url=%s target=%s", url, to);
	else if (code == CURLE_COULDNT_RESOLVE_HOST)
		act_end(x->job, ENDING_FAILED,
		    "http_not_sent_name url=%s reason=%s target=%s", url,
		    detail, to);
	else if (code == CURLE_COULDNT_CONNECT)
		act_end(x->job, ENDING_FAILED,
		    "http_not_sent_nobody url=%s reason=%s target=%s", url,
		    detail, to);
	else if (code == CURLE_OPERATION_TIMEDOUT)
		act_end(x->job, ENDING_FAILED,
		    "http_not_sent_time url=%s seconds=%ld reason=%s target=%s",
		    url, EXCHANGE_CONNECT, detail, to);
	else if (code == CURLE_PEER_FAILED_VERIFICATION)
		act_end(x->job, ENDING_FAILED,
		    "http_not_sent_untrusted url=%s reason=%s target=%s", url,
		    detail, to);
	else if (code == CURLE_SSL_CERTPROBLEM)
		act_end(x->job, ENDING_FAILED,
		    "http_not_sent_certificate url=%s reason=%s target=%s", url,
		    detail, to);
	else if (code == CURLE_SSL_CACERT_BADFILE)
		act_end(x->job, ENDING_FAILED,
		    "http_not_sent_ca url=%s target=%s reason=%s", url, to,
		    detail);
	else
		act_end(x->job, ENDING_FAILED,
		    "http_not_sent_other url=%s reason=%s target=%s hint=%s",
		    url, detail, to, certificate_hint(x));
}

/* Handles an error of libcurl. */
static void
end_fault(struct exchange *x, CURLcode code)
{
	const struct http_request *q = x->request;
	const char *detail = x->error[0] != '\0' ? x->error
						 : curl_easy_strerror(code);
	enum ending ending = only_reads(q) ? ENDING_FAILED : ENDING_UNKNOWN;
	struct buf report = { 0 };
	long status = 0;
	bool nowhere;

	curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &status);
	nowhere = tunnel_report(x->tunnel, &report);
	if (!x->sent || nowhere)
		end_unsent(x, code, &report);
	else if (strstr(detail, "alert") != NULL && x->head.len == 0)
		act_end(x->job, ENDING_FAILED,
		    "http_refused method=%s url=%s reason=%s hint=%s",
		    q->method, q->url, detail, certificate_hint(x));
	else if (x->too_long)
		act_end(x->job, ending,
		    "http_too_long method=%s url=%s status=%ld most=%lld "
		    "headers=%d hint=%s",
		    q->method, q->url, status, (long long)x->most / 1048576,
		    EXCHANGE_HEAD / 1024,
		    ending == ENDING_FAILED ? "" : MESSAGE("http_look"));
	else
		act_end(x->job, ending,
		    "http_incomplete method=%s url=%s reason=%s report=%s "
		    "advice=%s hint=%s",
		    q->method, q->url, detail, buf_text(&report),
		    ending == ENDING_FAILED ? MESSAGE("http_only_reads")
					    : MESSAGE("http_unknown"),
		    certificate_hint(x));
	buf_clear(&report);
}

/* The answer is complete, with an error status. */
static void
end_answered(struct exchange *x, long status, const char *why)
{
	const struct http_request *q = x->request;
	const char *codes = x->job->spec->step.status;
	const char *line = buf_text(&x->head);
	char *to = NULL;

	curl_easy_getinfo(x->curl, CURLINFO_REDIRECT_URL, &to);
	if (to != NULL && why != NULL)
		act_end(x->job, ENDING_FAILED,
		    "http_redirect_refused method=%s url=%s status=%ld to=%s "
		    "reason=%s",
		    q->method, q->url, status, to, why);
	else if (to != NULL && x->job->spec->step.redirects > 0)
		act_end(x->job, ENDING_FAILED,
		    "http_redirect_many method=%s url=%s status=%ld to=%s "
		    "count=%d",
		    q->method, q->url, status, to,
		    x->job->spec->step.redirects);
	else if (to != NULL)
		act_end(x->job, ENDING_FAILED,
		    "http_redirect_none method=%s url=%s status=%ld to=%s "
		    "again=%ld",
		    q->method, q->url, status, to, status);
	else
		act_end(x->job, ENDING_FAILED,
		    "http_status method=%s url=%s line=%.*s codes=%s",
		    q->method, q->url, (int)strcspn(line, "\n"), line,
		    codes != NULL ? codes : "2xx");
}

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_FOLLOW };

/* Evaluates the complete answer: success, or a redirect to follow. */
static enum answer
evaluate_answer(struct exchange *x, struct hop *hop, int followed)
{
	const char *why = NULL;
	char *to = NULL;
	long status = 0;

	curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &status);
	if (http_status_fits(x->job->spec->step.status, status))
		return ANSWER_YES;
	curl_easy_getinfo(x->curl, CURLINFO_REDIRECT_URL, &to);
	if (to != NULL && http_is_redirect(status) &&
	    followed < x->job->spec->step.redirects) {
		why = http_follow(x->arena, status, to, hop);
		if (why == NULL && hop->stranger && x->tunnel->port > 0)
			why = MESSAGE("http_no_tunnel");
		if (why == NULL)
			return ANSWER_FOLLOW;
	}
	end_answered(x, status, why);
	return ANSWER_NO;
}

/* One request and its answer. ANSWER_NO: the job's ending is set. */
static enum answer
exchange_one(struct exchange *x, size_t number, struct hop *hop, int followed)
{
	enum answer answer = ANSWER_NO;
	CURLcode code = CURLE_OK;

	if (!exchange_open(x, number))
		goto out;
	show_request(x, number);
	if (!exchange_run(x, &code)) {
		show_answer(x);
		end_stopped(x);
		goto out;
	}
	show_answer(x);
	if (code != CURLE_OK)
		end_fault(x, code);
	else
		answer = evaluate_answer(x, hop, followed);
out:
	exchange_close(x);
	return answer;
}

/* The request and its redirects. False: the step ends with it. */
static bool
perform(struct job *job, struct requests *r, size_t i)
{
	struct hop hop = { .request = r->all[i], .body = true };
	struct payload nothing = { 0 };
	enum answer answer = ANSWER_FOLLOW;
	size_t number = ++r->sent; /* no two items share an Idempotency-Key */

	for (int n = 0; answer == ANSWER_FOLLOW; n++) {
		struct http_request now = hop.request;
		struct exchange x = { .job = job,
			.request = &now,
			.arena = r->arena,
			.stranger = hop.stranger,
			.tunnel = &r->tunnel,
			.payload = hop.body ? &r->payloads[i] : &nothing };

		if (n > 0)
			output_line(job->output, "--- redirected ---");
		answer = exchange_one(&x, number, &hop, n);
	}
	return answer == ANSWER_YES;
}

/*
 * Checks that headers from targets.yml have no line break, nor a secret in
 * them, which nobody has reviewed.
 */
static bool
is_sound(struct job *job)
{
	struct json_object *target = job->target->json;
	struct json_object *headers = json_get(target, "headers");
	const char *wrong = NULL;

	if (!http_is_field(json_text(target, "token", "")))
		wrong = "token";
	if (json_get(target, "sign") != NULL &&
	    http_hmac_is_unfit(json_get(target, "sign")))
		wrong = "sign";
	if (strchr(json_text(target, "user", ""), ':') != NULL)
		wrong = "user";
	if (headers != NULL) {
		json_object_object_foreach (headers, name, v) {
			if (!http_is_token(name, strlen(name)) ||
			    !json_object_is_type(v, json_type_string) ||
			    !http_is_field(json_object_get_string(v)))
				wrong = "headers";
		}
	}
	if (wrong == NULL)
		return true;
	act_end(job, ENDING_FAILED, "http_key_character key=%s target=%s",
	    wrong, job->target->name);
	return false;
}

/* All requests of all items can be made. False: the job's ending is set. */
static bool
check_all(struct job *job, struct requests *r)
{
	bool ok = http_list_open(job, r->arena, &r->list);

	for (size_t i = r->list.first; i < r->list.count && ok; i++)
		if (!(ok = requests_prepare(job, r, i)))
			http_list_failed(job, &r->list, i);
	return ok;
}

/* The requests of item i. False: the step ends with one of them. */
static bool
perform_item(struct job *job, struct requests *r, size_t i)
{
	bool ok;

	http_list_begin(job, &r->list, i);
	ok = requests_prepare(job, r, i);
	for (size_t k = 0; k < r->count && ok; k++)
		ok = perform(job, r, k);
	if (!ok)
		http_list_stopped(job, &r->list, i);
	return ok;
}

/* Dry run: prints the requests, each value encoded for its place. */
static bool
show_item(struct job *job, struct requests *r, size_t i)
{
	http_list_begin(job, &r->list, i);
	if (!requests_prepare(job, r, i))
		return false;
	for (size_t k = 0; k < r->count; k++) {
		struct exchange x = { .job = job, .request = &r->all[k] };

		show_request(&x, k + 1);
	}
	return true;
}

static void
each_item(struct job *job, struct requests *r,
    bool (*act)(struct job *job, struct requests *r, size_t i))
{
	job->ending = ENDING_EXITED;
	job->code = 0;
	for (size_t i = r->list.first; i < r->list.count; i++)
		if (!act(job, r, i))
			return;
	http_list_end(job, &r->list);
}

void
act_http(struct job *job)
{
	struct requests r = { .arena = arena_new() };

	output_save_begin(job->output);
	if (!is_sound(job) || !check_all(job, &r))
		goto out;
	if (job->spec->dry_run) {
		each_item(job, &r, show_item);
		goto out;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		log_bug("libcurl does not work");
	if (http_tunnel_open(job, &r.tunnel)) {
		act_announce(job);
		each_item(job, &r, perform_item);
	}
	curl_global_cleanup();
out:
	tunnel_close(&r.tunnel);
	requests_clear(&r);
	arena_free(r.arena);
}
