/*
 * Every page of the route table, made from a run in the journal, in strict mode
 * and in both languages: a name that a template asks for and a handler does not
 * give fails here.  And that nothing hostile or secret gets out of a page or of
 * its JSON.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "failing_reads.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/text.h"
#include "compiler/scope.h"
#include "journal/db_own.h"
#include "journal/event.h"
#include "journal/plan.h"
#include "web/views/runbook_cache.h"
#include "web/http/keeper_client.h"
#include "web/http/read_limit.h"
#include "web/card/fragments.h"
#include "web/pages/run_parts.h"
#include "web/http/route.h"

#define TOKEN "5555555555555555555555555555555555555555555555555555555555555555"
#define EXEC "0123456789abcdef0123456789abcdef"

static const char document[] =
    "---\ntitle: A <b>run</b>\nparameters:\n"
    "  word: {label: A word, default: hello}\n"
    "  pass: {label: Password, type: secret}\n"
    "approvals:\n  - {role: approver, count: 1}\n---\n"
    "Prose to {{word}} and {{pass}}.\n\n# First\n\n"
    "```sh {#one timeout=5s expect=\"ok\"}\necho \"$word\"\n```\n\n"
    "```sh {.probe of=one #probe-one}\ntrue\n```\n\n"
    "- [ ] By hand {#hand sign=approver}\n\n"
    "# Second {when=\"word == 'never'\"}\n\n"
    "```bash {#two .irreversible}\necho two\n```\n\n"
    "# Back {.rollback}\n\n```sh {#undo-one undo=one}\necho undo\n```\n";

static char folder[] = "/tmp/cs-pages-XXXXXX";
static struct web web;
static struct db *keeper;
static int64_t happens_in = 1; /* the run */

static void
happen(const char *kind, const char *json)
{
	struct json_object *data = NULL;

	assert_int_equal(json_read(json, strlen(json), &data, NULL), ERR_OK);
	db_begin(keeper);
	assert_int_equal(db_end(keeper,
			     event_append(keeper, happens_in, EVENT_ANY_SEQ,
				 "ana", event_find(kind), data)),
	    ERR_OK);
}

static void
write_file(const char *name, const char *text)
{
	char *path = mem_printf("%s/%s", folder, name);

	assert_int_equal(io_write_file(path, 0600, text, strlen(text)), ERR_OK);
	free(path);
}

static void
make_run(void)
{
	assert_int_equal(
	    db_run(keeper, STMT_DOCUMENT_ADD, TEXT("d0c"), TEXT(document)),
	    ERR_OK);
	happen("run.created",
	    "{\"title\":\"<script>alert(1)</script>\","
	    "\"reason\":\"why & how\",\"runbook\":\"book\","
	    "\"document\":\"d0c\",\"environment\":\"test\","
	    "\"production\":true,\"state\":\"ready\",\"plan\":\"abc\","
	    "\"parameters\":{\"word\":\"<i>\",\"pass\":null},\"sealed\":{},"
	    "\"targets\":{\"local\":{\"kind\":\"local\",\"shared\":true}},"
	    "\"approvals\":[{\"role\":\"approver\",\"count\":1,"
	    "\"expires\":60000}],"
	    "\"steps_total\":3,\"steps\":[{\"id\":\"one\",\"part\":\"main\"},"
	    "{\"id\":\"hand\",\"part\":\"main\"},{\"id\":\"two\","
	    "\"part\":\"main\"},{\"id\":\"probe-one\",\"part\":\"probe\"},"
	    "{\"id\":\"undo-one\",\"part\":\"rollback\"}]}");
	happen("run.decided",
	    "{\"plan\":\"abc\",\"decision\":\"approve\","
	    "\"comment\":\"\"}");
	happen("run.started", "{\"environment\":\"test\",\"holds\":[]}");
	happen("step.ready", "{\"step\":\"one\"}");
	happen("step.requested",
	    "{\"step\":\"one\",\"n\":1,\"plan\":\"p\",\"exec\":\"" EXEC
	    "\",\"targets\":[\"local\"]}");
	happen("step.starting", "{\"step\":\"one\",\"n\":1}");
	happen("step.running",
	    "{\"step\":\"one\",\"n\":1,\"target\":"
	    "\"local\"}");
}

static int
set_up(void **state)
{
	static const char *const folders[] = { "run", "exec", "exec/" EXEC,
		"books" };
	unsigned char hash[32];
	char *path;

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < 4; i++) {
		path = mem_printf("%s/%s", folder, folders[i]);
		assert_int_equal(mkdir(path, 0700), 0);
		free(path);
	}
	write_file("exec/" EXEC "/local.txt",
	    "\033[31mred\033[0m <script>evil()</script>\n");
	write_file("books/book.md", document);
	write_file(
	    "books/edit.md", "```edit {#e file=/tmp/x}\nensure a = b\n```\n");
	write_file("books/broken.md", "```sh {#a #b undo=nothing}\nx\n```\n");
	write_file(
	    "books/targets.yml", "environments:\n  test:\n    targets: {}\n");
	assert_int_equal(db_open(folder, DB_KEEPER, &keeper), ERR_OK);
	auth_hash(TOKEN, hash);
	assert_int_equal(db_run(keeper, STMT_ACCOUNT_ADD, TEXT("ana"),
			     TEXT("[\"admin\",\"operator\",\"approver\"]"),
			     INT(1), TEXT("t")),
	    ERR_OK);
	assert_int_equal(db_run(keeper, STMT_TOKEN_ADD, TEXT("ana"), TEXT("t"),
			     BLOB(hash, sizeof(hash)), INT(1), TEXT("t"),
			     TEXT("[\"read\",\"run\",\"approve\"]"), INT(0)),
	    ERR_OK);
	make_run();
	path = mem_printf("%s/books", folder);
	web.data = folder;
	web.runbooks = path;
	web.templates = templates_new(true);
	web.cache = runbook_cache_new();
	web.fragments = fragments_new();
	web.keeper = keeper_client_new(folder);
	web.limit = read_limit_new();
	assert_int_equal(
	    templates_load(web.templates, "templates", NULL), ERR_OK);
	web.catalogue = catalogue_new();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	db_close(web.db);
	db_close(keeper);
	templates_free(web.templates);
	catalogue_free(web.catalogue);
	fragments_free(web.fragments);
	runbook_cache_free(web.cache);
	json_object_put(web.library);
	keeper_client_free(web.keeper);
	read_limit_free(web.limit);
	free((char *)(uintptr_t)web.runbooks);
	return 0;
}

