/*
 * The route table: no request fits two rows, each row has a verb for people,
 * and every row is walked with every role.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/text.h"
#include "web/views/runbook_cache.h"
#include "web/http/keeper_client.h"
#include "web/http/read_limit.h"
#include "web/card/fragments.h"
#include "web/http/route.h"

#define TOKEN_VIEWER \
	"11111111111111111111111111111111" \
	"11111111111111111111111111111111"
#define TOKEN_OPERATOR \
	"22222222222222222222222222222222" \
	"22222222222222222222222222222222"
#define TOKEN_ADMIN \
	"33333333333333333333333333333333" \
	"33333333333333333333333333333333"
#define SESSION \
	"44444444444444444444444444444444" \
	"44444444444444444444444444444444"

static struct web web;
static char folder[] = "/tmp/cs-route-XXXXXX";
static pid_t keeper;

/* A keeper that hangs up on everybody: commands get no further than it. */
static pid_t
start_keeper(void)
{
	char *path = mem_printf("%s/run/keeper.sock", folder);
	int fd = io_listen(path, 0600);
	pid_t pid = fork();

	free(path);
	if (pid == 0) {
		for (;;)
			close(accept(fd, NULL, NULL));
	}
	close(fd);
	return pid;
}

static void
add_account(
    struct db *db, const char *name, const char *roles, const char *token)
{
	unsigned char hash[32];

	auth_hash(token, hash);
	assert_int_equal(db_run(db, STMT_ACCOUNT_ADD, TEXT(name), TEXT(roles),
			     INT(1), TEXT("test")),
	    ERR_OK);
	assert_int_equal(db_run(db, STMT_TOKEN_ADD, TEXT(name), TEXT("t"),
			     BLOB(hash, sizeof(hash)), INT(1), TEXT("test"),
			     TEXT("[\"read\",\"run\"]"), INT(0)),
	    ERR_OK);
}

static int
set_up(void **state)
{
	struct db *db = NULL;
	unsigned char hash[32];
	char *run;

	(void)state;
	assert_non_null(mkdtemp(folder));
	run = mem_printf("%s/run", folder);
	assert_int_equal(mkdir(run, 0700), 0);
	free(run);
	assert_int_equal(db_open(folder, DB_KEEPER, &db), ERR_OK);
	add_account(db, "vera", "[]", TOKEN_VIEWER);
	add_account(db, "otto", "[\"operator\"]", TOKEN_OPERATOR);
	add_account(db, "ada", "[\"admin\"]", TOKEN_ADMIN);
	auth_hash(SESSION, hash);
	assert_int_equal(
	    db_run(db, STMT_SESSION_ADD, BLOB(hash, 32), TEXT("otto"),
		TEXT("::1"), TEXT(""), INT(1), INT(INT64_MAX)),
	    ERR_OK);
	db_close(db);
	web.data = folder;
	web.runbooks = "/nonexistent";
	web.templates = templates_new(true);
	web.cache = runbook_cache_new();
	web.fragments = fragments_new();
	web.keeper = keeper_client_new(folder);
	web.limit = read_limit_new();
	web.catalogue = catalogue_new();
	assert_int_equal(
	    templates_load(web.templates, "templates", NULL), ERR_OK);
	keeper = start_keeper();
	return 0;
}

static int
tear_down(void **state)
{
	char *command = mem_printf("%s/countersign.db", folder);

	(void)state;
	kill(keeper, SIGKILL);
	waitpid(keeper, NULL, 0);
	db_close(web.db);
	templates_free(web.templates);
	catalogue_free(web.catalogue);
	fragments_free(web.fragments);
	runbook_cache_free(web.cache);
	keeper_client_free(web.keeper);
	read_limit_free(web.limit);
	unlink(command);
	free(command);
	return 0;
}

/* A path that the pattern accepts. */
static void
example_of(const char *pattern, char *out, size_t size)
{
	size_t len = 0;

	while (*pattern != '\0' && len + 8 < size) {
		size_t hole = strcspn(pattern, "/");

		if (*pattern != ':' && *pattern != '*') {
			out[len++] = *pattern++;
			continue;
		}
		len += (size_t)snprintf(out + len, size - len, "%s",
		    strncmp(pattern, ":run", hole) == 0     ? "17"
			: strncmp(pattern, ":n", hole) == 0 ? "3"
			: *pattern == '*'                   ? "team/book"
							    : "some-id");
		pattern += hole;
	}
	out[len] = '\0';
}

