/*
 * A document becomes a book: the records, and safety on hostile texts.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/catalogue.h"
#include "compiler/runbook.h"
#include "compiler/render.h"
#include "lang/plan_scope.h"
#include "import/import.h"

static struct runbook *
parse(const char *text)
{
	return runbook_parse(text, strlen(text));
}

static const struct step *
step(const struct runbook *runbook, const char *id)
{
	int i = plan_find_step(&runbook->plan, id);

	assert_true(i >= 0);
	return &runbook->plan.steps[i];
}

static void
every_attribute_reaches_its_field(void **state)
{
	struct runbook *runbook = parse(
	    "---\ntitle: T\nowner: o\ntags: [a, b]\n"
	    "approvals:\n  - {role: approver, count: 2}\nrehearsal: test\n"
	    "parameters:\n  v: {choices: [5.10, 8.0.2x], help: why}\n"
	    "  p: {type: secret, required: false}\n---\n"
	    "# A {#a role=lead}\n"
	    "```sh {#s on=flow timeout=5m quiet=30s expect=\"a\\\"b\\.\" "
	    "reject='x' exit=0,3 every=2s within=1m capture=one "
	    "capture=\"two=/a/b\" capture=\"three~v(\\d)\" rerun=safe "
	    ".irreversible .essential when=\"v > 5.7\" sign=boss "
	    "user=app cwd=/srv}\n  echo\n```\n"
	    "```sh {#p .probe of=s}\ntrue\n```\n"
	    "- [ ] M {#m role=qa evidence=required}\n"
	    "# R {#r .rollback}\n## Sub {#sub}\n- [ ] N {#n}\n"
	    "```sh {#u undo=s}\ntrue\n```\n");
	const struct step *s;

	(void)state;
	assert_int_equal(runbook->errors, 0);
	assert_string_equal(runbook->plan.title, "T");
	assert_string_equal(runbook->tags[1], "b");
	assert_int_equal(runbook->plan.approvals[0].count, 2);
	assert_string_equal(runbook->plan.rehearsal, "test");
	assert_string_equal(runbook->plan.parameters[0].choices[0], "5.10");
	assert_int_equal(runbook->plan.parameters[0].type, PARAMETER_CHOICE);
	assert_false(runbook->plan.parameters[1].required);
	s = step(runbook, "s");
	assert_string_equal(s->on, "flow");
	assert_int_equal(s->timeout_ms, 300000);
	assert_int_equal(s->quiet_ms, 30000);
	assert_string_equal(s->expect, "a\"b\\.");
	assert_string_equal(s->reject, "x");
	assert_int_equal(s->exit_count, 2);
	assert_int_equal(s->exit[1], 3);
	assert_int_equal(s->every_ms, 2000);
	assert_int_equal(s->captures_count, 3);
	assert_int_equal(s->captures[0].how, CAPTURE_WHOLE);
	assert_string_equal(s->captures[1].what, "/a/b");
	assert_string_equal(s->captures[2].what, "v(\\d)");
	assert_int_equal(s->rerun, RERUN_SAFE);
	assert_true(s->irreversible && s->essential);
	assert_string_equal(s->role, "lead");
	assert_string_equal(s->text, "  echo\n");
	assert_string_equal(step(runbook, "u")->undo, "s");
	assert_true(step(runbook, "u")->rollback);
	assert_string_equal(step(runbook, "p")->probe_of, "s");
	assert_string_equal(step(runbook, "m")->role, "qa");
	assert_true(step(runbook, "m")->evidence);
	assert_true(step(runbook, "n")->rollback);
	assert_int_equal(runbook->plan.sections_count, 4);
	assert_int_equal(runbook->plan.sections[3].parent, 2);
	runbook_free(runbook);
}

static const char *
only_five(void *ctx, const char *name)
{
	(void)ctx;
	return strcmp(name, "a") == 0 ? "5" : NULL;
}

static void
a_step_is_excluded_by_any_condition_around_it(void **state)
{
	struct runbook *runbook = parse(
	    "---\nparameters: {a: , b: }\n---\n"
	    "# One {when=\"a == 5\"}\n- [ ] x {#x}\n- [ ] y {#y when=\"a == "
	    "6\"}\n- [ ] z {#z when=\"b == 6\"}\n## Two {when=\"a < 5\"}\n"
	    "### Three\n- [ ] w {#w}\n");
	const char *why = NULL;

	(void)state;
	assert_int_equal(runbook->errors, 0);
	assert_false(
	    plan_is_excluded(&runbook->plan, 0, only_five, NULL, &why));
	assert_null(why);
	assert_true(plan_is_excluded(&runbook->plan, 1, only_five, NULL, &why));
	assert_string_equal(why, "a == 6");
	assert_true(plan_is_excluded(&runbook->plan, 2, only_five, NULL, &why));
	assert_true(plan_is_excluded(&runbook->plan, 3, only_five, NULL, &why));
	assert_string_equal(why, "a < 5");
	runbook_free(runbook);
}

/* Parses and renders all; fails where it takes long. */
static size_t
survive(const struct buf *text)
{
	clock_t start = clock();
	struct buf out = { 0 }, notes = { 0 };
	struct runbook *runbook = runbook_parse(buf_text(text), text->len);
	size_t len;

	for (size_t i = 0; i < runbook->plan.items_count; i++)
		runbook_render(&runbook->plan, &runbook->plan.items[i],
		    CATALOGUE_DEFAULT, only_five, NULL, &out);
	runbook_free(runbook);
	if (text->len < 300000)
		runbook_import(buf_text(text), text->len, &out, &notes);
	len = out.len;
	buf_clear(&out);
	buf_clear(&notes);
	assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
	return len;
}