/* A page of somebody who has not signed in. */
static bool
is_for_strangers(const char *path)
{
	return strcmp(path, "/login") == 0 || strcmp(path, "/setup") == 0;
}

/* The body of a page, and its status; the caller frees it. */
static char *
ask(const char *path, const char *accept, const char *lang, int *ret_status)
{
	struct arena *arena = arena_new();
	struct reply reply;
	struct req req;
	char uri[200], wants[100], language[60], *body;
	char *env[] = { "REQUEST_METHOD=GET", uri, wants, language,
		is_for_strangers(path) ? NULL
				       : "HTTP_AUTHORIZATION=Bearer " TOKEN,
		NULL };

	snprintf(uri, sizeof(uri), "REQUEST_URI=%s", path);
	snprintf(wants, sizeof(wants), "HTTP_ACCEPT=%s", accept);
	snprintf(language, sizeof(language), "HTTP_COOKIE=lang=%s", lang);
	reply_init(&reply);
	assert_int_equal(request_init(&req, &web, arena, env, NULL, 0), ERR_OK);
	route_dispatch(&req, &reply);
	*ret_status = reply.status;
	body = buf_take(&reply.body);
	reply_clear(&reply);
	arena_free(arena);
	return body;
}

static char *
get(const char *path, const char *accept, const char *lang, int status)
{
	int found;
	char *body = ask(path, accept, lang, &found);

	if (found != status)
		fail_msg("%s: %d: %s", path, found, body);
	return body;
}

/* Pages besides those of the routes. */
static const char *const pages[] = {
	"/runbooks/broken",
	"/runs?q=script&state=running&environment=test&from=2020-01-01",
	"/runs?state=running",
	"/runs?runbook=book",
	"/targets?q=no",
	"/secrets?q=no",
	"/tokens?q=no",
	"/runs/1/preview/hand",
	"/runs/1/steps/one/attempts/1/local?q=evil",
};

/* Routes whose address needs more than fill_route() gives. */
static const char *const addresses[][2] = {
	{ "/runs/new", "/runs/new?runbook=book" },
	{ "/runs/:run/events", "/runs/1/events?after=2" },
	{ "/targets/:name", "/targets/test" },
	{ "/users/:name/sessions", "/users/ana/sessions" },
};

/* Routes that answer with no page, or in one state of the run alone. */
static const char *const without_page[] = { "/runs/:run/parameters", "/events",
	"/runs/:run/report.json", "/runs/:run/report.csv",
	"/runs/:run/artifacts/:n", "/healthz", "/metrics" };

/* Appends an address of the route in the run of this test. */
static void
fill_route(const char *route, struct buf *out)
{
	static const char *const holes[][2] = { { ":run", "1" }, { ":n", "1" },
		{ ":step", "one" }, { ":name", "local" }, { "*name", "book" } };
	size_t len;

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		if (strcmp(addresses[i][0], route) == 0) {
			buf_puts(out, addresses[i][1]);
			return;
		}
	while (*route != '\0') {
		len = strcspn(route, ":*");
		buf_put(out, route, len);
		route += len;
		len = strcspn(route, "/");
		for (size_t i = 0; i < sizeof(holes) / sizeof(holes[0]); i++)
			if (strlen(holes[i][0]) == len &&
			    strncmp(holes[i][0], route, len) == 0)
				buf_puts(out, holes[i][1]);
		route += len;
	}
}

static void
look_at(const char *path)
{
	char *html = get(path, "text/html", "en", 200);
	char *chinese = get(path, "text/html", "zh-CN", 200);
	char *json = get(path, "application/json", "en", 200);
	struct json_object *o = NULL;

	assert_null(strstr(html, "<script>alert"));
	assert_null(strstr(html, "<script>evil"));
	assert_null(strstr(html, "\033"));
	assert_null(strstr(chinese, "<script>alert"));
	if (!is_for_strangers(path) && strcmp(path, "/password") != 0 &&
	    json_read(json, strlen(json), &o, NULL) != ERR_OK)
		fail_msg("%s: not strict JSON: %.200s", path, json);
	json_object_put(o);
	free(html);
	free(chinese);
	free(json);
}

static bool
is_page(const struct route *route)
{
	for (size_t i = 0; i < sizeof(without_page) / sizeof(without_page[0]);
	     i++)
		if (strcmp(without_page[i], route->path) == 0)
			return false;
	return route->method == METHOD_GET;
}