/* The status of a request; `header` is a further variable or NULL. */
static int
status_of(const struct route *r, const char *header, const char *body)
{
	struct arena *arena = arena_new();
	struct reply reply;
	struct req req;
	char path[200], uri[220];
	char *env[] = { r->method == METHOD_POST ? "REQUEST_METHOD=POST"
						 : "REQUEST_METHOD=GET",
		uri, "HTTP_ACCEPT=application/json",
		"CONTENT_TYPE=application/x-www-form-urlencoded",
		(char *)(uintptr_t)header, NULL };
	int status;

	example_of(r->path, path, sizeof(path));
	snprintf(uri, sizeof(uri), "REQUEST_URI=%s", path);
	reply_init(&reply);
	assert_int_equal(
	    request_init(&req, &web, arena, env, body, strlen(body)), ERR_OK);
	route_dispatch(&req, &reply);
	status = reply.status;
	reply_clear(&reply);
	arena_free(arena);
	return status;
}

/*
 * The status of a request with that query and body of that type, which is
 * answered as the web program does it.
 */
static int
answer_of(const struct route *r, const char *query, const char *type,
    const char *body, const char *accept)
{
	struct arena *arena = arena_new();
	struct reply reply;
	struct req req;
	char path[200], uri[300], content_type[100], wants[100];
	char *env[] = { r->method == METHOD_POST ? "REQUEST_METHOD=POST"
						 : "REQUEST_METHOD=GET",
		uri, content_type, wants, NULL };
	enum err err;
	int status;

	example_of(r->path, path, sizeof(path));
	snprintf(uri, sizeof(uri), "REQUEST_URI=%s%s", path, query);
	snprintf(content_type, sizeof(content_type), "CONTENT_TYPE=%s", type);
	snprintf(wants, sizeof(wants), "HTTP_ACCEPT=%s", accept);
	reply_init(&reply);
	err = request_init(&req, &web, arena, env, body, strlen(body));
	if (err == ERR_OK)
		route_dispatch(&req, &reply);
	else
		reply_fault(&req, &reply, err);
	status = reply.status;
	reply_clear(&reply);
	arena_free(arena);
	return status;
}

static void
no_request_fits_two_rows(void **state)
{
	size_t count;
	const struct route *routes = route_table(&count);
	struct arena *arena = arena_new();
	char path[200];

	(void)state;
	for (size_t i = 0; i < count; i++) {
		int fits = 0;

		example_of(routes[i].path, path, sizeof(path));
		for (size_t k = 0; k < count; k++) {
			struct req req = { .arena = arena };

			fits += routes[k].method == routes[i].method &&
			    route_match(&req, routes[k].path, path);
		}
		if (fits != 1)
			fail_msg("%s fits %d rows", path, fits);
	}
	arena_free(arena);
}

static void
every_row_has_a_verb_for_people(void **state)
{
	size_t count;
	const struct route *routes = route_table(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_true(routes[i].verb < VERB__MAX);
		assert_non_null(routes[i].handle);
		assert_int_not_equal(verb_role(routes[i].verb), ROLE_LOCAL);
		assert_int_not_equal(verb_role(routes[i].verb), ROLE_RUNNER);
		if (routes[i].method == METHOD_GET &&
		    routes[i].verb != VERB_run_create &&
		    routes[i].verb != VERB_run_change)
			assert_true(
			    text_starts(verb_name(routes[i].verb), "see"));
	}
}

static bool
is_refused(int status)
{
	return status == 401 || status == 403;
}

