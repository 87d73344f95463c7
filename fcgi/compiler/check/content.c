/*
 * content.c: checks the text of a step by its kind.
 *
 * Places are found by mapping a line of the text to its line of the source: the
 * text is the source's line without the indentation of the lists and quotes
 * around it.
 */
#include <stdio.h>
#include <string.h>

#include "compiler/check/content.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/answers.h"
#include "compiler/check/identifiers.h"
#include "compiler/check/parallel.h"
#include "compiler/check/with.h"
#include "compiler/loops.h"
#include "compiler/check/artifacts.h"
#include "compiler/check/advice.h"
#include "lang/copy_line.h"
#include "lang/edit_line.h"
#include "lang/http/http_fill.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/source.h"
#include "lang/regex.h"
#include "lang/sql/sql_split.h"
#include "lang/values.h"

struct content {
	struct parse *p;
	size_t step;
	struct step *s;
};

/*
 * The offset in the source of byte `column` of a line, which is the tail of
 * that source line.
 */
size_t
content_place(const struct parse *p, const struct step *s, int line,
    const char *text, size_t len, size_t column)
{
	int source = s->text_line - 1 + line;
	size_t start = source_line_start(p, source);
	size_t end = source_line_end(p, source);

	(void)text;
	if (end - start < len)
		return start;
	return end - len + column;
}

static size_t
place(
    const struct content *c, int line, const char *s, size_t len, size_t column)
{
	return content_place(c->p, c->s, line, s, len, column);
}

static void
check_answer(const struct content *c, int line, const char *s, size_t len)
{
	struct answers_line answer;
	char pattern[1024], why[160];
	struct regex *re;
	size_t n, at = 0;

	if (!answers_line(s, len, &answer)) {
		report(c->p, SEVERITY_ERROR, place(c, line, s, len, 0),
		    "answers_form");
		return;
	}
	n = answer.prompt_len;
	if (n >= sizeof(pattern))
		n = sizeof(pattern) - 1;
	memcpy(pattern, answer.prompt, n);
	pattern[n] = '\0';
	re = regex_new(pattern, &at, why, sizeof(why));
	if (re == NULL)
		report(c->p, SEVERITY_ERROR, place(c, line, s, len, at + 1),
		    "check_no_regex pattern=%s reason=%s", pattern, why);
	regex_free(re);
}

static void
check_side(const struct content *c, size_t at, const struct copy_side *side)
{
	const char *name;

	if (side->target == NULL)
		return;
	name = arena_strndup(c->p->arena, side->target, side->target_len);
	if (each_is_captured(c->p, c->s->section, name))
		report(
		    c->p, SEVERITY_ERROR, at, "loop_no_target name=%s", name);
}

static void
check_copy(const struct content *c, int line, const char *s, size_t len)
{
	struct copy_text text;
	size_t at;
	const char *why = copy_line_read(s, len, &text, &at);

	if (why != NULL)
		report(c->p, SEVERITY_ERROR, place(c, line, s, len, at), "%s",
		    why);
	else if (!text.nothing)
		for (int side = 0; side < 2; side++)
			check_side(c, place(c, line, s, len, 0),
			    side == 0 ? &text.from : &text.to);
}

static void
check_edit(const struct content *c, int line, const char *s, size_t len)
{
	struct edit_line edit;
	const char *why = edit_line_read(s, len, &edit);

	if (why == NULL && edit.verb == EDIT_SET && *edit.what != '"' &&
	    c->s->file != NULL && text_ends(c->s->file, ".json"))
		why = message_arena(c->p->arena, "edit_json_key key=%.*s",
		    (int)edit.what_len, edit.what);
	if (why != NULL)
		report(
		    c->p, SEVERITY_ERROR, place(c, line, s, len, 0), "%s", why);
}

/* Iterates over lines that are neither blank nor comments. */
static void
each_line(const struct content *c,
    void (*check)(const struct content *c, int line, const char *s, size_t len))
{
	const char *s = c->s->text;

	for (int line = 0; *s != '\0'; line++) {
		size_t len = strcspn(s, "\n"), blank = strspn(s, " \t");

		if (blank < len && s[blank] != '#')
			check(c, line, s + blank, len - blank);
		s += len + (s[len] == '\n');
	}
}

/* The start of a document line that belongs to the text. */
static size_t
line_start(const struct content *c, int line)
{
	const char *s = c->s->text;
	int i = line - c->s->text_line;

	for (int k = 0; k < i && *s != '\0'; k++) {
		s += strcspn(s, "\n");
		s += *s == '\n';
	}
	return place(c, i, s, strcspn(s, "\n"), 0);
}