static void
each_page(void (*look)(const char *path))
{
	struct buf address = { 0 };
	size_t count;
	const struct route *routes = route_table(&count);

	for (size_t i = 0; i < count; i++) {
		if (!is_page(&routes[i]))
			continue;
		buf_reset(&address);
		fill_route(routes[i].path, &address);
		look(buf_text(&address));
	}
	buf_clear(&address);
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		look(pages[i]);
}

static void
look_at_all_pages(void)
{
	each_page(look_at);
}

static void
expect_in(const char *path, const char *text)
{
	char *html = get(path, "text/html", "en", 200);

	if (strstr(html, text) == NULL)
		fail_msg("%s does not have %s", path, text);
	free(html);
}

/* The number of times that a text stands in the page. */
static int
count_in(const char *path, const char *text)
{
	char *html = get(path, "text/html", "en", 200);
	int n = 0;

	for (const char *at = html; (at = strstr(at, text)) != NULL; at++)
		n++;
	free(html);
	return n;
}

static void
a_step_at_work(void **state)
{
	(void)state;
	look_at_all_pages();
	expect_in("/runs/1", "is-running current");
	expect_in("/runs/1", "/runs/1/steps/one/cancel");
	expect_in("/runs/1", "Prose to &lt;i&gt; and ");
}

static void
a_failed_step(void **state)
{
	(void)state;
	happen("step.target_ended",
	    "{\"step\":\"one\",\"n\":1,\"target\":"
	    "\"local\",\"state\":\"failed\",\"exit\":7,\"bytes\":40,"
	    "\"dropped\":5,\"hash\":\"aa\",\"message\":\"It <failed>.\"}");
	happen("step.ended",
	    "{\"step\":\"one\",\"n\":1,\"outcome\":"
	    "\"failed\",\"state\":\"failed\",\"message\":\"It <failed>.\"}");
	look_at_all_pages();
	expect_in("/runs/1", "It &lt;failed&gt;.");
	expect_in("/runs/1", "red &lt;script&gt;evil()");
	expect_in("/runs/1", "/runs/1/steps/one/retry");
	expect_in("/runs/1", "/runs/1/steps/probe-one/execute");
	expect_in("/runs/1", "exit code 7");
	expect_in("/runs/1", "data-tab=\"failed\"");
	expect_in("/runs/1", "/static/icon-failed.svg");
	/* the lists say why, and lead to the step */
	expect_in("/",
	    "Failed: First: one <span class=\"row-as\">as "
	    "operator</span>");
	expect_in("/", "<span class=\"row-why\">It &lt;failed&gt;.</span>");
	expect_in("/", "data-tab=\"failed\"");
	expect_in("/runs", "<strong>First: one</strong> It &lt;failed&gt;.");
	expect_in("/runs", "href=\"/runs/1#step-one\"");
}

static void
steps_that_people_settle(void **state)
{
	(void)state;
	happen("step.resolved",
	    "{\"step\":\"one\",\"state\":\"succeeded\","
	    "\"note\":\"looked\"}");
	expect_in("/runs/1", "looked");
	look_at("/runs/1/parameters");
	happen("step.ready", "{\"step\":\"hand\"}");
	expect_in("/runs/1", "/runs/1/steps/hand/confirm");
	expect_in("/runs/1", "data-tab=\"waiting\"");
	expect_in("/", "Confirm: By hand <span class=\"row-as\">as operator");
	happen("step.confirmed",
	    "{\"step\":\"hand\",\"state\":"
	    "\"awaiting_signature\",\"note\":\"done\"}");
	look_at_all_pages();
	happen("step.signed",
	    "{\"step\":\"hand\",\"state\":\"confirmed\","
	    "\"note\":\"checked <it>\"}");
	expect_in("/runs/1", "checked &lt;it&gt;");
	happen("step.excluded",
	    "{\"step\":\"two\",\"when\":"
	    "\"word == 'never'\"}");
	look_at_all_pages();
	expect_in("/runs/1", "is-excluded");
}

/* A finished card that was kept must not outlive a change of its step. */
static void
a_rollback_and_the_end(void **state)
{
	(void)state;
	happen("run.rollback_started",
	    "{\"steps\":[\"undo-one\"],"
	    "\"not_needed\":[],\"steps_total\":1,\"reason\":\"r\"}");
	happen("step.ready", "{\"step\":\"undo-one\"}");
	look_at_all_pages();
	expect_in("/runs/1", "/runs/1/steps/undo-one/execute");
	happen("run.commented", "{\"text\":\"said <b>\"}");
	happen("run.closed",
	    "{\"result\":\"rolled_back\",\"note\":\"the <end>\"}");
	look_at_all_pages();
	/* no step has failed: the lists have the note */
	assert_int_equal(count_in("/", "the &lt;end&gt;"), 1);
	expect_in("/runs?state=rolled_back", "the &lt;end&gt;");
	assert_int_equal(count_in("/runs?state=succeeded", "data-key"), 0);
	expect_in("/runs/1", "data-tab=\"rolled_back\"");
	expect_in("/runs/1", "/static/icon-rolled_back.svg");
	/* one run says itself how it ended */
	assert_int_equal(count_in("/runbooks/book", "of the last"), 0);
	assert_int_equal(count_in("/runbooks/book", "class=\"strip-bar\""), 1);
	expect_in("/runbooks/edit", "Never run");
	expect_in("/runbooks", "Rolled back");
	assert_int_equal(count_in("/runbooks?q=A%20%3CB", "row-book"), 1);
	assert_int_equal(count_in("/runbooks?q=nothing", "row-book"), 0);
	expect_in("/runs/1", "said &lt;b&gt;");
	expect_in("/runs/1/report", "is-rolled_back");
}

