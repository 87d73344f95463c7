/*
 * http_send.c: one request and its answer, by libcurl.
 *
 * Each has its own handle and connection: no credential, cookie or half-dead
 * connection passes from one to the next, and libcurl never repeats a request
 * by itself.  Bytes are counted here, after decompression, since libcurl's own
 * limits stop neither chunked bodies nor gzip bombs.  Its defaults are not
 * trusted: protocols, proxy, redirects and addresses are all set.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "executor/http/http_aws.h"
#include "executor/http/http_hmac.h"
#include "executor/http/http_send.h"
#include "executor/http/http_server.h"
#include "wire/exec.h"

static size_t
take_body(char *data, size_t size, size_t n, void *ctx)
{
	struct exchange *x = ctx;

	n *= size;
	if (n > x->most - x->body.len) {
		x->too_long = true;
		return 0;
	}
	buf_put(&x->body, data, n);
	return n;
}

static size_t
give_body(char *data, size_t size, size_t n, void *ctx)
{
	struct exchange *x = ctx;
	ssize_t got = payload_read(x->payload, data, size * n);

	return got < 0 ? CURL_READFUNC_ABORT : (size_t)got;
}

static size_t
take_header(char *data, size_t size, size_t n, void *ctx)
{
	struct exchange *x = ctx;
	size_t len = n * size;

	if (len > EXCHANGE_HEAD - x->head.len) {
		x->too_long = true;
		return 0;
	}
	if (len > 5 && memcmp(data, "HTTP/", 5) == 0)
		buf_reset(&x->head); /* the previous block was "100 Continue" */
	while (len > 0 && (data[len - 1] == '\n' || data[len - 1] == '\r'))
		len--;
	if (len > 0) {
		buf_put(&x->head, data, len);
		buf_putc(&x->head, '\n');
	}
	return n * size;
}

static int
note_sent(CURL *curl, curl_infotype type, char *data, size_t len, void *ctx)
{
	struct exchange *x = ctx;

	(void)curl;
	(void)data;
	(void)len;
	if (type == CURLINFO_HEADER_OUT || type == CURLINFO_DATA_OUT)
		x->sent = true;
	return 0;
}

static curl_socket_t
open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct exchange *x = ctx;

	(void)purpose;
	if (!http_may_connect(&address->addr)) {
		x->refused_address = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);
}

static void
add_header(struct exchange *x, const char *name, const char *value)
{
	/* libcurl sends a header without a value if it ends in ";" */
	char *line = *value != '\0' ? mem_printf("%s: %s", name, value)
				    : mem_printf("%s;", name);
	struct curl_slist *list = curl_slist_append(x->headers, line);

	if (list == NULL)
		log_bug("out of memory");
	x->headers = list;
	free(line);
}

/* Signs the request as the target's aws: or sign: says. */
static bool
add_signature(struct exchange *x, const char *key)
{
	struct json_object *how = json_get(x->job->target->json, key);
	bool aws = strcmp(key, "aws") == 0;
	struct http_headers added;

	if (!(aws ? http_sign : http_hmac)(
		x->arena, how, x->request, x->payload, clock_now(), &added)) {
		act_end(x->job, ENDING_FAILED, "http_kept_unreadable url=%s",
		    x->request->url);
		return false;
	}
	for (size_t i = 0; i < added.count; i++)
		if (aws ||
		    http_header(&x->request->headers, added.all[i].name) ==
			NULL)
			add_header(x, added.all[i].name, added.all[i].value);
	return true;
}

