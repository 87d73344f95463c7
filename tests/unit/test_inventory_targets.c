/*
 * targets.yml: what it means, what is refused, what a book uses of it.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/catalogue.h"
#include "base/json.h"
#include "inventory/inventory.h"
#include "inventory/target_url.h"
#include "inventory/targets.h"
#include "inventory/resolve.h"
#include "inventory/describe.h"

#define KEY "\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZ6\""

static const char good[] =
    "environments:\n"
    "  test:\n"
    "    label: Test lab\n"
    "    approvals: [{role: approver, count: 1}]\n"
    "    targets:\n"
    "      flow:\n"
    "        ssh: {host: 10.9.0.2, user: root, key: keys/lab, host_key: " KEY
    "}\n"
    "        shared: true\n"
    "      node:\n"
    "        ssh: {host: n, port: 2222, user: u, agent: true, host_key: " KEY
    ", client: openssh}\n"
    "      poa: {http: {url: \"https://poa.example\"}}\n"
    "    groups:\n"
    "      nodes: [node, flow]\n"
    "  production: {production: true}\n";

static struct targets *
parse(const char *text)
{
	return targets_parse(text, strlen(text), "/etc/cs");
}

static struct runbook *
runbook(const char *text)
{
	return runbook_parse(text, strlen(text));
}

static void
environments_come_in_order_of_the_file(void **state)
{
	struct targets *t = parse(good);
	struct json_object *o = targets_environments(t);
	size_t count, errors;

	(void)state;
	targets_diagnostics(t, &count, &errors);
	assert_int_equal(errors, 0);
	assert_string_equal(json_write(o),
	    "[{\"name\":\"test\",\"label\":"
	    "\"Test lab\",\"production\":false,\"approvals\":[{\"role\":"
	    "\"approver\",\"count\":1}],\"values\":{}},{\"name\":"
	    "\"production\","
	    "\"label\":\"production\",\"production\":true,\"approvals\":[],"
	    "\"values\":{}}]");
	json_object_put(o);
	targets_free(t);
}

static void
only_what_the_steps_use_is_resolved_in_a_fixed_order(void **state)
{
	struct targets *t = parse(good);
	struct runbook *b = runbook("```sh {#a on=nodes}\nx\n```\n"
				    "```sh {#b}\nx\n```\n");
	struct json_object *o = NULL;

	(void)state;
	assert_int_equal(
	    targets_resolve(t, "test", &b->plan, &o, NULL), ERR_OK);
	assert_string_equal(json_write(o),
	    "{\"flow\":{\"kind\":\"ssh\","
	    "\"host\":\"10.9.0.2\",\"port\":22,\"user\":\"root\",\"key\":"
	    "\"/etc/cs/keys/lab\",\"agent\":false,\"host_key\":" KEY ","
	    "\"client\":\"libssh2\",\"shared\":true},\"local\":{\"kind\":"
	    "\"local\",\"shared\":true},\"node\":{\"kind\":\"ssh\",\"host\":"
	    "\"n\",\"port\":2222,\"user\":\"u\",\"agent\":true,\"host_"
	    "key\":" KEY ",\"client\":\"openssh\",\"shared\":false},\"nodes\":{"
	    "\"kind\":\"group\",\"members\":[\"node\",\"flow\"]}}");
	json_object_put(o);
	runbook_free(b);
	targets_free(t);
}

static void
what_an_http_target_says_is_one_server(void **state)
{
	static const char *const wrong[] = { "ftp://h", "h", "http://",
		"https:///x", "http://u:p@h", "http://h?x", "http://h#x",
		"http://a b", "http://h\\x", NULL };

	(void)state;
	for (size_t i = 0; wrong[i] != NULL; i++)
		assert_non_null(url_refused(wrong[i]));
	assert_null(url_refused("https://h.example:8443/base/"));
}

static void
headers_of_an_http_target_are_resolved_too(void **state)
{
	struct targets *t = parse(
	    "environments:\n  test:\n    targets:\n"
	    "      a: {http: {url: \"http://h\", headers: {X-A: b}}}\n"
	    "      c: {sqlite: {file: x.db}}\n");
	struct runbook *b = runbook("```http {#a on=a}\nGET /\n```\n");
	struct runbook *c = runbook("```http {#a on=c}\nGET /\n```\n");
	struct json_object *o = NULL;
	struct fault fault;

	(void)state;
	assert_int_equal(
	    targets_resolve(t, "test", &b->plan, &o, NULL), ERR_OK);
	assert_string_equal(
	    json_text(json_get(json_get(o, "a"), "headers"), "X-A", ""), "b");
	json_object_put(o);
	assert_int_equal(
	    targets_resolve(t, "test", &c->plan, &o, &fault), ERR_INVALID);
	assert_non_null(
	    strstr(catalogue_english(fault.message), "target of kind http"));
	runbook_free(b);
	runbook_free(c);
	targets_free(t);
}

static void
copies_and_repeated_sections_name_targets_too(void **state)
{
	struct targets *t = parse(good);
	struct runbook *b = runbook(
	    "```copy {#a}\nflow:/x -> local:/y\n```\n"
	    "# N {each=\"n in nodes\"}\n```sh {#b on=n}\nx\n```\n");
	struct json_object *o = NULL;

	(void)state;
	assert_int_equal(b->errors, 0);
	assert_int_equal(
	    targets_resolve(t, "test", &b->plan, &o, NULL), ERR_OK);
	assert_int_equal(json_object_object_length(o), 4);
	assert_string_equal(
	    json_text(json_get(o, "flow"), "host", ""), "10.9.0.2");
	json_object_put(o);
	runbook_free(b);
	targets_free(t);
}

static void
a_database_brings_the_machine_over_which_it_is_reached(void **state)
{
	struct targets *t = parse(
	    "environments:\n  test:\n    targets:\n"
	    "      jump: {ssh: {host: h, user: u, agent: true, host_key: " KEY
	    "}}\n      db: {mysql: {host: d, ca: ca.pem, over: jump}}\n"
	    "      file: {sqlite: {file: x.db}}\n");
	struct runbook *b = runbook("```mysql {#a on=db}\nx\n```\n"
				    "```sqlite {#b on=file}\nx\n```\n");
	struct json_object *o = NULL;

	(void)state;
	assert_int_equal(
	    targets_resolve(t, "test", &b->plan, &o, NULL), ERR_OK);
	assert_int_equal(json_object_object_length(o), 3);
	assert_string_equal(json_text(json_get(o, "jump"), "host", ""), "h");
	assert_string_equal(
	    json_text(json_get(o, "db"), "ca", ""), "/etc/cs/ca.pem");
	assert_string_equal(
	    json_text(json_get(o, "file"), "file", ""), "/etc/cs/x.db");
	json_object_put(o);
	runbook_free(b);
	targets_free(t);
}

static void
machines_on_the_way_are_resolved_and_not_held(void **state)
{
	struct targets *t = parse(
	    "environments:\n  test:\n    targets:\n"
	    "      g: {ssh: {host: g, user: u, agent: true, host_key: " KEY
	    "}}\n      h: {ssh: {host: h, user: u, agent: true, host_key: " KEY
	    ", jump: g}}\n      w: {http: {url: \"http://w\", over: h, cert: "
	    "c, "
	    "aws: {region: r, service: s, access_key: a, secret_key: k}}}\n");
	struct runbook *b = runbook("```http {#a on=w}\nGET /\n```\n"
				    "```sh {#b on=h}\nx\n```\n");
	struct json_object *o = NULL;

	(void)state;
	assert_int_equal(
	    targets_resolve(t, "test", &b->plan, &o, NULL), ERR_OK);
	assert_int_equal(json_object_object_length(o), 3);
	assert_true(json_flag(json_get(o, "g"), "way", false));
	assert_false(json_flag(json_get(o, "h"), "way", false));
	assert_string_equal(json_text(json_get(o, "h"), "jump", ""), "g");
	assert_string_equal(
	    json_text(json_get(o, "w"), "cert", ""), "/etc/cs/c");
	assert_string_equal(
	    json_text(json_get(json_get(o, "w"), "aws"), "secret_key", ""),
	    "k");
	json_object_put(o);
	runbook_free(b);
	targets_free(t);
}

static void
groups_of_groups_are_flattened_and_name_each_target_once(void **state)
{
	struct targets *t = parse(
	    "environments:\n  test:\n    targets:\n"
	    "      a: {ssh: {host: a, user: u, agent: true, host_key: " KEY
	    "}}\n"
	    "      b: {ssh: {host: b, user: u, agent: true, host_key: " KEY
	    "}}\n"
	    "    groups:\n      all: [inner, b, more]\n"
	    "      inner: [b, a]\n      more: [a, local]\n");
	struct runbook *b = runbook("```sh {#a on=all}\nx\n```\n");
	struct json_object *o = NULL;
	size_t count, errors;

	(void)state;
	targets_diagnostics(t, &count, &errors);
	assert_int_equal(errors, 0);
	assert_int_equal(
	    targets_resolve(t, "test", &b->plan, &o, NULL), ERR_OK);
	assert_string_equal(json_write(json_get(json_get(o, "all"), "members")),
	    "[\"b\",\"a\",\"local\"]");
	json_object_put(o);
	runbook_free(b);
	targets_free(t);
}

static void
people_see_addresses_fingerprints_and_names_of_secrets(void **state)
{
	struct targets *t = parse(
	    "environments:\n  test:\n    targets:\n"
	    "      g: {ssh: {host: \"::1\", user: u, key: k, passphrase: p, "
	    "host_key: \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBD8JnlAafnER/"
	    "Py8LG+LgeQq/0E3hy2NKJvFPqUNzsK\"}}\n"
	    "      d: {mysql: {host: h, password: p, over: g}}\n"
	    "    groups: {all: [g, d]}\n");
	struct json_object *all = targets_describe(t);
	struct json_object *e = json_object_array_get_idx(all, 0);
	struct json_object *users = targets_with_secret(t, "p");

	(void)state;
	assert_string_equal(json_write(json_get(e, "targets")),
	    "[{\"name\":"
	    "\"g\",\"kind\":\"ssh\",\"address\":\"[::1]:22\",\"user\":"
	    "\"u\",\"client\":\"libssh2\",\"key_type\":\"ssh-ed25519\","
	    "\"fingerprint\":\"SHA256:q16rS0MLC4qpYmn86Kb7JdSVLKMp6UU7y8Mv2b"
	    "PLkfg\",\"shared\":false,\"secrets\":[\"p\"]},{\"name\":\"d\","
	    "\"kind\":\"mysql\",\"address\":\"h:3306\",\"over\":\"g\","
	    "\"shared\":false,\"secrets\":[\"p\"]}]");
	assert_string_equal(json_write(users),
	    "[{\"environment\":\"test\","
	    "\"target\":\"g\"},{\"environment\":\"test\",\"target\":\"d\"}]");
	json_object_put(users);
	json_object_put(all);
	targets_free(t);
}

static void
one_target_is_resolved_with_its_way(void **state)
{
	struct targets *t = parse(good);
	struct json_object *o = NULL;
	struct fault fault;

	(void)state;
	assert_int_equal(
	    targets_resolve_target(t, "test", "flow", &o, &fault), ERR_OK);
	assert_int_equal(json_object_object_length(o), 1);
	assert_string_equal(
	    json_text(json_get(o, "flow"), "key", ""), "/etc/cs/keys/lab");
	json_object_put(o);
	assert_int_equal(targets_resolve_target(t, "test", "flwo", &o, &fault),
	    ERR_NOT_FOUND);
	assert_non_null(
	    strstr(catalogue_english(fault.message), "It has: flow, nodes, "));
	assert_int_equal(
	    targets_resolve_target(t, "no", "flow", &o, &fault), ERR_NOT_FOUND);
	targets_free(t);
}

/* A target of each kind: the lines of one environment. */
static const char *const each_kind[][2] = {
	{ "ssh", "{ssh: {host: h, user: u, key: k, host_key: " KEY "}}" },
	{ "http", "{http: {url: \"http://h\"}}" },
	{ "mysql", "{mysql: {host: h}}" },
	{ "postgresql", "{postgresql: {host: h}}" },
	{ "sqlite", "{sqlite: {file: x.db}}" },
};
#define EACH_KIND (sizeof(each_kind) / sizeof(each_kind[0]))

