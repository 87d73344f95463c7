/*
 * Sections that repeat: their copies, ids, references, values and bounds; and
 * which version hops a run takes.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/catalogue.h"
#include "base/json.h"
#include "base/text.h"
#include "base/err.h"
#include "compiler/runbook.h"
#include "compiler/render.h"
#include "lang/list.h"
#include "compiler/scope.h"
#include "lang/plan_hops.h"
#include "lang/plan_scope.h"
#include "lang/expr.h"
#include "inventory/targets.h"
#include "inventory/resolve.h"

static const char doc[] =
    "---\n"
    "title: Repeats\n"
    "parameters:\n"
    "  hosts: {type: list}\n"
    "---\n"
    "# Before\n\n"
    "```sh {#one.alpha}\ntrue\n```\n\n"
    "# Machine {each=\"host in hosts\"}\n\n"
    "About {{host}}.\n\n"
    "```sh {#one on=host capture=\"said\" title=\"Look at {{host}}\"}\n"
    "true\n```\n\n"
    "```sh {#probe .probe of=one}\ntrue\n```\n\n"
    "## Part {each=\"part in p, q\"}\n\n"
    "- [ ] Install it {#two}\n\n"
    "# Back {.rollback each=\"host in hosts\"}\n\n"
    "```sh {#undo undo=one when=\"said == 'x'\"}\ntrue\n```\n";

static struct runbook *
expanded(const char *text, const char *hosts, struct fault *fault)
{
	struct json_object *parameters = json_object_new_object(), *lists;
	struct runbook *source = runbook_parse(text, strlen(text)),
		       *runbook = NULL;

	json_set_text(parameters, "hosts", hosts);
	assert_int_equal(source->errors, 0);
	assert_int_equal(
	    runbook_lists(source, parameters, NULL, &lists, fault), ERR_OK);
	if (runbook_expand(text, strlen(text), lists, &runbook, fault) !=
	    ERR_OK)
		runbook = NULL;
	json_object_put(lists);
	json_object_put(parameters);
	runbook_free(source);
	return runbook;
}

static const struct step *
step(const struct runbook *runbook, const char *id)
{
	int i = plan_find_step(&runbook->plan, id);

	if (i < 0)
		fail_msg("no step %s", id);
	return &runbook->plan.steps[i];
}

static void
a_section_is_copied_for_each_item_in_order(void **state)
{
	static const char *const ids[] = { "one.alpha", "one.alpha-2",
		"probe.alpha", "two.alpha.p", "two.alpha.q", "one.beta",
		"probe.beta", "two.beta.p", "two.beta.q", "undo.alpha",
		"undo.beta" };
	struct runbook *b = expanded(doc, "alpha,beta", NULL);

	(void)state;
	assert_int_equal(b->plan.steps_count, 11);
	for (size_t i = 0; i < 11; i++)
		assert_string_equal(b->plan.steps[i].id, ids[i]);
	assert_string_equal(b->plan.steps[1].title, "Look at alpha");
	assert_string_equal(b->plan.steps[4].title, "Install it: alpha, q");
	assert_string_equal(b->plan.sections[2].title, "Machine: alpha");
	assert_string_equal(b->plan.sections[4].title, "Part: q");
	assert_int_equal(b->plan.sections[4].parent, 2);
	assert_string_equal(b->plan.steps[5].on, "beta");
	assert_true(b->plan.steps[10].rollback);
	runbook_free(b);
}

static void
what_a_copy_refers_to_is_of_the_same_item(void **state)
{
	struct runbook *b = expanded(doc, "alpha,beta", NULL);

	(void)state;
	assert_string_equal(step(b, "probe.beta")->probe_of, "one.beta");
	assert_string_equal(step(b, "undo.alpha")->undo, "one.alpha-2");
	assert_string_equal(step(b, "undo.beta")->undo, "one.beta");
	runbook_free(b);
}

static void
people_read_labels_and_scripts_have_ids(void **state)
{
	static const char text[] =
	    "---\ntitle: T\nparameters:\n"
	    "  hosts: {type: list, default: [{mail: Mail & more}, b]}\n---\n"
	    "# Queue {each=\"q in hosts\"}\n\nAbout {{q}}.\n\n"
	    "## All of {{q}}\n\n"
	    "```http {#one on=web title=\"Drain {{q}}\"}\nGET /{{q}}\n```\n";
	struct runbook *b = expanded(text, "mail,b,c", NULL);
	const struct step *s = step(b, "one.mail");
	struct plan_place at = { &b->plan, s->section, NULL, NULL };
	struct json_object *none = json_object_new_object(), *seen;
	struct buf out = { 0 };

	(void)state;
	assert_string_equal(s->title, "Drain Mail & more");
	assert_string_equal(step(b, "one.c")->title, "Drain c");
	assert_string_equal(b->plan.sections[1].title, "Queue: Mail & more");
	assert_string_equal(b->plan.sections[2].title, "All of Mail & more");
	assert_string_equal(plan_value_at(&at, "q"), "mail");
	assert_string_equal(plan_text_at(&at, "q"), "Mail & more");
	seen = plan_visible(&b->plan, s->section, none);
	assert_string_equal(json_write(seen), "{\"q\":\"mail\"}");
	runbook_render(&b->plan, &b->plan.items[1], "en", NULL, NULL, &out);
	assert_string_equal(buf_text(&out), "<p>About Mail &amp; more.</p>\n");
	buf_clear(&out);
	json_object_put(seen);
	json_object_put(none);
	runbook_free(b);
}

static const char *
value(void *ctx, const char *name)
{
	return json_text(ctx, name, NULL);
}

static void
a_captured_value_belongs_to_its_item(void **state)
{
	struct runbook *b = expanded(doc, "alpha,beta", NULL);
	struct json_object *captured = json_object_new_object(), *seen;
	const struct step *s = step(b, "two.beta.q");
	struct plan_place at = { &b->plan, s->section, value, captured };
	const char *why;

	(void)state;
	assert_string_equal(
	    plan_scope(&b->plan, s->section), "@host=beta@part=q");
	json_set_text(captured, "said", "z");
	json_set_text(captured, "said@host=alpha", "x");
	json_set_text(captured, "said@host=beta", "y");
	assert_string_equal(plan_value_at(&at, "said"), "y");
	assert_string_equal(plan_value_at(&at, "part"), "q");
	assert_null(plan_value_at(&at, "other"));
	seen = plan_visible(&b->plan, s->section, captured);
	assert_string_equal(json_write(seen),
	    "{\"said\":\"y\",\"part\":\"q\",\"host\":\"beta\"}");
	json_object_put(seen);
	assert_false(plan_is_excluded(&b->plan,
	    plan_find_step(&b->plan, "undo.alpha"), value, captured, &why));
	assert_true(plan_is_excluded(&b->plan,
	    plan_find_step(&b->plan, "undo.beta"), value, captured, &why));
	json_object_put(captured);
	runbook_free(b);
}

static void
prose_is_rendered_with_its_item(void **state)
{
	struct runbook *b = expanded(doc, "alpha,<b>", NULL);
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < b->plan.items_count; i++)
		if (b->plan.items[i].kind == ITEM_PROSE)
			runbook_render(&b->plan, &b->plan.items[i],
			    CATALOGUE_DEFAULT, NULL, NULL, &out);
	assert_string_equal(buf_text(&out),
	    "<p>About alpha.</p>\n"
	    "<p>About &lt;b&gt;.</p>\n");
	buf_clear(&out);
	runbook_free(b);
}

static void
what_a_copy_keeps_and_sends_is_of_the_same_item(void **state)
{
	static const char text[] =
	    "---\nparameters:\n  hosts: {type: list}\n"
	    "---\n```http {#all save=all.json}\nGET http://x/\n```\n\n"
	    "# H {each=\"host in hosts\"}\n\n"
	    "```http {#dump save=dump.json}\nGET http://x/\n```\n\n"
	    "```http {#again same-as=dump}\nGET http://x/\n```\n\n"
	    "```http {#send}\nPOST http://x/\n\n< dump.json\n###\n"
	    "POST http://x/\n\n< all.json\n```\n";
	struct runbook *b = expanded(text, "alpha,beta", NULL);

	(void)state;
	assert_string_equal(step(b, "dump.beta")->artifact, "beta.dump.json");
	assert_string_equal(step(b, "again.beta")->artifact, "again.beta");
	assert_string_equal(step(b, "again.beta")->same_as, "dump.beta");
	assert_string_equal(step(b, "send.beta")->sends[0], "dump.json");
	assert_string_equal(
	    step(b, "send.beta")->sends_artifacts[0], "beta.dump.json");
	assert_string_equal(
	    step(b, "send.beta")->sends_artifacts[1], "all.json");
	runbook_free(b);
}

static void
items_of_any_characters_give_ids_of_plain_ones_and_none_twice(void **state)
{
	struct runbook *b = expanded(doc,
	    "a b,a-b,\xe6\xa1\xa3\xe6\xa1\x88,"
	    "A B,${x},a/../b,a-very-long-name-of-a-machine-in-some-zone-of-"
	    "the-data-centre-that-is-far-away",
	    NULL);
	size_t n = b->plan.steps_count;

	(void)state;
	assert_int_equal(n, 1 + 7 * 5);
	for (size_t i = 0; i < n; i++) {
		assert_true(text_is_id(b->plan.steps[i].id));
		assert_int_equal(
		    plan_find_step(&b->plan, b->plan.steps[i].id), i);
	}
	assert_string_equal(step(b, "one.a-b")->title, "Look at a b");
	assert_string_equal(step(b, "one.a-b-2")->title, "Look at a-b");
	assert_string_equal(
	    step(b, "one.3")->title, "Look at \xe6\xa1\xa3\xe6\xa1\x88");
	runbook_free(b);
}

static void
a_list_without_items_leaves_its_section_out(void **state)
{
	struct runbook *b = expanded(doc, "", NULL);

	(void)state;
	assert_int_equal(b->plan.steps_count, 1);
	assert_int_equal(b->plan.sections_count, 2);
	runbook_free(b);
}

static void
a_run_of_too_many_steps_is_refused(void **state)
{
	struct buf hosts = { 0 };
	struct fault fault;

	(void)state;
	for (int i = 0; i < 600; i++)
		buf_printf(&hosts, "h%d,", i);
	assert_null(expanded(doc, buf_text(&hosts), &fault));
	assert_string_equal(fault.code, "too_many_steps");
	assert_non_null(strstr(fault.message, "2000"));
	buf_clear(&hosts);
}

static void
a_list_may_be_a_group_and_must_be_something(void **state)
{
	static const char text[] = "# N {each=\"n in nodes\"}\n\n"
				   "```sh {#s on=n}\ntrue\n```\n";
	static const char targets[] =
	    "environments:\n  test:\n    targets:\n"
	    "      x: {sqlite: {file: /x}}\n      y: {sqlite: {file: /y}}\n"
	    "    groups: {nodes: [y, x]}\n  empty: {}\n";
	struct targets *t = targets_parse(targets, strlen(targets), "/");
	struct json_object *groups = targets_groups(t, "test"), *lists;
	struct runbook *b = runbook_parse(text, strlen(text));
	struct fault fault;

	(void)state;
	assert_int_equal(runbook_lists(b, NULL, groups, &lists, NULL), ERR_OK);
	assert_string_equal(json_write(lists), "{\"nodes\":[\"y\",\"x\"]}");
	json_object_put(lists);
	json_object_put(groups);
	groups = targets_groups(t, "empty");
	assert_int_equal(
	    runbook_lists(b, NULL, groups, &lists, &fault), ERR_INVALID);
	assert_string_equal(fault.field, "environment");
	json_object_put(groups);
	targets_free(t);
	runbook_free(b);
}

static const char chain[] =
    "---\nparameters:\n  from: {}\n  to: {}\n---\n"
    "# A {.hop from=r0.1.x to=r0.9.x}\n\n```sh {#a}\ntrue\n```\n\n"
    "# B {.hop from=r0.9.x to=r0.10.x}\n\n```sh {#b}\ntrue\n```\n\n"
    "## Way back {.rollback}\n\n```sh {#b-back}\ntrue\n```\n\n"
    "# C {.hop from=r0.10.x to=r1.0.x}\n\n```sh {#c}\ntrue\n```\n";

static bool
takes(const struct runbook *b, const char *id, const char *from, const char *to)
{
	struct json_object *values = json_object_new_object();
	const char *why = NULL;
	bool taken;

	json_set_text(values, "from", from);
	json_set_text(values, "to", to);
	taken = plan_takes(&b->plan, step(b, id)->section, value, values, &why);
	assert_true(taken == (why == NULL));
	json_object_put(values);
	return taken;
}

static void
a_run_takes_the_hops_between_its_versions(void **state)
{
	struct runbook *b = runbook_parse(chain, strlen(chain));

	(void)state;
	assert_int_equal(b->errors, 0);
	assert_false(takes(b, "a", "r0.9.x", "r0.10.x"));
	assert_true(takes(b, "b", "r0.9.x", "r0.10.x"));
	assert_true(takes(b, "b-back", "r0.9.x", "r0.10.x"));
	assert_false(takes(b, "b-back", "r0.10.x", "r1.0.x"));
	assert_false(takes(b, "c", "r0.9.x", "r0.10.x"));
	assert_true(takes(b, "c", "r0.1.x", "r1.0.x"));
	assert_true(plan_shapes(&b->plan, "from"));
	assert_false(plan_shapes(&b->plan, "version"));
	runbook_free(b);
}

static void
versions_that_no_chain_joins_are_refused_by_field(void **state)
{
	static const struct {
		const char *from, *to, *field;
	} wrong[] = {
		{ "r0.2.x", "r1.0.x", "from" },
		{ "r0.1.x", "r2.0.x", "to" },
		{ "r0.9.x", "r0.9.x", "to" },
		{ "r0.10.x", "r0.9.x", "to" },
	};
	struct runbook *b = runbook_parse(chain, strlen(chain));
	struct buf scratch = { 0 };
	const char *field = NULL;

	(void)state;
	assert_null(
	    plan_check_hops(&b->plan, "r0.1.x", "r0.10.x", &field, &scratch));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_non_null(plan_check_hops(
		    &b->plan, wrong[i].from, wrong[i].to, &field, &scratch));
		assert_string_equal(field, wrong[i].field);
	}
	assert_non_null(strstr(buf_text(&scratch), "r0.9.x → r0.10.x"));
	buf_clear(&scratch);
	runbook_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_section_is_copied_for_each_item_in_order),
		cmocka_unit_test(what_a_copy_refers_to_is_of_the_same_item),
		cmocka_unit_test(a_captured_value_belongs_to_its_item),
		cmocka_unit_test(people_read_labels_and_scripts_have_ids),
		cmocka_unit_test(prose_is_rendered_with_its_item),
		cmocka_unit_test(
		    what_a_copy_keeps_and_sends_is_of_the_same_item),
		cmocka_unit_test(
		    items_of_any_characters_give_ids_of_plain_ones_and_none_twice),
		cmocka_unit_test(a_list_without_items_leaves_its_section_out),
		cmocka_unit_test(a_run_of_too_many_steps_is_refused),
		cmocka_unit_test(a_list_may_be_a_group_and_must_be_something),
		cmocka_unit_test(a_run_takes_the_hops_between_its_versions),
		cmocka_unit_test(
		    versions_that_no_chain_joins_are_refused_by_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
