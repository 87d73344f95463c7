/*
 * The golden documents: what check says, what is rendered, what import adds.
 *
 * Run with GOLDEN=write in the environment, this writes what it finds, for
 * a person to read in the diff before it is committed.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <cmocka.h>

#include "base/catalogue.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/text.h"
#include "compiler/runbook.h"
#include "compiler/render.h"
#include "import/block/placeholders.h"
#include "import/import.h"
#include "inventory/targets.h"
#include "compiler/parse/heuristics.h"

typedef void (*golden_fn)(
    const char *name, const struct buf *text, struct buf *out);

static const char *
value(void *ctx, const char *name)
{
	(void)ctx;
	if (strcmp(name, "version") == 0)
		return "1.4<1>";
	if (strcmp(name, "url") == 0)
		return "javascript:alert(1)";
	if (strcmp(name, "bidi") == 0)
		return "a\xe2\x80\xae"
		       "b";
	return NULL;
}

static void
check(const char *name, const struct buf *text, struct buf *out)
{
	struct runbook *runbook = runbook_parse(buf_text(text), text->len);

	runbook_print_diagnostics(runbook, name, out);
	runbook_free(runbook);
}

static void
put_step(const struct runbook *runbook, const struct step *s, struct buf *out)
{
	buf_printf(out, "<!-- step %s: %s, %s, line %d:%d, in %s%s%s%s -->\n",
	    s->id, kind_name(s->kind), s->title, s->line, s->column,
	    runbook->plan.sections[s->section].id,
	    s->rollback ? ", rollback" : "", s->role != NULL ? ", role " : "",
	    s->role != NULL ? s->role : "");
	buf_puts(out, s->text);
}

static void
render(const char *name, const struct buf *text, struct buf *out)
{
	struct runbook *runbook = runbook_parse(buf_text(text), text->len);

	runbook_print_diagnostics(runbook, name, out);
	for (size_t i = 0; i < runbook->plan.items_count; i++) {
		const struct item *item = &runbook->plan.items[i];

		if (item->kind == ITEM_HEADING)
			buf_printf(out, "<!-- heading %d %s: %s -->\n",
			    runbook->plan.sections[item->index].level,
			    runbook->plan.sections[item->index].id,
			    runbook->plan.sections[item->index].title);
		else if (item->kind == ITEM_STEP)
			put_step(
			    runbook, &runbook->plan.steps[item->index], out);
		else
			buf_puts(out, "<!-- prose -->\n");
		runbook_render(
		    &runbook->plan, item, CATALOGUE_DEFAULT, value, NULL, out);
	}
	runbook_free(runbook);
}

/* The next line of `now` is that of `was`, or holds it with text added. */
static bool
holds_in_order(const char *was, size_t len, const char *now, size_t now_len)
{
	size_t k = 0;

	while (k < len && strchr(" \t", was[k]) != NULL)
		k++; /* of an indented block, blanks may go */
	for (size_t i = 0; i < now_len && k < len; i++)
		k += now[i] == was[k];
	return k == len;
}

/* `now` has a parameter of that label, or of the name made of it. */
static bool
is_parameter(const char *now, const char *s, size_t len)
{
	char label[128], name[128];

	while (len > 0 && strchr("<{[ ", s[0]) != NULL) {
		s++;
		len--;
	}
	while (len > 0 && strchr(">}] ", s[len - 1]) != NULL)
		len--;
	snprintf(label, sizeof(label), "{label: \"%.*s\"}", (int)len, s);
	snprintf(name, sizeof(name), "\n  %.*s: {label", (int)len, s);
	for (char *c = name + 3; *c != '\0' && *c != ':'; c++)
		*c = *c >= 'A' && *c <= 'Z'      ? *c | 0x20
		    : strchr("- .|", *c) != NULL ? '_'
						 : *c;
	return strstr(now, label) != NULL || strstr(now, name) != NULL;
}

/* The line of a fenced block without its prompt, and without placeholders that
 * became parameters of `now`. */
