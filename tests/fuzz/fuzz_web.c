/*
 * fuzz_web.c: any bytes as what a browser sends: the FastCGI parameters and the
 * body of a request, its path against each route, its cookies; and the head of
 * a request to the hub of live streams.  The first byte says which.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/catalogue.h"
#include "base/mem.h"
#include "web/http/cursor.h"
#include "web/http/request.h"
#include "web/http/route.h"
#include "web/live/watcher.h"
#include "web/web.h"

#define PARAMETERS 40

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* NAME=value lines up to an empty one; the body is behind it. */
static char *
split(char *text, char **env)
{
	size_t n = 0;
	char *line;

	while ((line = strsep(&text, "\n")) != NULL && *line != '\0')
		if (n < PARAMETERS && strchr(line, '=') != NULL)
			env[n++] = line;
	env[n] = NULL;
	return text;
}

static void
try_request(const uint8_t *data, size_t size)
{
	static struct web web;
	char *text = mem_strndup((const char *)data, size), *body;
	char *env[PARAMETERS + 1];
	struct arena *arena = arena_new();
	struct req req = { 0 };
	const struct route *routes;
	size_t count;

	if (web.catalogue == NULL)
		web.catalogue = catalogue_new();
	body = split(text, env);
	if (request_init(&req, &web, arena, env, body != NULL ? body : "",
		body != NULL ? strlen(body) : 0) == ERR_OK) {
		assert(req.path != NULL && req.session != NULL);
		routes = route_table(&count);
		for (size_t i = 0; i < count; i++)
			(void)route_match(&req, routes[i].path, req.path);
		(void)request_cookie(&req, "device");
		(void)request_query(&req, "q");
		(void)request_field(&req, "name");
	}
	arena_free(arena);
	free(text);
}

static void
try_live(const uint8_t *data, size_t size)
{
	char *text = malloc(size > 0 ? size : 1);
	struct live_request r;

	if (size > 0)
		memcpy(text, data, size); /* not terminated */
	if (live_read_request(text, size, &r) == 1)
		assert(r.count > 0 && r.count <= CURSOR_RUNS);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] == 'l')
		try_live(data + 1, size - 1);
	else
		try_request(data + 1, size - 1);
	return 0;
}