/*
 * After an error a person reads what happened, why, and the way on; and what
 * they entered, but for secrets.
 */
static void
each_error_says_why_and_keeps_what_was_entered(void **state)
{
	static const char form[] = "name=ci&password=a+secret+of+mine";
	static const char type[] =
	    "CONTENT_TYPE=application/x-www-form-urlencoded";
	static const char *const langs[] = { "HTTP_COOKIE=lang=en",
		"HTTP_COOKIE=lang=zh-CN" };

	(void)state;
	for (int i = 2 * (ERR_OK + 1); i < 2 * ERR__MAX; i++) {
		enum err err = i / 2;
		struct arena *arena = arena_new();
		struct reply reply;
		struct req req;
		const char *why;
		char *env[] = { "REQUEST_METHOD=POST", "REQUEST_URI=/tokens",
			"HTTP_ACCEPT=text/html", (char *)(uintptr_t)type,
			(char *)(uintptr_t)langs[i % 2], NULL };

		reply_init(&reply);
		assert_int_equal(request_init(&req, &web, arena, env, form,
				     sizeof(form) - 1),
		    ERR_OK);
		req.verb = VERB_token_add;
		reply_fault(&req, &reply,
		    fault_set(
			&req.fault, err, "some_code", "", "%s", "So it was."));
		assert_int_equal(reply.status, reply_status(err, ""));
		why = request_text(
		    &req, arena_printf(arena, "why_%s", err_name(err)));
		assert_non_null(strstr(buf_text(&reply.body), "So it was."));
		assert_non_null(strstr(buf_text(&reply.body), why));
		assert_non_null(strstr(buf_text(&reply.body), "href=\"/\""));
		assert_non_null(strstr(buf_text(&reply.body), ">ci</pre>"));
		assert_null(strstr(buf_text(&reply.body), "a secret of mine"));
		reply_clear(&reply);
		arena_free(arena);
	}
}

static void
what_is_not_there_is_a_404(void **state)
{
	static const char *const paths[] = { "/runs/2", "/runs/2/report",
		"/runs/2/events", "/runs/1/preview/none", "/runbooks/none",
		"/runbooks/../books/book", "/runbooks/.hidden",
		"/runs/1/steps/one/attempts/2/local",
		"/runs/1/steps/one/attempts/1/other.txt", "/nothing" };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		free(get(paths[i], "text/html", "en", 404));
		free(get(paths[i], "application/json", "en", 404));
	}
}

/* The step that restores the file is in the plan, not in the document. */
static void
a_document_has_the_steps_that_are_written(void **state)
{
	char *json = get("/runbooks", "application/json", "en", 200);
	const char *book = strstr(json, "\"name\":\"edit\"");

	(void)state;
	assert_non_null(book);
	assert_true(text_starts(strstr(book, "\"steps\":"), "\"steps\":1,"));
	free(json);
}

static void
the_csv_has_no_formulas(void **state)
{
	char *csv = get("/runs/1/report.csv", "text/csv", "en", 200);

	(void)state;
	assert_non_null(strstr(csv, "\"one\",\"First: one\""));
	assert_null(strstr(csv, "\"="));
	free(csv);
}

/*
 * No page is in the cache, and the journal is open; it fails when the test
 * says so, and not when db_watch() does: SQLite has one such function.
 */
static void
forget_pages(void)
{
	runbook_cache_free(web.cache);
	web.cache = runbook_cache_new();
	web_begin_reading(&web);
	assert_int_equal(web_end_reading(&web), ERR_OK);
	failing_watch(web.db->handle, NULL, NULL);
}

/* The journal fails at one moment after the other. */
static void
fail_to_read(const char *path)
{
	bool failed = true;
	long failures = 0;
	int status;
	char *body;

	for (long n = 1; failed; n += 1 + n / 3) {
		forget_pages();
		failing_in(n);
		body = ask(path, "text/html", "en", &status);
		failed = failing_end();
		failures += failed;
		if ((status == 503) != failed)
			fail_msg("%s: %d for a failure at %ld: %s", path,
			    status, n, body);
		free(body);
	}
	if (failures == 0)
		fail_msg("%s: the journal never failed", path);
}

static void
a_page_that_cannot_be_read_whole_is_an_error(void **state)
{
	(void)state;
	each_page(fail_to_read);
	for (size_t i = 0; i < sizeof(without_page) / sizeof(without_page[0]);
	     i++)
		if (strchr(without_page[i], ':') == NULL)
			fail_to_read(without_page[i]);
	fail_to_read("/runs/1/report.csv");
}

/* A run whose compiled plan is stored beside its document. */
static void
make_compiled_run(void)
{
	struct json_object *compiled;
	struct runbook *runbook = NULL;
	char hash[65], *event;

	assert_int_equal(
	    runbook_of_run(document, NULL, NULL, &runbook, NULL), ERR_OK);
	compiled = plan_compiled(&runbook->plan, hash);
	assert_int_equal(db_run(keeper, STMT_DOCUMENT_ADD, TEXT(hash),
			     TEXT(json_write(compiled))),
	    ERR_OK);
	event = mem_printf("{\"title\":\"t\",\"reason\":\"\","
			   "\"runbook\":\"book\",\"document\":\"d0c\","
			   "\"compiled\":\"%s\",\"environment\":\"test\","
			   "\"state\":\"ready\",\"plan\":\"other\","
			   "\"parameters\":{},\"sealed\":{},"
			   "\"targets\":{},\"approvals\":[],"
			   "\"steps_total\":3,\"steps\":[]}",
	    hash);
	happens_in = 2;
	happen("run.created", event);
	free(event);
	json_object_put(compiled);
	runbook_free(runbook);
}