/* The target's headers and credentials, except those that the request has. */
static bool
add_target(struct exchange *x)
{
	struct json_object *target = x->job->target->json;
	struct json_object *headers = json_get(target, "headers");
	const char *token = json_text(target, "token", NULL);
	const char *user = json_text(target, "user", NULL);
	bool own = http_header(&x->request->headers, "Authorization") != NULL;
	char *line;

	if (x->stranger)
		return true;
	if (headers != NULL) {
		json_object_object_foreach (headers, name, v) {
			if (http_header(&x->request->headers, name) != NULL)
				continue;
			own = own || strcasecmp(name, "Authorization") == 0;
			add_header(x, name, json_object_get_string(v));
		}
	}
	if (token != NULL && !own) {
		line = mem_printf("Bearer %s", token);
		add_header(x, "Authorization", line);
		free(line);
	} else if (user != NULL && !own) {
		curl_easy_setopt(
		    x->curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(x->curl, CURLOPT_USERNAME, user);
		curl_easy_setopt(x->curl, CURLOPT_PASSWORD,
		    json_text(target, "password", ""));
	} else if (json_get(target, "aws") != NULL && !own) {
		return add_signature(x, "aws");
	}
	return json_get(target, "sign") == NULL || add_signature(x, "sign");
}

/*
 * The server can detect a duplicate POST or PATCH by this key.  It differs
 * between repeats, because each follows a negative answer.
 */
static void
add_key(struct exchange *x, size_t number)
{
	const struct http_request *q = x->request;
	char *key;

	if ((strcmp(q->method, "POST") != 0 &&
		strcmp(q->method, "PATCH") != 0) ||
	    http_header(&q->headers, "Idempotency-Key") != NULL)
		return;
	key = mem_printf(
	    "%s-%zu-%d", x->job->spec->exec, number, x->job->repeat);
	add_header(x, "Idempotency-Key", key);
	free(key);
}

/* The most likely type of the body. */
static const char *
usual_type(const struct http_body *b)
{
	const char *name = b->artifact != NULL ? b->artifact : b->file;

	if (name != NULL)
		return text_ends(name, ".json") ? "application/json"
						: "application/octet-stream";
	return b->text[0] == '{' || b->text[0] == '['
	    ? "application/json"
	    : "text/plain; charset=utf-8";
}

static bool
set_headers(struct exchange *x, size_t number)
{
	const struct http_request *q = x->request;

	for (size_t i = 0; i < q->headers.count; i++)
		if (x->payload->type == NULL ||
		    strcasecmp(q->headers.all[i].name, "Content-Type") != 0)
			add_header(
			    x, q->headers.all[i].name, q->headers.all[i].value);
	if (!add_target(x))
		return false;
	add_key(x, number);
	if (x->payload->type != NULL)
		add_header(x, "Content-Type", x->payload->type);
	else if (http_header(&q->headers, "Content-Type") == NULL &&
	    http_has_body(q))
		add_header(x, "Content-Type", usual_type(&q->body));
	if (http_header(&q->headers, "User-Agent") == NULL)
		add_header(x, "User-Agent", "countersign");
	x->headers = curl_slist_append(x->headers, "Expect:");
	curl_easy_setopt(x->curl, CURLOPT_HTTPHEADER, x->headers);
	return true;
}

static void
set_method(struct exchange *x)
{
	const struct http_request *q = x->request;
	CURL *c = x->curl;

	if (http_has_body(q) || strcmp(q->method, "POST") == 0 ||
	    strcmp(q->method, "PUT") == 0 || strcmp(q->method, "PATCH") == 0) {
		payload_rewind(x->payload);
		curl_easy_setopt(c, CURLOPT_POST, 1L);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)x->payload->total);
		curl_easy_setopt(c, CURLOPT_READFUNCTION, give_body);
		curl_easy_setopt(c, CURLOPT_READDATA, x);
	}
	if (strcmp(q->method, "HEAD") == 0)
		curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, q->method);
}

/*
 * Over an SSH target, connects to the local end of the tunnel; name and
 * certificate are the server's.
 */
static void
set_local(struct exchange *x)
{
	char *to;

	if (x->tunnel->port == 0)
		return;
	to = mem_printf("::127.0.0.1:%d", x->tunnel->port);
	if ((x->connect_to = curl_slist_append(NULL, to)) == NULL)
		log_bug("out of memory");
	curl_easy_setopt(x->curl, CURLOPT_CONNECT_TO, x->connect_to);
	free(to);
}

/* Sets trusted certificates and our credentials. */
static void
set_certificates(struct exchange *x)
{
	struct json_object *target = x->job->target->json;
	const char *ca = json_text(target, "ca", NULL);
	const char *cert = json_text(target, "cert", NULL);
	const char *key = json_text(target, "cert_key", cert);

	if (ca != NULL) {
		curl_easy_setopt(x->curl, CURLOPT_CAINFO, ca);
		curl_easy_setopt(x->curl, CURLOPT_CAPATH, NULL);
	}
	if (cert != NULL && !x->stranger) {
		curl_easy_setopt(x->curl, CURLOPT_SSLCERT, cert);
		curl_easy_setopt(x->curl, CURLOPT_SSLKEY, key);
	}
}