static void
repeat(struct buf *b, const char *what, int times)
{
	buf_reset(b);
	while (times-- > 0)
		buf_puts(b, what);
}

static void
hostile_texts_end_soon_and_small(void **state)
{
	static const char *const parts[] = { "[", "![", "[a](", "> ", "*a ",
		"**a", "`", "~~~\n", "```sh {#a\n", "{", "{#", "{a=\"",
		"- [ ] {#", "&", "&#", "<", "http://a", "_a__", "\\", "|",
		"|\n---|\n", "\r", "- ", "1. ", "# {#a}\n", "[a]: b\n", "a\n\n",
		"```\n```\n", "{{a", "{{a}}", "---\n", "\t", "a@b.c ", "~",
		"- x\n ", "\xe5" };
	struct buf b = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		repeat(&b, parts[i], (int)(100000 / strlen(parts[i])));
		assert_true(survive(&b) < 30 * 1024 * 1024);
	}
	buf_clear(&b);
}

static void
deep_lists_and_huge_tables_are_cut_and_told(void **state)
{
	struct buf b = { 0 };
	struct runbook *runbook;

	(void)state;
	for (int i = 0; i < 2000; i++)
		buf_printf(&b, "%*s- x\n", 2 * (i % 500), "");
	survive(&b);
	runbook = runbook_parse(buf_text(&b), b.len);
	assert_true(runbook->errors > 0);
	runbook_free(runbook);
	buf_reset(&b);
	for (int i = 0; i < 100; i++)
		buf_puts(&b, "|a");
	buf_puts(&b, "|\n");
	for (int i = 0; i < 100; i++)
		buf_puts(&b, "|---");
	buf_puts(&b, "|\n");
	for (int i = 0; i < 20000; i++)
		buf_puts(&b, "|x\n");
	survive(&b);
	runbook = runbook_parse(buf_text(&b), b.len);
	assert_int_equal(runbook->errors, 1);
	assert_non_null(strstr(runbook->diagnostics[1].message, "cells"));
	runbook_free(runbook);
	buf_clear(&b);
}

static void
too_many_steps_and_too_many_bytes_are_told(void **state)
{
	struct buf b = { 0 };
	struct runbook *runbook;

	(void)state;
	repeat(&b, "- [ ] same\n", 2100);
	survive(&b);
	runbook = runbook_parse(buf_text(&b), b.len);
	assert_int_equal(runbook->plan.steps_count, RUNBOOK_MAX_STEPS);
	assert_int_equal(runbook->errors, 1);
	assert_string_equal(runbook->plan.steps[1].id, "same-2");
	runbook_free(runbook);
	repeat(&b, "thirty-two characters of a text\n", 40000);
	runbook = runbook_parse(buf_text(&b), b.len);
	assert_int_equal(runbook->errors, 1);
	runbook_free(runbook);
	buf_clear(&b);
}