static void
a_document_that_could_not_be_read_is_read_again(void **state)
{
	bool failed = true;
	long failures = 0;
	int status;

	(void)state;
	make_compiled_run();
	for (long n = 1; failed; n += 1 + n / 30) {
		forget_pages();
		failing_in(n);
		free(ask("/runs/2", "text/html", "en", &status));
		failed = failing_end();
		failures += failed;
		expect_in("/runs/2", "Prose to ");
	}
	assert_true(failures > 0);
}

/* Runs 3 to 62, each with what is searched for in its title. */
static void
make_many_runs(void)
{
	for (int64_t i = 3; i <= 62; i++) {
		char *event = mem_printf(
		    "{\"title\":\"%s %lld\",\"reason\":\"db\","
		    "\"runbook\":\"%s\",\"document\":\"d0c\","
		    "\"environment\":\"test\",\"state\":\"ready\","
		    "\"plan\":\"other\",\"parameters\":{},"
		    "\"sealed\":{},\"targets\":{},\"approvals\":[],"
		    "\"steps_total\":3,\"steps\":[]}",
		    i % 2 ? "Upgrade" : "\xe5\x8d\x87\xe7\xba\xa7",
		    (long long)i, i % 3 ? "book" : "edit");

		happens_in = i;
		happen("run.created", event);
		free(event);
	}
}

/* The list in JSON, read strictly; the caller puts it. */
static struct json_object *
list_of(const char *path)
{
	char *text = get(path, "application/json", "en", 200);
	struct json_object *o = NULL;

	assert_int_equal(json_read(text, strlen(text), &o, NULL), ERR_OK);
	free(text);
	return o;
}

/*
 * Follows the links from page to page; the runs must be in falling order and
 * each page but the last full.  Returns how many there are.
 */
static size_t
walk(const char *path)
{
	struct json_object *page = list_of(path), *runs;
	int64_t last = INT64_MAX, first = 0;
	size_t n, count = 0;

	for (;;) {
		runs = json_get(page, "runs");
		n = json_object_array_length(runs);
		for (size_t i = 0; i < n; i++) {
			struct json_object *run = json_object_array_get_idx(
			    runs, i);

			assert_true(json_int(run, "id", 0) < last);
			last = json_int(run, "id", 0);
			first = first > 0 ? first : last;
		}
		count += n;
		path = json_text(page, "next_url", NULL);
		if (path == NULL)
			break;
		assert_int_equal(n, 25);
		runs = list_of(path);
		json_object_put(page);
		page = runs;
	}
	while ((path = json_text(page, "prev_url", NULL)) != NULL) {
		runs = list_of(path);
		json_object_put(page);
		page = runs;
	}
	if (count > 0)
		assert_int_equal(first,
		    json_int(
			json_object_array_get_idx(json_get(page, "runs"), 0),
			"id", 0));
	json_object_put(page);
	return count;
}

static void
a_list_of_runs_is_walked_from_page_to_page(void **state)
{
	static const struct {
		const char *path;
		int runs;
	} lists[] = {
		{ "/runs", 62 },
		{ "/runs?runbook=edit", 20 },
		{ "/runs?by=ana", 62 },
		{ "/runs?by=nobody", 0 },
		{ "/runs?state=ready&runbook=edit", 20 },
		{ "/runs?from=2020-01-01&to=2099-01-01", 62 },
		{ "/runs?to=2020-01-01", 0 },
		{ "/runs?q=uPGR", 30 },
		{ "/runs?q=%E5%8D%87%E7%BA%A7", 30 },
		{ "/runs?q=%E5%8D%87%E7%BA%A7%206", 3 },
		{ "/runs?q=db", 60 },
		{ "/runs?q=Upgrade&runbook=edit", 10 },
		{ "/runs?q=%22%25_", 0 },
	};

	(void)state;
	make_many_runs();
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		assert_int_equal(walk(lists[i].path), lists[i].runs);
	free(get("/runs?page=1", "application/json", "en", 200));
	free(get("/runs?page=2", "application/json", "en", 422));
	free(get("/runs?page=2&q=x", "text/html", "en", 303));
}

/* Runs 101 to 103; the first two differ from the others by each filter. */
static void
make_runs_of_many_scripts(void)
{
	for (int64_t i = 101; i <= 103; i++) {
		const char *rare = i == 103 ? "" : "-rare";
		char *event = mem_printf(
		    "{\"title\":\"\xc3\x84rger, \xc3\x89tude %lld\","
		    "\"reason\":\"\xce\xa9mega \xd0\x94\xd0\xbe\xd0\xbc"
		    " 100%%_! "
		    "\xe6\x95\xb0\xe6\x8d\xae\xe5\xba\x93\",\"runbook\":\"book%"
		    "s\","
		    "\"document\":\"d0c\",\"environment\":\"test%s\","
		    "\"state\":\"%s\",\"plan\":\"other\","
		    "\"parameters\":{},\"sealed\":{},\"targets\":{},"
		    "\"approvals\":[],\"steps_total\":3,\"steps\":[]}",
		    (long long)i, rare, rare, i == 103 ? "ready" : "parked");

		happens_in = i;
		happen("run.created", event);
		free(event);
	}
}