static void
every_row_by_every_role(void **state)
{
	static const struct {
		const char *header;
		bool operator, admin;
	} people[] = {
		{ "HTTP_AUTHORIZATION=Bearer " TOKEN_VIEWER, false, false },
		{ "HTTP_AUTHORIZATION=Bearer " TOKEN_OPERATOR, true, false },
		{ "HTTP_AUTHORIZATION=Bearer " TOKEN_ADMIN, false, true },
	};
	size_t count;
	const struct route *routes = route_table(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		enum role role = verb_role(routes[i].verb);

		if (routes[i].handle == NULL || role == ROLE_NONE)
			continue;
		assert_int_equal(status_of(&routes[i], NULL, ""), 401);
		for (size_t p = 0; p < 3; p++) {
			bool may = role == ROLE_OPERATOR ? people[p].operator
			    : role == ROLE_ADMIN
			    ? people[p].admin
			    : true;
			int status = status_of(
			    &routes[i], people[p].header, "");

			if (is_refused(status) == may)
				fail_msg("%s %s: %d", routes[i].path,
				    people[p].header, status);
		}
	}
}

static void
a_wrong_credential_is_nobody(void **state)
{
	size_t count;
	const struct route *routes = route_table(&count);

	(void)state;
	assert_int_equal(status_of(&routes[0],
			     "HTTP_AUTHORIZATION=Bearer "
			     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			     "aaaaaaaaaaaaaaa",
			     ""),
	    401);
	assert_int_equal(status_of(&routes[0],
			     "HTTP_AUTHORIZATION=Basic "
			     "YTpi",
			     ""),
	    401);
	assert_int_equal(
	    status_of(&routes[0], "HTTP_COOKIE=session=" TOKEN_VIEWER, ""),
	    401);
}

static const struct route *
route_of(const char *path)
{
	size_t count;
	const struct route *routes = route_table(&count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(routes[i].path, path) == 0 &&
		    routes[i].method == METHOD_POST)
			return &routes[i];
	fail_msg("no route %s", path);
	return NULL;
}

static void
a_session_needs_the_form_token(void **state)
{
	static const char cookie[] = "HTTP_COOKIE=a=b; session=" SESSION;
	const struct route *start = route_of("/runs/:run/start");
	char token[65], form[100], wrong[100];

	(void)state;
	auth_form_token(SESSION, token);
	snprintf(form, sizeof(form), "_csrf=%s", token);
	snprintf(wrong, sizeof(wrong), "_csrf=%.63s0", token);
	assert_int_equal(status_of(start, cookie, ""), 403);
	assert_int_equal(status_of(start, cookie, wrong), 403);
	assert_int_equal(status_of(start, cookie, form), 503);
	assert_int_equal(
	    status_of(start, "HTTP_AUTHORIZATION=Bearer " TOKEN_OPERATOR, ""),
	    503);
}

/* The page of a form that is too large gives it back. */
static void
a_large_form_is_given_back_to_who_may_send_it(void **state)
{
	static const char cookie[] = "HTTP_COOKIE=a=b; session=" SESSION;
	const struct route *start = route_of("/runs/:run/start");
	char token[65];
	char *large = mem_calloc(REQUEST_MAX_BODY + 200, 1);

	(void)state;
	auth_form_token(SESSION, token);
	memset(large, 'x', REQUEST_MAX_BODY + 100);
	memcpy(large, "note=", 5);
	assert_int_equal(status_of(start, cookie, large), 403);
	assert_int_equal(status_of(start, NULL, large), 401);
	snprintf(large, 80, "_csrf=%s&n", token);
	large[strlen(large)] = '=';
	assert_int_equal(status_of(start, cookie, large), 413);
	free(large);
}

/* nginx passes it on without its body, and says why. */
static void
what_nginx_refused_reaches_no_handler(void **state)
{
	static const struct {
		const char *variable;
		int status;
	} refused[] = {
		{ "NGINX_STATUS=400", 400 },
		{ "NGINX_STATUS=404", 404 },
		{ "NGINX_STATUS=413", 413 },
		{ "NGINX_STATUS=414", 414 },
		{ "NGINX_STATUS=429", 429 },
		{ "NGINX_STATUS=431", 431 },
		{ "NGINX_STATUS=500", 500 },
		{ "NGINX_STATUS=418", 500 },
	};
	static const struct route healthz = { .method = METHOD_GET,
		.path = "/healthz" };

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_int_equal(status_of(&healthz, refused[i].variable, ""),
		    refused[i].status);
	assert_int_equal(status_of(&healthz, "NGINX_STATUS=000", ""),
	    status_of(&healthz, NULL, ""));
	assert_int_equal(status_of(&healthz, "HTTP_NGINX_STATUS=413", ""),
	    status_of(&healthz, NULL, ""));
}