static struct targets *
one_of_each_kind(void)
{
	struct buf text = { 0 };
	struct targets *t;

	buf_puts(&text, "environments:\n  test:\n    targets:\n");
	for (size_t i = 0; i < EACH_KIND; i++)
		buf_printf(&text, "      %s-1: %s\n", each_kind[i][0],
		    each_kind[i][1]);
	t = parse(buf_text(&text));
	buf_clear(&text);
	return t;
}

/* Resolves a step of that kind on the target. */
static enum err
resolve_one(const struct targets *t, enum step_kind kind, const char *target,
    struct fault *fault)
{
	struct buf text = { 0 };
	struct runbook *b;
	struct json_object *o = NULL;
	enum err err;

	buf_printf(&text, "```%s {#a on=%s}\n/a -> /b\n```\n", kind_name(kind),
	    target);
	b = runbook(buf_text(&text));
	err = targets_resolve(t, "test", &b->plan, &o, fault);
	json_object_put(o);
	runbook_free(b);
	buf_clear(&text);
	return err;
}

static void
a_step_is_refused_on_targets_that_its_kind_does_not_act_on(void **state)
{
	struct targets *t = one_of_each_kind();
	struct fault fault = { 0 };

	(void)state;
	for (int k = 0; k < STEP_KIND__MAX; k++) {
		if (!kind_is(k, KIND_BLOCK) || !kind_is(k, KIND_EXECUTED))
			continue;
		assert_int_equal(resolve_one(t, k, "local", NULL),
		    kind_is(k, KIND_LOCAL) ? ERR_OK : ERR_INVALID);
		for (size_t i = 0; i < EACH_KIND; i++) {
			char name[32];
			enum err want = strcmp(kind_target(k),
					    each_kind[i][0]) == 0
			    ? ERR_OK
			    : ERR_INVALID;

			snprintf(name, sizeof(name), "%s-1", each_kind[i][0]);
			if (resolve_one(t, k, name, &fault) != want)
				fail_msg("%s on %s", kind_name(k), name);
		}
	}
	assert_int_equal(
	    resolve_one(t, STEP_MYSQL, "ssh-1", &fault), ERR_INVALID);
	assert_non_null(strstr(catalogue_english(fault.message),
	    "Line 1: the step “a” is of kind mysql, and its target “ssh-1” is "
	    "of kind ssh"));
	targets_free(t);
}