/* Adds a name to a list in the arena, unless it is there. */
static void
add_name(const struct content *c, const char *name, const char *const **names,
    size_t *count)
{
	const char **list = arena_alloc(
	    c->p->arena, (*count + 1) * sizeof(*list));

	for (size_t i = 0; i < *count; i++) {
		if (strcmp((*names)[i], name) == 0)
			return;
		list[i] = (*names)[i];
	}
	list[(*count)++] = name;
	*names = list;
}

/* A body "< name": an earlier step has that artifact. */
static void
check_sent(const struct content *c, const struct http_body *b)
{
	const char *why;

	if (b->file != NULL)
		add_name(c, b->file, &c->s->files, &c->s->files_count);
	if (b->artifact == NULL)
		return;
	why = artifact_refused(c->p, (int)c->step, b->artifact);
	if (why != NULL) {
		report(c->p, SEVERITY_ERROR, line_start(c, b->line), "%s", why);
		return;
	}
	add_name(c, b->artifact, &c->s->sends, &c->s->sends_count);
	c->s->sends_artifacts = c->s->sends;
	c->s->sends_artifacts_count = c->s->sends_count;
}

/* A value that every place accepts. */
static const char *
any_value(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
	return "1";
}

static const char *
any_item(void *ctx, const char *pointer, struct http_item *ret)
{
	(void)ctx;
	(void)pointer;
	*ret = (struct http_item){ "1", "1" };
	return NULL;
}

/*
 * Reports a place where the executor would insert no value whatever.  The
 * server that on= names is of an environment, and not compared here.
 */
static void
check_places(const struct content *c, const struct http_request *q)
{
	struct http_filling from = { .arena = c->p->arena, .value = any_value };
	struct http_request filled;
	struct fault fault;

	if (c->s->foreach != NULL)
		from.item = any_item;
	if (q->url[0] == '/' && strcmp(c->s->on, "local") != 0)
		from.base = "http://server";
	if (http_fill(&from, q, &filled, &fault) == ERR_OK)
		return;
	report(c->p, SEVERITY_ERROR, line_start(c, from.line), "%s",
	    fault.message);
}

/* Parses the requests as the executor will. */
static void
check_http(const struct content *c)
{
	struct http_text text = { 0 };
	struct fault fault;

	if (http_parse(c->p->arena, c->s->text, c->s->text_line, &text,
		&fault) != ERR_OK) {
		report(c->p, SEVERITY_ERROR, line_start(c, text.wrong_line),
		    "%s", fault.message);
		return;
	}
	for (size_t i = 0; i < text.count; i++) {
		check_places(c, &text.all[i]);
		check_sent(c, &text.all[i].body);
		for (size_t k = 0; k < text.all[i].parts_count; k++)
			check_sent(c, &text.all[i].parts[k].body);
	}
}

static void
report_in_script(const struct content *c, size_t at, const char *name)
{
	static const char *const python = "os.environ[\"CS_";
	char upper[65];
	size_t i;

	for (i = 0; name[i] != '\0'; i++)
		upper[i] = name[i] >= 'a' && name[i] <= 'z'
		    ? (char)(name[i] - 'a' + 'A')
		    : name[i];
	upper[i] = '\0';
	if (c->s->kind == STEP_PYTHON)
		report(c->p, SEVERITY_ERROR, at,
		    "check_brace_python name=%s begin=%s variable=%s", name,
		    python, upper);
	else
		report(c->p, SEVERITY_ERROR, at,
		    "check_brace_shell name=%s variable=%s", name, name);
}

/* {{item}} in a request: the step has a list. */
static bool
check_item(const struct content *c, size_t at, const char *name)
{
	if (c->s->kind != STEP_HTTP || !values_is_item(name))
		return false;
	if (c->s->foreach != NULL)
		return true;
	if (strcmp(name, "item") == 0)
		return false;
	report(c->p, SEVERITY_ERROR, at, "check_item_foreach name=%s", name);
	return true;
}