static bool
has_one_server(struct exchange *x)
{
	char host[256];
	int port;

	if (http_server_of(x->request->url, host, &port))
		return true;
	act_end(
	    x->job, ENDING_FAILED, "http_host_form url=%s", x->request->url);
	return false;
}

bool
exchange_open(struct exchange *x, size_t number)
{
	CURL *c = x->curl = curl_easy_init();

	x->most = x->job->spec->step.artifact != NULL ? EXEC_ARTIFACT_LIMIT
						      : EXCHANGE_BODY;
	if (c == NULL ||
	    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") !=
		CURLE_OK ||
	    curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "http,https") !=
		CURLE_OK)
		log_bug("libcurl does not work");
	curl_easy_setopt(c, CURLOPT_URL, x->request->url);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, EXCHANGE_CONNECT);
	/* An answer may take long, but the machine must stay reachable. */
	curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(c, CURLOPT_TCP_KEEPIDLE, EXCHANGE_IDLE);
	curl_easy_setopt(c, CURLOPT_TCP_KEEPINTVL, EXCHANGE_AGAIN);
	curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, x->error);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, note_sent);
	curl_easy_setopt(c, CURLOPT_DEBUGDATA, x);
	curl_easy_setopt(c, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, x);
	set_local(x);
	set_certificates(x);
	set_method(x);
	return has_one_server(x) && set_headers(x, number);
}

bool
exchange_run(struct exchange *x, CURLcode *ret)
{
	struct event_loop *w = x->job->loop;
	struct curl_waitfd signals = { .fd = w->signals,
		.events = CURL_WAIT_POLLIN };
	CURLM *multi = curl_multi_init();
	CURLMsg *message;
	enum stop stop = STOP_NONE;
	int running = 1, left;

	if (multi == NULL || curl_multi_add_handle(multi, x->curl) != CURLM_OK)
		log_bug("libcurl does not work");
	while (stop == STOP_NONE && running > 0) {
		if (curl_multi_perform(multi, &running) != CURLM_OK)
			log_bug("libcurl does not go on");
		if (running > 0)
			curl_multi_poll(multi, &signals, 1, 100, NULL);
		if (running > 0)
			stop = loop_poll(w, NULL, 0, 1);
	}
	if (running == 0 &&
	    (message = curl_multi_info_read(multi, &left)) != NULL)
		*ret = message->data.result;
	curl_multi_remove_handle(multi, x->curl);
	curl_multi_cleanup(multi);
	x->job->stop = stop;
	return stop == STOP_NONE;
}

void
exchange_close(struct exchange *x)
{
	curl_easy_cleanup(x->curl);
	curl_slist_free_all(x->headers);
	curl_slist_free_all(x->connect_to);
	buf_clear(&x->head);
	buf_clear(&x->body);
}

/*
 * Its end is the server of the target's url, as the SSH target resolves it: all
 * requests of the step go to it (http_fill() checks that).
 */
bool
http_tunnel_open(struct job *job, struct tunnel *ret)
{
	const char *url = json_text(job->target->json, "url", "");
	struct json_object *over = json_get(job->target->json, "over");
	struct job_target through;
	struct buf why = { 0 };
	struct tunnel_end end = { 0 };
	struct fault fault;
	enum ssh_result result = SSH_REFUSED;
	char host[256];

	if (over == NULL)
		return true;
	if (job_target_read(over, &through, &fault) != ERR_OK)
		buf_puts(&why, fault.message);
	else if (!http_server_of(url, host, &end.port))
		message_put(&why, "http_url_no_server");
	else {
		end.host = host;
		result = tunnel_open(&through, &end, job->loop, ret, &why);
	}
	if (result == SSH_STOPPED) {
		job->stop = job->loop->stop;
		job->ending = ENDING_STOPPED;
	} else if (result != SSH_OK) {
		act_end(job, ENDING_FAILED,
		    "http_nothing_to target=%s reason=%s", job->target->name,
		    buf_text(&why));
	}
	buf_clear(&why);
	return result == SSH_OK;
}
