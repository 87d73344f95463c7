/*
 * frontmatter.c: the YAML between the first two lines of dashes.
 *
 * Each key is a row of a table with the function that reads it.  An error in
 * one key does not stop the others, so that all errors are reported at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/parse/frontmatter.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/expr.h"
#include "lang/list.h"
#include "compiler/check/identifiers.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/source.h"
#include "lang/parameter_value.h"
#include "lang/regex.h"
#include "compiler/approval_rule.h"
#include "compiler/parse/yaml.h"

#define FRONT_MAX 65536

static void
report_yaml(void *ctx, int line, int column, const char *message)
{
	report_place(ctx, SEVERITY_ERROR, line, column, message);
}

static void
wrong(struct parse *p, const struct yaml_tree *y, const char *message)
{
	report_place(p, SEVERITY_ERROR, y->line, y->column, message);
}

/* The text of a value, or NULL (and a message) if it is a list or map. */
static const char *
read_text(struct parse *p, const struct yaml_tree *y)
{
	if (y->kind == YTREE_TEXT)
		return y->text[0] != '\0' ? y->text : NULL;
	wrong(p, y, message_arena(p->arena, "front_text key=%s", y->key));
	return NULL;
}

static const char *const *
read_texts(struct parse *p, const struct yaml_tree *y, size_t *ret_count)
{
	const char **list;
	size_t n = 0;

	*ret_count = 0;
	if (y->kind != YTREE_LIST) {
		wrong(
		    p, y, message_arena(p->arena, "front_list key=%s", y->key));
		return NULL;
	}
	list = arena_alloc(p->arena, (y->count + 1) * sizeof(*list));
	for (const struct yaml_tree *e = y->first; e != NULL; e = e->next) {
		if (e->kind != YTREE_TEXT)
			wrong(p, e, MESSAGE("front_list_texts"));
		else
			list[n++] = e->text;
	}
	*ret_count = n;
	return list;
}

static void
read_flag(
    struct parse *p, const struct yaml_tree *map, const char *key, bool *ret)
{
	const struct yaml_tree *y = yaml_tree_get(map, key);

	if (y != NULL && !yaml_tree_bool(y, ret))
		wrong(p, y, message_arena(p->arena, "front_bool key=%s", key));
}

static const char *
read_member(struct parse *p, const struct yaml_tree *map, const char *key)
{
	const struct yaml_tree *y = yaml_tree_get(map, key);

	return y != NULL ? read_text(p, y) : NULL;
}

static void
read_type(struct parse *p, const struct yaml_tree *map, struct parameter *q)
{
	static const char *const names[] = { [PARAMETER_TEXT] = "text",
		[PARAMETER_NUMBER] = "number",
		[PARAMETER_BOOL] = "bool",
		[PARAMETER_CHOICE] = "choice",
		[PARAMETER_SECRET] = "secret",
		[PARAMETER_LIST] = "list",
		NULL };
	const struct yaml_tree *y = yaml_tree_get(map, "type");
	const struct yaml_tree *choices = yaml_tree_get(map, "choices");
	int i;

	if (choices != NULL) {
		q->type = PARAMETER_CHOICE;
		q->choices = read_texts(p, choices, &q->choices_count);
		if (q->choices_count == 0)
			wrong(p, choices, MESSAGE("front_no_choices"));
	}
	if (y == NULL)
		return;
	for (i = 0; names[i] != NULL; i++)
		if (y->kind == YTREE_TEXT && strcmp(names[i], y->text) == 0)
			break;
	if (names[i] == NULL)
		wrong(p, y, MESSAGE("front_type"));
	else if (choices != NULL && i != PARAMETER_CHOICE)
		wrong(p, y, MESSAGE("front_choices_type"));
	else if (choices == NULL && i == PARAMETER_CHOICE)
		wrong(p, y, MESSAGE("front_choice_needs"));
	else
		q->type = (enum parameter_type)i;
}

static void
check_pattern(struct parse *p, const struct yaml_tree *map, struct parameter *q)
{
	const struct yaml_tree *y = yaml_tree_get(map, "pattern");
	char why[160];
	struct regex *re;
	size_t at;

	if (y == NULL || (q->pattern = read_text(p, y)) == NULL)
		return;
	re = regex_new(q->pattern, &at, why, sizeof(why));
	regex_free(re);
	if (re != NULL)
		return;
	wrong(p, y,
	    message_arena(
		p->arena, "front_pattern reason=%s at=%zu", why, at + 1));
	q->pattern = NULL;
}

/* The description of a pattern, for people who do not read patterns. */
static void
read_message(struct parse *p, const struct yaml_tree *map, struct parameter *q)
{
	const struct yaml_tree *y = yaml_tree_get(map, "message");

	q->message = read_member(p, map, "message");
	if (y != NULL && yaml_tree_get(map, "pattern") == NULL)
		wrong(p, y, MESSAGE("front_message"));
}