static void
a_search_finds_the_same_whatever_leads(void **state)
{
	static const char *const terms[] = { "\xc3\x84rger", "\xc3\xa4RGER",
		"\xc3\xa4r", "\xc3\x84", "\xc3\xa9TUDE", "\xc3\xa9",
		"\xcf\x89mega", "\xcf\x89", "\xd0\xb4\xd0\x9e\xd0\xbc",
		"\xd0\x94\xd0\x9e", "\xd0\xbc", "%25_!", "%25",
		"\xe6\x95\xb0\xe6\x8d\xae\xe5\xba\x93",
		"\xe6\x95\xb0\xe6\x8d\xae", "\xe5\xba\x93" };
	static const struct {
		const char *filter;
		size_t found;
	} filters[] = { { "", 3 }, { "&state=parked", 2 },
		{ "&runbook=book-rare", 2 }, { "&environment=test-rare", 2 },
		{ "&by=ana", 3 }, { "&by=nobody", 0 },
		{ "&from=2020-01-01", 3 }, { "&to=2020-01-01", 0 } };
	char path[200];
	size_t found;

	(void)state;
	make_runs_of_many_scripts();
	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++)
		for (size_t f = 0; f < sizeof(filters) / sizeof(filters[0]);
		     f++) {
			snprintf(path, sizeof(path), "/runs?q=%s%s", terms[i],
			    filters[f].filter);
			found = walk(path);
			if (found != filters[f].found)
				fail_msg("%s: %zu runs", path, found);
		}
	assert_int_equal(walk("/runs?q=xy&state=parked"), 0);
}

static void
the_newest_comments_are_shown_and_lead_to_the_others(void **state)
{
	const char *const comment = "class=\"comment-text\"";

	(void)state;
	happens_in = 2;
	for (int i = 0; i < 60; i++)
		happen("run.commented", "{\"text\":\"a word\"}");
	assert_int_equal(count_in("/runs/2", comment), 50);
	/* event 1 created the run, 12 is the oldest of the newest 50 */
	assert_int_equal(count_in("/runs/2", "/runs/2?comments=12#"), 1);
	assert_int_equal(count_in("/runs/2?comments=12", comment), 10);
	assert_int_equal(count_in("/runs/2/report", "a word"), 50);
	assert_int_equal(count_in("/runs/2/report", "?comments=12#"), 1);
	assert_int_equal(count_in("/runs/2/report?comments=12", "a word"), 10);
}

#define ATTEMPTS 300

/* Attempts on the target "local"; the first was on another one as well. */
static void
make_attempts(int64_t run)
{
	char text[400];

	happens_in = run;
	happen("run.created",
	    "{\"title\":\"Many attempts\",\"reason\":\"\","
	    "\"runbook\":\"book\",\"document\":\"d0c\","
	    "\"environment\":\"test\",\"state\":\"ready\",\"plan\":\"p\","
	    "\"parameters\":{},\"sealed\":{},\"targets\":{},"
	    "\"approvals\":[],\"steps_total\":1,"
	    "\"steps\":[{\"id\":\"one\",\"part\":\"main\"}]}");
	happen("run.started", "{\"environment\":\"test\",\"holds\":[]}");
	for (int n = 1; n <= ATTEMPTS; n++) {
		snprintf(text, sizeof(text),
		    "{\"step\":\"one\",\"n\":%d,\"plan\":\"p\",\"exec\":"
		    "\"%032d\",\"targets\":[\"local\"%s]}",
		    n, n, n == 1 ? ",\"other\"" : "");
		happen("step.requested", text);
		snprintf(text, sizeof(text),
		    "{\"step\":\"one\",\"n\":%d,\"target\":\"local\","
		    "\"state\":\"failed\",\"exit\":7,\"bytes\":4,"
		    "\"dropped\":0,\"hash\":\"aa\"}",
		    n);
		happen("step.target_ended", text);
		snprintf(text, sizeof(text),
		    "{\"step\":\"one\",\"n\":%d,\"outcome\":\"failed\","
		    "\"state\":\"failed\"}",
		    n);
		happen("step.ended", text);
	}
}

/* The attempts of an answer, which go down from *below by one; moves that. */
static size_t
count_attempts(struct json_object *list, int64_t *below)
{
	size_t n = json_object_array_length(list);

	for (size_t i = n; i > 0; i--) {
		struct json_object *o = json_object_array_get_idx(list, i - 1);

		assert_int_equal(json_int(o, "n", 0), --*below);
		assert_int_equal(
		    json_object_array_length(json_get(o, "targets")),
		    *below == 1 ? 2 : 1);
	}
	return n;
}

