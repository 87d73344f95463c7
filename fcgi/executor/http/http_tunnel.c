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
#include "base/message.h"
#include "executor/http/http_send.h"

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
