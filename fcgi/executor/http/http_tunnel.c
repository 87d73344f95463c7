/*
 * http_tunnel.c: the tunnel of an http target that is reached over SSH.
 *
 * Its end is the server of the target's url, as the SSH target resolves it: all
 * requests of the step go to it (http_fill() checks that).
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "executor/http/http_send.h"

/* The server of a url: its host without brackets, and its port. */
static bool
server_of(const char *url, char ret_host[256], int *ret_port)
{
	char *host = NULL, *port = NULL;
	CURLU *u = curl_url();
	size_t n;
	bool ok;

	ok = u != NULL && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) ==
		CURLUE_OK &&
	    strlen(host) < 255;
	if (ok) {
		n = strlen(host);
		if (*host == '[' && n > 2) /* an IPv6 address */
			snprintf(ret_host, 256, "%.*s", (int)n - 2, host + 1);
		else
			snprintf(ret_host, 256, "%s", host);
		*ret_port = (int)strtol(port, NULL, 10);
	}
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
	return ok;
}

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
	else if (!server_of(url, host, &end.port))
		buf_puts(&why, "Its url has no server in it.");
	else {
		end.host = host;
		result = tunnel_open(&through, &end, job->loop, ret, &why);
	}
	if (result == SSH_STOPPED) {
		job->stop = job->loop->stop;
		job->ending = ENDING_STOPPED;
	} else if (result != SSH_OK) {
		act_end(job, ENDING_FAILED, "Nothing was sent to %s. %s",
		    job->target->name, buf_text(&why));
	}
	buf_clear(&why);
	return result == SSH_OK;
}