/* The id is an item of its own, and the label can be shown. */
static void
add_label(struct parse *p, const struct yaml_tree *y, struct parameter *q,
    struct item_label *labels)
{
	struct json_object *items = list_items(y->key);
	const char *label = read_text(p, y), *why;

	why = MESSAGE("front_list_item");
	if (json_count(items) == 1 &&
	    text_eq(json_object_get_string(json_at(items, 0)), y->key))
		why = label != NULL ? list_label_refused(label) : NULL;
	if (why != NULL)
		wrong(p, y,
		    message_arena(p->arena,
			"front_list_label name=%s item=%s reason=%s", q->name,
			y->key, why));
	else if (label != NULL)
		labels[q->labels_count++] = (struct item_label){ y->key,
			label };
	json_object_put(items);
}

/*
 * The default of a list may be a YAML list, or a map; its items are texts, or
 * have labels: {id: label}.
 */
static const char *
read_default(struct parse *p, const struct yaml_tree *y, struct parameter *q)
{
	struct item_label *labels;
	struct buf all = { 0 };
	const char *text;

	if (q->type != PARAMETER_LIST || y->kind == YTREE_TEXT)
		return read_text(p, y);
	labels = arena_alloc(p->arena, (y->count + 1) * sizeof(*labels));
	q->labels = labels;
	for (const struct yaml_tree *e = y->first; e != NULL; e = e->next) {
		const struct yaml_tree *pair = y->kind == YTREE_MAP ? e
		    : e->kind == YTREE_MAP && e->count == 1         ? e->first
								    : NULL;

		if (pair == NULL && e->kind != YTREE_TEXT) {
			wrong(p, e, MESSAGE("front_list_item"));
			continue;
		}
		if (pair != NULL)
			add_label(p, pair, q, labels);
		buf_printf(&all, "%s%s", all.len > 0 ? "," : "",
		    pair != NULL ? pair->key : e->text);
	}
	text = all.len > 0 ? arena_strdup(p->arena, buf_text(&all)) : NULL;
	buf_clear(&all);
	return text;
}

static void
check_default(struct parse *p, const struct yaml_tree *map, struct parameter *q)
{
	const struct yaml_tree *y = yaml_tree_get(map, "default");
	struct buf scratch = { 0 };
	const char *why;

	if (y == NULL || (q->fallback = read_default(p, y, q)) == NULL)
		return;
	if (q->type == PARAMETER_SECRET) {
		wrong(p, y, MESSAGE("front_secret_default"));
		q->fallback = NULL;
		return;
	}
	why = parameter_check_value(q, q->fallback, &scratch);
	if (why != NULL)
		wrong(p, y,
		    message_arena(p->arena, "front_default name=%s reason=%s",
			q->name, why));
	buf_clear(&scratch);
}

static void
read_when(struct parse *p, const struct yaml_tree *map, struct parameter *q)
{
	const struct yaml_tree *y = yaml_tree_get(map, "when");
	const char *why;
	size_t at;

	if (y == NULL || (q->when = read_text(p, y)) == NULL)
		return;
	if ((why = expr_check(q->when, &at)) == NULL)
		return;
	wrong(p, y,
	    message_arena(p->arena, "front_when when=%s reason=%s at=%zu",
		q->when, why, at + 1));
	q->when = NULL;
}

static void
read_parameter(struct parse *p, const struct yaml_tree *y)
{
	static const char *const keys[] = { "label", "help", "default",
		"pattern", "message", "choices", "type", "required",
		"multiline", "dash", "when", NULL };
	const char *why = identifier_refused(y->key);
	struct parameter *q;

	if (why != NULL) {
		report_place(p, SEVERITY_ERROR, y->key_line, y->key_column,
		    message_arena(
			p->arena, "front_name name=%s reason=%s", y->key, why));
		return;
	}
	q = mem_grow(&p->parameters, &p->parameters_cap, p->parameters_count,
	    sizeof(*q));
	p->parameters_count++;
	q->name = q->label = y->key;
	q->required = true;
	q->line = y->key_line;
	if (y->kind == YTREE_TEXT && y->text[0] == '\0')
		return;
	if (y->kind != YTREE_MAP) {
		wrong(p, y,
		    message_arena(
			p->arena, "front_parameter_map name=%s", y->key));
		return;
	}
	yaml_tree_check_keys(p->arena, y, keys, "a parameter", report_yaml, p);
	if ((q->label = read_member(p, y, "label")) == NULL)
		q->label = y->key;
	q->help = read_member(p, y, "help");
	read_when(p, y, q);
	read_flag(p, y, "required", &q->required);
	read_flag(p, y, "multiline", &q->multiline);
	read_flag(p, y, "dash", &q->dash);
	read_type(p, y, q);
	check_pattern(p, y, q);
	read_message(p, y, q);
	check_default(p, y, q);
}