static char *
without_prompt(const char *line, size_t len, const char *now)
{
	struct buf out = { 0 };
	char *kept;
	size_t at = strspn(line, " \t"), next, n;

	n = looks_like_a_prompt(line + at, len - at);
	if (n == 0 &&
	    (text_starts(line + at, "# ") || text_starts(line + at, "-> ")))
		n = (size_t)(strchr(line + at, ' ') + 1 - line) - at;
	for (at += n; at < len; at = next + n) {
		next = at;
		if (!import_next_placeholder(line, len, &next, &n)) {
			next = len;
			n = 0;
		}
		buf_put(&out, line + at, next - at);
		if (n > 0 && !is_parameter(now, line + next, n))
			buf_put(&out, line + next, n);
	}
	kept = mem_strdup(buf_text(&out));
	buf_clear(&out);
	return kept;
}

/* The text with each `form` in place of `value`. */
static void
put_back(struct buf *text, const char *form, const char *value)
{
	struct buf out = { 0 };
	const char *s = buf_text(text), *next;

	for (; (next = strstr(s, form)) != NULL; s = next + strlen(form)) {
		buf_put(&out, s, (size_t)(next - s));
		buf_puts(&out, value);
	}
	buf_puts(&out, s);
	buf_reset(text);
	buf_puts(text, buf_text(&out));
	buf_clear(&out);
}

/* The result with the defaults of its parameters, or what the original said
 * there, where these are used. */
static void
put_defaults_back(const struct runbook *runbook, struct buf *text)
{
	static const char *const before[] = { "\"$", "${", "{{" };
	static const char *const behind[] = { "\"", "}", "}}" };
	char form[80];

	for (size_t i = 0; i < runbook->plan.parameters_count; i++) {
		const struct parameter *p = &runbook->plan.parameters[i];

		if ((unsigned char)p->label[0] >= 0x80 ||
		    (p->label[0] >= '0' && p->label[0] <= '9')) {
			snprintf(form, sizeof(form), "\"$%s\"", p->name);
			put_back(text, form, p->label);
		} else if (strcmp(p->label, p->name) != 0 &&
		    strcasecmp(p->label, p->name) == 0) {
			char label[80];

			snprintf(form, sizeof(form), "${%s}", p->name);
			snprintf(label, sizeof(label), "${%s}", p->label);
			put_back(text, form, label);
		}
		for (size_t k = 0; p->fallback != NULL && k < 3; k++) {
			snprintf(form, sizeof(form), "%s%s%s", before[k],
			    p->name, behind[k]);
			put_back(text, form, p->fallback);
		}
	}
}

/* Every line of the original is there, in order, with text only added; in
 * fenced blocks, prompts and what became a parameter may go, and the box of a
 * task that a step does. */
static void
assert_nothing_lost(const char *was, const char *now)
{
	const char *all = now;
	bool fenced = false;

	while (*was != '\0') {
		size_t len = strcspn(was, "\n"), n;
		char *kept = fenced ? without_prompt(was, len, all)
				    : mem_strndup(was, len);

		const char *box = fenced ? NULL : strstr(kept, "[ ] ");

		fenced ^= text_starts(was + strspn(was, " "), "```") ||
		    text_starts(was + strspn(was, " "), "~~~");
		for (;;) {
			n = strcspn(now, "\n");
			if (holds_in_order(kept, strlen(kept), now, n) ||
			    (box != NULL &&
				holds_in_order(
				    box + 4, strlen(box + 4), now, n)))
				break;
			if (now[n] == '\0')
				fail_msg("import lost: %.*s", (int)len, was);
			now += n + 1;
		}
		free(kept);
		was += len + (was[len] == '\n');
		now += n + (now[n] == '\n');
	}
}