static void
another_site_may_not_send_forms(void **state)
{
	(void)state;
	assert_int_equal(
	    status_of(route_of("/login"), "HTTP_SEC_FETCH_SITE=cross-site",
		"name=a&password=b"),
	    403);
	assert_int_equal(
	    status_of(route_of("/login"), "HTTP_SEC_FETCH_SITE=same-origin",
		"name=a&password=b"),
	    503);
}

static void
strange_paths_fit_nothing(void **state)
{
	static const char *const paths[] = { "/runs/0", "/runs/-1",
		"/runs/99999999999999999999", "/runs/1/", "//", "/runs/1x",
		"/runs/1/steps/..%2f/execute", "/runs/1/steps/a%00/execute",
		"/runs/1/steps/a%/execute", "/runbooks/", "/users/a%20b" };
	size_t count;
	const struct route *routes = route_table(&count);
	struct arena *arena = arena_new();

	(void)state;
	for (size_t p = 0; p < sizeof(paths) / sizeof(paths[0]); p++)
		for (size_t i = 0; i < count; i++) {
			struct req req = { .arena = arena };

			if (route_match(&req, routes[i].path, paths[p]))
				fail_msg(
				    "%s fits %s", paths[p], routes[i].path);
		}
	arena_free(arena);
}

/* Nobody is signed in, and each row answers: it is refused, and no more. */
static void
malformed_requests_are_refused(void **state)
{
	static const char form[] = "application/x-www-form-urlencoded";
	static const char json[] = "application/json";
	static const struct {
		const char *query, *type, *body;
		int status; /* 0: that of the row */
	} requests[] = {
		{ "?x=%00", form, "", 400 },
		{ "?%00", form, "", 400 },
		{ "?before=1%00", form, "", 400 },
		{ "?x=%00", form, "a=b", 400 },
		{ "?x=%00", json, "{}", 400 },
		{ "", form, "x=%00", 400 },
		{ "", form, "%00", 400 },
		{ "", json, "{", 400 },
		{ "", json, "[1]", 400 },
		{ "", json, "\"x\"", 400 },
		{ "", json, "null", 400 },
		{ "", "text/plain", "x", 400 },
		{ "", json, "{}", 0 },
		{ "", json, "{\"name\":{\"a\":[null]}}", 0 },
		{ "", form, "name=a&name=b&x[]=1", 0 },
	};
	static const char *const accepts[] = { "text/html", "application/json",
		"text/event-stream" };
	size_t count;
	const struct route *routes = route_table(&count);

	(void)state;
	for (size_t i = 0; i < 3 * count; i++)
		for (size_t k = 0; k < sizeof(requests) / sizeof(requests[0]);
		     k++) {
			const struct route *r = &routes[i / 3];
			int status = answer_of(r, requests[k].query,
			    requests[k].type, requests[k].body, accepts[i % 3]);

			if (requests[k].status == 0
				? status < 200 || status > 503
				: status != requests[k].status)
				fail_msg("%s%s %s %s: %d", r->path,
				    requests[k].query, requests[k].body,
				    accepts[i % 3], status);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_request_fits_two_rows),
		cmocka_unit_test(every_row_has_a_verb_for_people),
		cmocka_unit_test(every_row_by_every_role),
		cmocka_unit_test(a_wrong_credential_is_nobody),
		cmocka_unit_test(a_session_needs_the_form_token),
		cmocka_unit_test(a_large_form_is_given_back_to_who_may_send_it),
		cmocka_unit_test(what_nginx_refused_reaches_no_handler),
		cmocka_unit_test(another_site_may_not_send_forms),
		cmocka_unit_test(strange_paths_fit_nothing),
		cmocka_unit_test(malformed_requests_are_refused),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name(
	    "web/route", tests, set_up, tear_down);
}
