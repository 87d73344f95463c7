/*
 * local.c: the isolation of a step on the console's own machine, in words.
 *
 * `serve` has tried what is available there (fcgi/executor/confine/confine.h)
 * and has written it to DATA/run/isolation.
 */
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "web/views/local.h"
#include "web/web.h"
#include "wire/exec.h"

static struct json_object *
read_isolation(struct req *req)
{
	char *path = mem_printf("%s/" EXEC_ISOLATION, req->web->data);
	struct json_object *o = NULL;
	struct buf text = { 0 };

	if (io_read_file(path, 4096, &text) == ERR_OK)
		(void)json_read(text.data, text.len, &o, NULL);
	buf_clear(&text);
	free(path);
	return o != NULL ? request_own(req, o) : NULL;
}

const char *
local_how(struct req *req, struct json_object *local, const char *user)
{
	struct json_object *found = read_isolation(req);

	if (json_flag(local, "forbidden", false))
		return request_text(req, "how_local_forbidden");
	if (found == NULL)
		return request_text(req, "how_local");
	if (user == NULL)
		user = json_text(local, "user", json_text(found, "user", ""));
	if (text_eq(user, "root"))
		return request_text(req, "how_local_root");
	if (json_flag(found, "namespaces", false))
		return request_fill(
		    req, "how_local_isolated", "user", user, NULL);
	if (json_flag(found, "root", false))
		return request_fill(req, "how_local_user", "user", user, NULL);
	return request_fill(req, "how_local_bare", "user", user, NULL);
}