static void
a_link_that_md4c_never_leaves_swallows_nothing(void **state)
{
	struct runbook *runbook = parse(
	    "| a | b |\n|---|---|\n| http://h/d/A__T | "
	    "x |\n| y | z |\n\n- [ ] after {#after}\n");

	(void)state;
	assert_int_equal(runbook->plan.steps_count, 1);
	assert_string_equal(runbook->plan.steps[0].id, "after");
	runbook_free(runbook);
}

static void
nothing_is_a_book_too(void **state)
{
	static const char *const texts[] = { "", "\n", "---\n---\n", "---\n",
		"```", "#", "- [ ] ", "\xef\xbb\xbf",
		"\xef\xbb\xbf---\n---\n# a" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct runbook *runbook = parse(texts[i]);

		assert_non_null(runbook->plan.title);
		assert_int_equal(runbook->plan.sections[0].level, 0);
		runbook_free(runbook);
	}
	runbook_free(NULL);
}

static void
answers_behind_a_terminal_step_need_no_braces(void **state)
{
	struct runbook *runbook = parse(
	    "---\ntitle: T\n---\n"
	    "```sh {#s title=\"a pty b\" pty}\n"
	    "menu\n```\n\n```answers\n/menu:/ => 5\n```\n");

	(void)state;
	assert_int_equal(runbook->diagnostics_count, 0);
	assert_int_equal(runbook->plan.steps_count, 1);
	assert_string_equal(runbook->plan.steps[0].answers, "/menu:/ => 5\n");
	runbook_free(runbook);
	/* behind another step, or with a text between, they are only shown */
	runbook = parse("---\ntitle: T\n---\n```sh {#s title=\"a pty b\"}\n"
			"menu\n```\n\n```answers\n/menu:/ => 5\n```\n\n"
			"```sh {#t pty}\nmenu\n```\n\nText.\n\n"
			"```answers\n/menu:/ => 5\n```\n");
	assert_int_equal(runbook->errors, 0);
	assert_int_equal(runbook->diagnostics_count, 2);
	assert_int_equal(runbook->diagnostics[0].line, 8);
	assert_int_equal(runbook->diagnostics[1].line, 18);
	assert_null(runbook->plan.steps[0].answers);
	assert_null(runbook->plan.steps[1].answers);
	runbook_free(runbook);
	runbook = parse("---\ntitle: T\n---\n```sh {#s pty}\nmenu\n```\n\n"
			"```answers {#a}\n/menu:/ => 5\n```\n\n"
			"```answers {.example}\n/menu:/ => 6\n```\n");
	assert_int_equal(runbook->diagnostics_count, 0);
	runbook_free(runbook);
}

/* The answers of the step, with the block `of` in front of two others. */
static const char *
taken(const char *first, const char *second)
{
	static char answers[400];
	char text[1000];
	struct runbook *runbook;

	snprintf(text, sizeof(text),
	    "---\ntitle: T\n---\n```sh {#s pty}\na\n```\n\n"
	    "```answers\n%s```\n\n```sh {#t pty}\nb\n```\n\n"
	    "```answers {like=s}\n%s```\n\n```sh {#u pty}\nc\n```\n\n"
	    "```answers {like=t}\n```\n",
	    first, second);
	runbook = parse(text);
	assert_int_equal(runbook->diagnostics_count, 0);
	assert_string_equal(step(runbook, "s")->answers, first);
	snprintf(answers, sizeof(answers), "%s", step(runbook, "t")->answers);
	assert_string_equal(step(runbook, "u")->answers, answers);
	runbook_free(runbook);
	return answers;
}