static void
import(const char *name, const struct buf *text, struct buf *out)
{
	struct buf again = { 0 }, notes = { 0 }, whole = { 0 };
	struct runbook *runbook;

	(void)name;
	runbook_import(buf_text(text), text->len, out, &notes);
	runbook = runbook_parse(buf_text(out), out->len);
	buf_puts(&whole, buf_text(out));
	put_defaults_back(runbook, &whole);
	assert_nothing_lost(buf_text(text), buf_text(&whole));
	buf_clear(&whole);
	if (runbook->errors > 0)
		runbook_print_diagnostics(runbook, name, out);
	assert_int_equal(runbook->errors, 0);
	if (runbook->plan.steps_count > 0) { /* a second import adds nothing */
		runbook_import(buf_text(out), out->len, &again, &notes);
		assert_string_equal(buf_text(&again), buf_text(out));
	}
	runbook_free(runbook);
	buf_printf(out, "%s%s", notes.len > 0 ? "\n==== notes\n" : "",
	    buf_text(&notes));
	buf_clear(&again);
	buf_clear(&notes);
}

static void
inventory(const char *name, const struct buf *text, struct buf *out)
{
	struct targets *t = targets_parse(buf_text(text), text->len, "dir");
	size_t count, errors;
	const struct diagnostic *d = targets_diagnostics(t, &count, &errors);

	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%s:%d:%d: error: %s\n", name, d[i].line,
		    d[i].column, catalogue_english(d[i].message));
	if (errors == 0)
		buf_puts(out, "no errors\n");
	targets_free(t);
}

#define WRITE \
	"GOLDEN=write build/asan/tests/test_compiler_golden writes all of " \
	"them"

static void
compare(
    const char *dir, const char *file, const char *ending, golden_fn produce)
{
	char path[512], want_path[512];
	struct buf text = { 0 }, want = { 0 }, got = { 0 };

	snprintf(path, sizeof(path), "tests/golden/%s/%s", dir, file);
	snprintf(want_path, sizeof(want_path), "tests/golden/%s/%.*s%s", dir,
	    (int)(strrchr(file, '.') - file), file, ending);
	assert_int_equal(io_read_file(path, 1 << 20, &text), ERR_OK);
	produce(file, &text, &got);
	if (text_eq(getenv("GOLDEN"), "write"))
		assert_int_equal(
		    io_write_file(want_path, 0644, buf_text(&got), got.len),
		    ERR_OK);
	if (io_read_file(want_path, 1 << 20, &want) != ERR_OK)
		fail_msg("%s is missing; " WRITE, want_path);
	if (strcmp(buf_text(&want), buf_text(&got)) != 0)
		fail_msg("%s differs; if this is right, " WRITE ":\n%s",
		    want_path, buf_text(&got));
	buf_clear(&text);
	buf_clear(&want);
	buf_clear(&got);
}

static int
is_document(const struct dirent *e)
{
	return text_ends(e->d_name, ".md") || text_ends(e->d_name, ".yml");
}

static void
compare_all(
    const char *dir, const char *ending, golden_fn produce, int at_least)
{
	struct dirent **list;
	char path[256];
	int n;

	snprintf(path, sizeof(path), "tests/golden/%s", dir);
	n = scandir(path, &list, is_document, alphasort);
	assert_true(n >= at_least);
	for (int i = 0; i < n; i++) {
		compare(dir, list[i]->d_name, ending, produce);
		free(list[i]);
	}
	free(list);
}

static void
every_broken_document_is_told_at_its_line_and_column(void **state)
{
	(void)state;
	compare_all("check", ".expected", check, 24);
}

static void
every_mistake_in_targets_is_told_at_its_line_and_column(void **state)
{
	(void)state;
	compare_all("targets", ".expected", inventory, 7);
}

static void
documents_render_as_they_were_read(void **state)
{
	(void)state;
	compare_all("render", ".html", render, 4);
}

static void
import_only_adds_and_its_result_has_no_errors(void **state)
{
	(void)state;
	compare_all("import", ".imported", import, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_broken_document_is_told_at_its_line_and_column),
		cmocka_unit_test(
		    every_mistake_in_targets_is_told_at_its_line_and_column),
		cmocka_unit_test(documents_render_as_they_were_read),
		cmocka_unit_test(import_only_adds_and_its_result_has_no_errors),
	};

	return cmocka_run_group_tests_name("book/golden", tests, NULL, NULL);
}