/* The kinds of target in kinds.def are those of targets.yml. */
static void
each_kind_of_target_has_a_kind_of_step(void **state)
{
	(void)state;
	for (size_t i = 0; strcmp(target_keys[i], "shared") != 0; i++) {
		bool used = false;

		for (int k = 0; k < STEP_KIND__MAX; k++)
			used |= kind_target(k) != NULL &&
			    strcmp(kind_target(k), target_keys[i]) == 0;
		if (!used)
			fail_msg("no kind of step acts on %s", target_keys[i]);
		if (i >= EACH_KIND ||
		    strcmp(each_kind[i][0], target_keys[i]) != 0)
			fail_msg("each_kind[] has no %s", target_keys[i]);
	}
}

static void
an_unknown_target_names_the_line_and_what_there_is(void **state)
{
	struct targets *t = parse(good);
	struct runbook *b = runbook("\n\n```sh {#a on=flwo}\nx\n```\n");
	struct json_object *o = NULL;
	struct fault fault;

	(void)state;
	assert_int_equal(
	    targets_resolve(t, "test", &b->plan, &o, &fault), ERR_NOT_FOUND);
	assert_string_equal(fault.code, "unknown_target");
	assert_non_null(strstr(catalogue_english(fault.message), "Line 3"));
	assert_non_null(
	    strstr(catalogue_english(fault.message), "It has: flow, nodes, "));
	assert_int_equal(
	    targets_resolve(t, "prod", &b->plan, &o, &fault), ERR_NOT_FOUND);
	assert_string_equal(fault.code, "unknown_environment");
	assert_null(o);
	runbook_free(b);
	targets_free(t);
}