/* Its difference shows what the edit's does, so that the same is redacted. */
static void
a_step_that_restores_a_file_has_the_targets_of_its_edit(void **state)
{
	struct runbook *runbook = parse(
	    "# A\n```edit {#e on=web with=\"db s3\" file=/etc/x}\n"
	    "replace a -> b\n```\n");
	const struct step *s;

	(void)state;
	s = step(runbook, "undo-e");
	assert_true(s->restores && s->rollback);
	assert_string_equal(s->on, "web");
	assert_int_equal(s->with_count, 2);
	assert_int_equal(s->with_targets_count, 2);
	assert_string_equal(s->with_targets[1], "s3");
	runbook_free(runbook);
}

static void
answers_like_those_of_a_step_begin_with_them(void **state)
{
	(void)state;
	assert_string_equal(
	    taken("/a/ => 1\n/q/ => y\n", ""), "/a/ => 1\n/q/ => y\n");
	assert_string_equal(
	    taken("/a/ => 1\n", "# own\n  /b/ => 2\n"), "/a/ => 1\n/b/ => 2\n");
	/* own lines of a prompt stand where the other's stood, all of them */
	assert_string_equal(taken("/a/ => 1\n/q/ => y\n/a/ => 2\n",
				"/b/ => 3\n/a/ => 4\n/a/ => 5\n/a/ =>\n"),
	    "/a/ => 4\n/a/ => 5\n/a/ => \n/q/ => y\n/b/ => 3\n");
}

static void
a_document_of_30_kb_takes_milliseconds(void **state)
{
	struct buf b = { 0 };
	clock_t start;

	(void)state;
	for (int i = 0; i < 130; i++)
		buf_printf(&b,
		    "## Part %d\n\nSome **text** with `code` and "
		    "a [link](https://a.example/%d), and more of it.\n\n"
		    "Do it:\n\n```sh {#s%d timeout=5m expect=\"done %d\"}\n"
		    "cd /srv\n./run \"$version\" --all\n```\n\n- [ ] Look "
		    "{#l%d}\n"
		    "\n| a | b |\n|---|---|\n| 1 | 2 |\n\n",
		    i, i, i, i, i);
	assert_true(b.len > 25000);
	start = clock();
	for (int i = 0; i < 20; i++)
		runbook_free(runbook_parse(buf_text(&b), b.len));
	/* 2 ms of the processor each is the aim; sanitizers take more */
	assert_true(clock() - start < 20 * 60 * (CLOCKS_PER_SEC / 1000));
	buf_clear(&b);
}

/* md4c 0.4.8 ends the list for one length in 256. */
static void
an_item_goes_on_behind_a_block_of_any_length(void **state)
{
	struct buf doc = { 0 };

	(void)state;
	for (int i = 0; i < 256; i++) {
		struct runbook *b;

		buf_reset(&doc);
		buf_printf(&doc,
		    "---\ntitle: T\n---\n1. One\n\n   ```sh {#a}\n   echo "
		    "%0*d\n   ```\n\n   ```sh {#b}\n   true\n   ```\n",
		    i + 1, 0);
		b = runbook_parse(buf_text(&doc), doc.len);
		assert_int_equal(b->errors, 0);
		assert_int_equal(b->plan.steps_count, 2);
		assert_int_equal(strspn(b->plan.steps[0].text, "echo 0\n"),
		    strlen("echo \n") + (size_t)i + 1);
		runbook_free(b);
	}
	buf_clear(&doc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_item_goes_on_behind_a_block_of_any_length),
		cmocka_unit_test(every_attribute_reaches_its_field),
		cmocka_unit_test(a_step_is_excluded_by_any_condition_around_it),
		cmocka_unit_test(hostile_texts_end_soon_and_small),
		cmocka_unit_test(deep_lists_and_huge_tables_are_cut_and_told),
		cmocka_unit_test(too_many_steps_and_too_many_bytes_are_told),
		cmocka_unit_test(
		    a_link_that_md4c_never_leaves_swallows_nothing),
		cmocka_unit_test(nothing_is_a_book_too),
		cmocka_unit_test(answers_behind_a_terminal_step_need_no_braces),
		cmocka_unit_test(
		    a_step_that_restores_a_file_has_the_targets_of_its_edit),
		cmocka_unit_test(answers_like_those_of_a_step_begin_with_them),
		cmocka_unit_test(a_document_of_30_kb_takes_milliseconds),
	};

	return cmocka_run_group_tests_name("book/document", tests, NULL, NULL);
}