static void
read_parameters(struct parse *p, const struct yaml_tree *y)
{
	if (y->kind != YTREE_MAP) {
		if (y->kind != YTREE_TEXT || y->text[0] != '\0')
			wrong(p, y, MESSAGE("front_parameters"));
		return;
	}
	for (y = y->first; y != NULL; y = y->next)
		read_parameter(p, y);
}

static void
read_approvals(struct parse *p, const struct yaml_tree *y)
{
	struct approval_rule *rules, rule;
	size_t n = 0;

	if (y->kind != YTREE_LIST) {
		wrong(p, y, MESSAGE("front_approvals"));
		return;
	}
	rules = arena_alloc(p->arena, (y->count + 1) * sizeof(*rules));
	for (y = y->first; y != NULL; y = y->next)
		if (rule_read(p->arena, y, report_yaml, p, &rule))
			rules[n++] = rule;
	p->runbook->plan.approvals = rules;
	p->runbook->plan.approvals_count = n;
}

static void
read_title(struct parse *p, const struct yaml_tree *y)
{
	p->runbook->plan.title = read_text(p, y);
}

static void
read_summary(struct parse *p, const struct yaml_tree *y)
{
	p->runbook->summary = read_text(p, y);
}

static void
read_tags(struct parse *p, const struct yaml_tree *y)
{
	p->runbook->tags = read_texts(p, y, &p->runbook->tags_count);
}

static void
read_owner(struct parse *p, const struct yaml_tree *y)
{
	p->runbook->owner = read_text(p, y);
}

/* test, or {in: test, within: 14d}. */
static void
read_rehearsal(struct parse *p, const struct yaml_tree *y)
{
	static const char *const keys[] = { "in", "within", NULL };
	const struct yaml_tree *within = NULL;
	const char *in;

	if (y->kind == YTREE_MAP) {
		yaml_tree_check_keys(
		    p->arena, y, keys, "a rehearsal", report_yaml, p);
		within = yaml_tree_get(y, "within");
		in = yaml_tree_text(y, "in");
	} else {
		in = read_text(p, y);
	}
	if (in != NULL ? !text_is_id(in) : y->kind == YTREE_MAP)
		wrong(p, y, MESSAGE("front_rehearsal"));
	else
		p->runbook->plan.rehearsal = in;
	if (within != NULL &&
	    (within->kind != YTREE_TEXT ||
		!clock_parse_duration(
		    within->text, &p->runbook->plan.rehearsal_ms) ||
		p->runbook->plan.rehearsal_ms <= 0))
		wrong(p, within, MESSAGE("front_rehearsal_age"));
}

static void
read_keys(struct parse *p, const struct yaml_tree *y)
{
	static const struct {
		const char *key;
		void (*read)(struct parse *p, const struct yaml_tree *y);
	} table[] = {
		{ "title", read_title },
		{ "summary", read_summary },
		{ "tags", read_tags },
		{ "owner", read_owner },
		{ "parameters", read_parameters },
		{ "approvals", read_approvals },
		{ "rehearsal", read_rehearsal },
	};
	static const char *const keys[] = { "title", "summary", "tags", "owner",
		"parameters", "approvals", "rehearsal", NULL };
	const struct yaml_tree *value;

	if (y->kind != YTREE_MAP) {
		wrong(p, y, MESSAGE("front_lines"));
		return;
	}
	yaml_tree_check_keys(
	    p->arena, y, keys, MESSAGE("where_front_matter"), report_yaml, p);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if ((value = yaml_tree_get(y, table[i].key)) != NULL)
			table[i].read(p, value);
}

/* The line is only the mark and blanks behind it. */
static bool
is_mark(const struct parse *p, int line, const char *mark)
{
	size_t from = source_line_start(p, line);
	size_t to = source_line_end(p, line);

	if (line == 0)
		from = p->body;
	while (to > from && (p->src[to - 1] == ' ' || p->src[to - 1] == '\t'))
		to--;
	return to - from == 3 && memcmp(p->src + from, mark, 3) == 0;
}

void
frontmatter_read(struct parse *p)
{
	struct yaml_tree *y;
	size_t from, to, errors = p->errors;
	int line;

	if (!is_mark(p, 0, "---"))
		return;
	for (line = 1; (size_t)line < p->lines_count; line++)
		if (is_mark(p, line, "---") || is_mark(p, line, "..."))
			break;
	if ((size_t)line >= p->lines_count) {
		report(p, SEVERITY_ERROR, p->body, "front_open");
		return;
	}
	from = source_line_start(p, 1);
	to = source_line_start(p, line);
	p->body = source_line_start(p, line + 1);
	if (to - from > FRONT_MAX) {
		report(p, SEVERITY_ERROR, from, "front_long");
		return;
	}
	y = yaml_tree_read(
	    p->arena, p->src + from, to - from, 2, report_yaml, p);
	if (y != NULL)
		read_keys(p, y);
	p->runbook->front_matter = p->errors == errors;
}
