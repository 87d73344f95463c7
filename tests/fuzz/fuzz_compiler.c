/*
 * fuzz_compiler.c: any bytes as a document: parsed, rendered, repeated,
 * imported; and as an expression and a regex.  The result of import must hold
 * all that it was given, but for blanks, prompts before commands,
 * placeholders, and values that have become parameters.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/catalogue.h"
#include "base/mem.h"
#include "base/json.h"
#include "base/text.h"
#include "base/err.h"
#include "compiler/runbook.h"
#include "compiler/render.h"
#include "lang/list.h"
#include "lang/plan_scope.h"
#include "lang/expr.h"
#include "import/block/placeholders.h"
#include "import/import.h"
#include "compiler/parse/heuristics.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *
value(void *ctx, const char *name)
{
	(void)ctx;
	return name[0] < 'm' ? "1.4\xe2\x80\xae<b>" : NULL;
}

static void
check_runbook(const char *text, size_t len, struct buf *out)
{
	struct runbook *runbook = runbook_parse(text, len);
	const char *why;

	for (size_t i = 0; i < runbook->plan.items_count; i++)
		runbook_render(&runbook->plan, &runbook->plan.items[i],
		    CATALOGUE_DEFAULT, value, NULL, out);
	for (size_t i = 0; i < runbook->plan.steps_count; i++) {
		(void)plan_is_excluded(
		    &runbook->plan, (int)i, value, NULL, &why);
		if (runbook->plan.steps[i].id == NULL ||
		    runbook->plan.steps[i].title == NULL)
			abort();
	}
	if (strcasestr(buf_text(out), "href=\"javascript:") != NULL ||
	    strcasestr(buf_text(out), "<script") != NULL)
		abort();
	runbook_print_diagnostics(runbook, "fuzz", out);
	runbook_free(runbook);
}

/* With lists for whatever repeats: each step has an id of its own. */
static void
check_expanded(const char *text, size_t len, struct buf *out)
{
	struct runbook *source = runbook_parse(text, len), *runbook;
	struct json_object *lists = json_object_new_object();

	for (size_t i = 0; i < source->plan.lists_count; i++)
		json_set(lists, source->plan.lists[i],
		    list_items(i % 2 == 0 ? "a b,a-b,\xe6\xa1\xa3" : text));
	if (source->plan.lists_count > 0 &&
	    runbook_expand(text, len, lists, &runbook, NULL) == ERR_OK) {
		for (size_t i = 0; i < runbook->plan.items_count; i++)
			runbook_render(&runbook->plan, &runbook->plan.items[i],
			    CATALOGUE_DEFAULT, value, NULL, out);
		for (size_t i = 0; i < runbook->plan.steps_count && i < 200;
		     i++)
			if (source->errors == 0 &&
			    plan_find_step(&runbook->plan,
				runbook->plan.steps[i].id) != (int)i)
				abort();
		runbook_free(runbook);
	}
	json_object_put(lists);
	runbook_free(source);
}

/* The text as the parser sees it, in which bytes that are no text are '?'. */
static char *
as_parsed(const char *text, size_t len)
{
	char *copy = mem_strndup(text, len);
	uint32_t cp;
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		n = text_utf8_next(text + i, len - i, &cp);
		if (n == 0 || cp == 0)
			copy[i] = '?';
		n += n == 0;
	}
	return copy;
}

/* The length of the value of a parameter of the draft with which s begins: its
 * label or default stands in the front matter instead. */
static size_t
is_parameter(const char *s, const char *draft)
{
	static const char *const keys[] = { "label: ", "default: " };
	const char *end = strstr(draft, "\n---\n");
	size_t most = 0, n;

	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
		for (const char *v = draft;
		     (v = strstr(v, keys[k])) != NULL && v < end;) {
			v += strlen(keys[k]);
			v += *v == '"';
			n = strcspn(v, "\",}\n");
			if (n > most && strncmp(s, v, n) == 0)
				most = n;
		}
	return most;
}

/* The length here of what import may take: blanks, the prompt at the
 * beginning of a line, a placeholder, the value of a parameter, a box. */
static size_t
may_go(const char *s, bool beginning, const char *draft)
{
	size_t len = strcspn(s, "\r\n"), at = 0, n;

	if (s[0] == ' ' || s[0] == '\t')
		return 1;
	if (beginning && (n = looks_like_a_prompt(s, len)) > 0)
		return n;
	if (beginning && (text_starts(s, "# ") || text_starts(s, "-> ")))
		return s[0] == '#' ? 2 : 3;
	if (!beginning && (n = is_parameter(s, draft)) > 0)
		return n;
	if (s[0] == '[' && s[1] != '\0' && s[2] == ']')
		return 3; /* of a task that is a step now */
	if (strchr("<Y{[", s[0]) == NULL)
		return 0;
	return import_next_placeholder(s, len, &at, &n) && at == 0 ? n : 0;
}

static void
check_import(const char *text, size_t len, struct buf *out)
{
	char *parsed = as_parsed(text, len);
	struct buf notes = { 0 };
	bool beginning = true;
	size_t i = 0, n;

	buf_reset(out);
	runbook_import(text, len, out, &notes);
	buf_clear(&notes);
	for (size_t k = 0; k < len; k += n) {
		n = may_go(parsed + k, beginning, buf_text(out));
		beginning = strchr("\r\n", parsed[k]) != NULL ||
		    (beginning && n == 1);
		if (n > 0)
			continue;
		while (i < out->len && out->data[i] != text[k])
			i++;
		if (i++ == out->len)
			abort();
		n = 1;
	}
	free(parsed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_strndup((const char *)data, size);
	struct buf out = { 0 };
	bool result;
	size_t at;

	check_runbook(text, size, &out);
	check_expanded(text, size, &out);
	check_import(text, size, &out);
	if ((expr_check(text, &at) != NULL) &&
	    (at > strlen(text) || expr_eval(text, value, NULL, &result)))
		abort();
	buf_clear(&out);
	free(text);
	return 0;
}