/* No name is cut, however many there are. */
static void
of_many_targets_the_one_that_was_meant_is_named(void **state)
{
	struct buf text = { 0 };
	struct runbook *b = runbook("```sh {#a on=n250x}\nx\n```\n");
	struct json_object *o = NULL;
	struct targets *t;
	struct fault fault;

	(void)state;
	buf_puts(&text, "environments:\n  test:\n    targets:\n");
	for (int i = 100; i < 400; i++)
		buf_printf(&text, "      n%d: {sqlite: {file: /srv/f}}\n", i);
	t = parse(buf_text(&text));
	assert_int_equal(
	    targets_resolve(t, "test", &b->plan, &o, &fault), ERR_NOT_FOUND);
	assert_non_null(strstr(catalogue_english(fault.message),
	    "It has: n250, n100, n101, n102, n103, n104, n105, n106, n107, "
	    "n108, …."));
	runbook_free(b);
	targets_free(t);
	buf_clear(&text);
}

static void
mistakes_are_told_at_their_place(void **state)
{
	static const struct {
		const char *text;
		int line, column;
	} bad[] = {
		{ "environments: [a]", 1, 15 },
		{ "environmets: {}", 1, 1 },
		{ "environments:\n  a: {tragets: {}}", 2, 7 },
		{ "environments:\n  a b: {}", 2, 3 },
		{ "environments:\n  a:\n    targets:\n      local: {}", 4, 7 },
		{ "environments:\n  a:\n    targets:\n      x: {}", 4, 7 },
		{ "environments:\n  a:\n    targets: {x: {ssh: {host: h, "
		  "user: u, agent: true, host_key: " KEY ", hots: y}}}",
		    3, 110 },
		{ "environments:\n  a:\n    targets: {x: {ssh: {host: h, "
		  "user: u, agent: true}}}",
		    3, 24 },
		{ "environments:\n  a:\n    targets: {x: {ssh: {host: h, "
		  "user: u, agent: true, host_key: AAAA}}}",
		    3, 66 },
		{ "environments:\n  a:\n    targets: {x: {ssh: {host: h, "
		  "user: u, host_key: " KEY "}}}",
		    3, 24 },
		{ "environments:\n  a: {groups: {g: [x]}}", 2, 20 },
		{ "environments:\n  a: {approvals: [{role: x, count: 0}]}", 2,
		    36 },
		{ "environments:\n  a: {production: maybe}", 2, 19 },
		{ "environments:\n  a:\n    targets: {x: {mysql: {host: h, "
		  "over: y}}}",
		    3, 42 },
		{ "environments:\n  a:\n    targets: {x: {sqlite: {file: f, "
		  "over: y}}}",
		    3, 37 },
		{ "a: *b", 1, 4 },
		{ "a: [", 2, 1 },
		{ "a: {b: 1, b: 2}", 1, 11 },
	};
	const struct diagnostic *d;
	size_t count, errors;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct targets *t = parse(bad[i].text);

		d = targets_diagnostics(t, &count, &errors);
		if (errors == 0 || d[0].line != bad[i].line ||
		    d[0].column != bad[i].column)
			fail_msg("%s: %d:%d %s", bad[i].text,
			    errors > 0 ? d[0].line : 0,
			    errors > 0 ? d[0].column : 0,
			    errors > 0 ? catalogue_english(d[0].message)
				       : "no error");
		targets_free(t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(environments_come_in_order_of_the_file),
		cmocka_unit_test(
		    only_what_the_steps_use_is_resolved_in_a_fixed_order),
		cmocka_unit_test(
		    a_step_is_refused_on_targets_that_its_kind_does_not_act_on),
		cmocka_unit_test(each_kind_of_target_has_a_kind_of_step),
		cmocka_unit_test(
		    a_database_brings_the_machine_over_which_it_is_reached),
		cmocka_unit_test(machines_on_the_way_are_resolved_and_not_held),
		cmocka_unit_test(
		    groups_of_groups_are_flattened_and_name_each_target_once),
		cmocka_unit_test(
		    people_see_addresses_fingerprints_and_names_of_secrets),
		cmocka_unit_test(one_target_is_resolved_with_its_way),
		cmocka_unit_test(what_an_http_target_says_is_one_server),
		cmocka_unit_test(headers_of_an_http_target_are_resolved_too),
		cmocka_unit_test(copies_and_repeated_sections_name_targets_too),
		cmocka_unit_test(
		    an_unknown_target_names_the_line_and_what_there_is),
		cmocka_unit_test(
		    of_many_targets_the_one_that_was_meant_is_named),
		cmocka_unit_test(mistakes_are_told_at_their_place),
	};

	return cmocka_run_group_tests_name("book/targets", tests, NULL, NULL);
}