static void
check_value(const struct content *c, size_t at, const char *name)
{
	bool script = !kind_is(c->s->kind, KIND_VALUES);
	bool known = with_gives(c->s, name) ||
	    identifier_is_known(c->p, name, (int)c->step, c->s->section);
	bool later = identifier_is_known(
	    c->p, name, (int)c->p->steps_count, c->s->section);

	if (check_item(c, at, name) ||
	    (!script &&
		check_parallel_value(
		    c->p, at, name, (int)c->step, c->s->section)))
		return;
	if (script && later)
		report_in_script(c, at, name);
	else if (script)
		report(c->p, SEVERITY_WARNING, at,
		    "check_brace_unknown name=%s", name);
	else if (!known && text_starts(name, "cs_"))
		report(
		    c->p, SEVERITY_ERROR, at, "check_not_given name=%s", name);
	else if (!known && later)
		report(c->p, SEVERITY_ERROR, at, "check_captured_later name=%s",
		    name);
	else if (!known && each_captures(c->p, name, (int)c->step))
		report(c->p, SEVERITY_ERROR, at,
		    "check_captured_in_loop name=%s", name);
	else if (!known)
		report(c->p, SEVERITY_ERROR, at, "check_unknown_name name=%s",
		    name);
}

/* Braces of an item that are none: a name has at most 64 bytes. */
static void
check_long_item(const struct content *c, int line, const char *s, size_t len)
{
	static const char open[] = "{{item/";
	const char *from = s, *at;
	size_t found, n;
	char name[65];

	while (c->s->foreach != NULL &&
	    (at = memmem(from, len - (size_t)(from - s), open,
		 sizeof(open) - 1)) != NULL) {
		found = (size_t)(at - s);
		from = at + 1;
		if (!values_next(s, len, &found, &n, name) ||
		    found > (size_t)(at - s) + 1)
			report(c->p, SEVERITY_ERROR,
			    place(c, line, s, len, (size_t)(at - s)),
			    "check_item_long");
	}
}

static void
check_values(const struct content *c)
{
	const char *s = c->s->text;
	char name[65];

	for (int line = 0; *s != '\0'; line++) {
		size_t len = strcspn(s, "\n"), at = 0, n;

		while (values_next(s, len, &at, &n, name)) {
			check_value(c, place(c, line, s, len, at), name);
			at += n;
		}
		check_long_item(c, line, s, len);
		s += len + (s[len] == '\n');
	}
}

static void
check_characters(const struct content *c)
{
	char code[16];
	const char *s = c->s->text;
	uint32_t cp;
	size_t n;

	for (int line = 0; *s != '\0'; line++) {
		size_t len = strcspn(s, "\n");

		for (size_t i = 0; i < len; i += n) {
			n = text_utf8_next(s + i, len - i, &cp);
			if (n == 0)
				break;
			if (!text_is_deceptive(cp))
				continue;
			snprintf(code, sizeof(code), "U+%04X", (unsigned)cp);
			report(c->p, SEVERITY_WARNING,
			    place(c, line, s, len, i),
			    "check_invisible character=%s", code);
			break;
		}
		s += len + (s[len] == '\n');
	}
}

/* Reports an error of the statements' splitter. */
static void
check_sql(const struct content *c)
{
	const char *s = c->s->text;
	struct statements all;
	size_t from = 0, len;
	int line = 0;

	if (!statements_split(
		s, c->s->kind, statements_backslash(c->s->kind), &all)) {
		for (; (len = strcspn(s + from, "\n")) < all.wrong_at - from;
		     line++)
			from += len + 1;
		report(c->p, SEVERITY_ERROR,
		    place(c, line, s + from, len, all.wrong_at - from), "%s",
		    all.wrong);
	}
	for (size_t i = 0; i < all.count; i++)
		if (all.all[i].is_file)
			add_name(c,
			    arena_strndup(
				c->p->arena, s + all.all[i].at, all.all[i].len),
			    &c->s->files, &c->s->files_count);
	statements_clear(&all);
	if (c->s->kind == STEP_MYSQL && c->s->transaction != NULL &&
	    strcmp(c->s->transaction, "yes") == 0)
		report(c->p, SEVERITY_WARNING, c->p->step_origins[c->step].at,
		    "check_transaction_schema");
}

void
check_content(struct parse *p, size_t step)
{
	struct content c = { p, step, &p->steps[step] };

	if (c.s->text[strspn(c.s->text, " \t\n")] == '\0') {
		if (c.s->kind != STEP_APPROVAL && c.s->like == NULL)
			report(p, SEVERITY_ERROR, p->step_origins[step].at,
			    "check_empty_block");
		return;
	}
	check_values(&c);
	check_characters(&c);
	check_advice(p, step);
	if (c.s->kind == STEP_ANSWERS)
		each_line(&c, check_answer);
	else if (c.s->kind == STEP_COPY)
		each_line(&c, check_copy);
	else if (c.s->kind == STEP_EDIT)
		each_line(&c, check_edit);
	else if (c.s->kind == STEP_HTTP)
		check_http(&c);
	else if (kind_is(c.s->kind, KIND_SQL))
		check_sql(&c);
}