static void
the_newest_attempts_are_shown_and_lead_to_the_others(void **state)
{
	struct json_object *run, *step, *page;
	const char *url;
	int64_t below = ATTEMPTS + 1;

	(void)state;
	make_attempts(4000);
	run = list_of("/runs/4000");
	step = json_object_array_get_idx(json_get(run, "steps"), 0);
	assert_int_equal(
	    count_attempts(json_get(step, "attempts"), &below), 50);
	assert_int_equal(json_int(step, "attempts_total", 0), ATTEMPTS);
	/* the target of the first attempt alone counts as well */
	assert_int_equal(json_int(json_get(step, "hosts"), "failed", 0), 1);
	assert_int_equal(json_object_object_length(json_get(step, "hosts")), 2);
	url = json_text(step, "attempts_earlier_url", NULL);
	while (url != NULL) {
		page = list_of(url);
		json_object_put(run);
		assert_int_equal(
		    count_attempts(json_get(page, "attempts"), &below), 50);
		url = json_text(run = page, "next_url", NULL);
	}
	json_object_put(run);
	assert_int_equal(below, 1);
	assert_int_equal(count_in("/runs/4000", "class=\"attempt\""), 50);
	expect_in("/runs/4000", "/runs/4000/steps/one/attempts?before=251");
	assert_int_equal(
	    count_in("/runs/4000/steps/one/attempts", "class=\"attempt\""), 50);
	assert_int_equal(count_in("/runs/4000/steps/one/attempts?before=1",
			     "class=\"attempt\""),
	    0);
}

static void
a_report_leaves_out_what_is_long_and_exports_have_it(void **state)
{
	const char *const path = "/runs/4000/report";
	struct json_object *report, *step;
	char *csv = get("/runs/4000/report.csv", "text/csv", "en", 200);
	int64_t below = ATTEMPTS + 1;
	int lines = 0;

	(void)state;
	expect_in(path, "The newest 50 of 300 attempts");
	expect_in(path, "/runs/4000/steps/one/attempts?before=251");
	assert_int_equal(count_in(path, "class=\"try\""), 50);
	assert_int_equal(count_in(path, "class=\"comment\""), 500);
	/* it has 602 events; two of each three attempts' are shown */
	expect_in(path, "/runs/4000/report?chronology=");
	assert_int_equal(
	    count_in("/runs/4000/report?chronology=3", "class=\"comment\""), 2);
	for (const char *s = csv; (s = strstr(s, ",\"local\",")) != NULL; s++)
		lines++;
	assert_int_equal(lines, ATTEMPTS);
	assert_non_null(strstr(csv, "\"1\",\"other\""));
	free(csv);
	report = list_of("/runs/4000/report.json");
	step = json_object_array_get_idx(json_get(report, "steps"), 0);
	assert_int_equal(
	    count_attempts(json_get(step, "attempts"), &below), ATTEMPTS);
	json_object_put(report);
}

/* The parts of an export that were sent. */
struct sent {
	struct buf text;
	size_t largest;
};

static void
take_part(void *ctx, struct reply *reply)
{
	struct sent *sent = ctx;

	assert_int_equal(reply->status, 200);
	buf_put(&sent->text, reply->body.data, reply->body.len);
	if (reply->body.len > sent->largest)
		sent->largest = reply->body.len;
}

/* Asks for an export, which fails in `n` steps of SQLite; true: it failed. */
static bool
send_export(const char *path, long n, const char *whole)
{
	char uri[200],
	    *env[] = { "REQUEST_METHOD=GET", uri,
		    "HTTP_AUTHORIZATION=Bearer " TOKEN, NULL };
	struct arena *arena = arena_new();
	struct sent sent = { 0 };
	struct reply reply;
	struct req req;
	bool failed;

	snprintf(uri, sizeof(uri), "REQUEST_URI=%s", path);
	reply_init(&reply);
	reply.send = take_part;
	reply.ctx = &sent;
	assert_int_equal(request_init(&req, &web, arena, env, NULL, 0), ERR_OK);
	forget_pages();
	failing_in(n);
	route_dispatch(&req, &reply);
	failed = failing_end();
	assert_int_equal(reply.is_broken, failed && reply.is_begun);
	if (!failed) {
		assert_true(reply.is_begun);
		buf_put(&sent.text, reply.body.data, reply.body.len);
		assert_string_equal(buf_text(&sent.text), whole);
		assert_in_range(sent.largest, 128 * 1024, 256 * 1024);
	} else if (!reply.is_begun) {
		assert_int_equal(reply.status, 503);
	}
	buf_clear(&sent.text);
	reply_clear(&reply);
	arena_free(arena);
	return failed;
}

static void
an_export_is_sent_in_parts_and_a_failure_breaks_it(void **state)
{
	const char *const path = "/runs/4000/report.json";
	char *words = mem_calloc(1, 10001), *event, *whole;

	(void)state;
	memset(words, 'w', 10000);
	event = mem_printf("{\"text\":\"%s\"}", words);
	happens_in = 4000;
	for (int i = 0; i < 50; i++)
		happen("run.commented", event);
	free(event);
	whole = get(path, "application/json", "en", 200);
	for (long n = 1; send_export(path, n, whole); n += 1 + n / 3)
		;
	free(whole);
	free(words);
}

static void
make_run_in(int64_t id, enum state state)
{
	char *event = mem_printf("{\"title\":\"t\",\"reason\":\"\","
				 "\"runbook\":\"book\",\"document\":\"d0c\","
				 "\"environment\":\"test\",\"state\":\"%s\","
				 "\"plan\":\"p\",\"parameters\":{},"
				 "\"sealed\":{},\"targets\":{},"
				 "\"approvals\":[],\"steps_total\":0,"
				 "\"steps\":[]}",
	    state_word(state));

	happens_in = id;
	happen("run.created", event);
	free(event);
}

/* The number of open runs on a page, all below `below`; moves that. */
static size_t
count_open(struct json_object *page, int64_t *below)
{
	static const char *const lists[] = { "waiting", "running" };
	int64_t lowest = *below, id;
	size_t count = 0;

	for (int k = 0; k < 2; k++) {
		struct json_object *runs = json_get(page, lists[k]);

		for (size_t i = 0; i < json_object_array_length(runs); i++) {
			id = json_int(
			    json_object_array_get_idx(runs, i), "id", 0);
			assert_in_range(id, 1, *below - 1);
			lowest = id < lowest ? id : lowest;
			count++;
		}
	}
	*below = lowest;
	return count;
}

/* The number of open runs on all pages of them. */
static size_t
walk_home(void)
{
	struct json_object *page = list_of("/"), *next;
	int64_t below = INT64_MAX;
	size_t count = 0, here;
	const char *url;

	for (;; page = next) {
		count += here = count_open(page, &below);
		if ((url = json_text(page, "next_url", NULL)) == NULL)
			break;
		assert_int_equal(here, 50);
		next = list_of(url);
		json_object_put(page);
	}
	json_object_put(page);
	return count;
}

static void
home_has_every_open_run_fifty_at_a_time(void **state)
{
	size_t open = walk_home();
	int64_t id = 300;

	(void)state;
	for (enum state s = 0; s < STATE__MAX; s++)
		for (int i = 0; state_in(s, STATES_OPEN) && i < 13; i++)
			make_run_in(id++, s);
	assert_true(id > 350);
	assert_int_equal(walk_home(), open + (size_t)id - 300);
}

static void
people_stand_on_pages_of_fifty(void **state)
{
	struct json_object *page, *next, *users;
	const char *url;
	char name[20];
	int n = 0;

	(void)state;
	for (int i = 0; i < 120; i++) {
		snprintf(name, sizeof(name), "person%03d", i);
		assert_int_equal(db_run(keeper, STMT_ACCOUNT_ADD, TEXT(name),
				     TEXT("[]"), INT(1), TEXT("ana")),
		    ERR_OK);
	}
	for (page = list_of("/users");; page = next) {
		users = json_get(page, "users");
		n += (int)json_object_array_length(users);
		if ((url = json_text(page, "next_url", NULL)) == NULL)
			break;
		assert_int_equal(json_object_array_length(users), 50);
		next = list_of(url);
		json_object_put(page);
	}
	json_object_put(page);
	assert_int_equal(n, 121); /* and ana */
	assert_int_equal(count_in("/users", "class=\"person\""), 50);
	assert_int_equal(count_in("/users?q=son11", "class=\"person\""), 10);
	expect_in("/users?q=nobody", "Nobody has such a name.");
}

/* The parts of the run's page for the owner of a key. */
static void
listen(const char *key, struct arena *arena, struct run_parts *ret)
{
	char *env[] = { "REQUEST_METHOD=GET", "REQUEST_URI=/runs/1",
		"HTTP_ACCEPT=text/html", NULL };
	struct reply reply;
	struct req req;

	reply_init(&reply);
	assert_int_equal(request_init(&req, &web, arena, env, NULL, 0), ERR_OK);
	req.key = key;
	req.parts = ret;
	route_dispatch(&req, &reply);
	assert_int_equal(reply.status, ret->count > 0 ? 200 : 303);
	reply_clear(&reply);
}

static void
a_listener_gets_the_parts_of_the_page(void **state)
{
	struct arena *arena = arena_new();
	struct run_parts parts = { 0 }, again = { 0 }, none = { 0 };
	char key[AUTH_KEY], *page = get("/runs/1", "text/html", "en", 200);

	(void)state;
	auth_key("bearer:" TOKEN, key);
	listen(key, arena, &parts);
	assert_true(parts.count > 6);
	for (size_t i = 0; i < parts.count; i++)
		if (strstr(page, parts.all[i].html) == NULL)
			fail_msg(
			    "%s: %s", parts.all[i].name, parts.all[i].html);
	listen(key, arena, &again);
	assert_memory_equal(parts.frame, again.frame, HASH_BYTES);
	key[1] = key[1] == '0' ? '1' : '0';
	listen(key, arena, &none);
	assert_int_equal(none.count, 0);
	arena_free(arena);
	free(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_at_work),
		cmocka_unit_test(a_failed_step),
		cmocka_unit_test(steps_that_people_settle),
		cmocka_unit_test(a_rollback_and_the_end),
		cmocka_unit_test(
		    each_error_says_why_and_keeps_what_was_entered),
		cmocka_unit_test(what_is_not_there_is_a_404),
		cmocka_unit_test(a_document_has_the_steps_that_are_written),
		cmocka_unit_test(the_csv_has_no_formulas),
		cmocka_unit_test(a_page_that_cannot_be_read_whole_is_an_error),
		cmocka_unit_test(
		    a_document_that_could_not_be_read_is_read_again),
		cmocka_unit_test(a_list_of_runs_is_walked_from_page_to_page),
		cmocka_unit_test(a_search_finds_the_same_whatever_leads),
		cmocka_unit_test(
		    the_newest_comments_are_shown_and_lead_to_the_others),
		cmocka_unit_test(
		    the_newest_attempts_are_shown_and_lead_to_the_others),
		cmocka_unit_test(
		    a_report_leaves_out_what_is_long_and_exports_have_it),
		cmocka_unit_test(
		    an_export_is_sent_in_parts_and_a_failure_breaks_it),
		cmocka_unit_test(home_has_every_open_run_fifty_at_a_time),
		cmocka_unit_test(people_stand_on_pages_of_fifty),
		cmocka_unit_test(a_listener_gets_the_parts_of_the_page),
	};

	failing_begin();
	return cmocka_run_group_tests_name(
	    "web/pages", tests, set_up, tear_down);
}
