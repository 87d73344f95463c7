/*
 * step_attributes.c: applies attributes to the records of steps and sections.
 *
 * The attributes of a step are rows of plan/step.def, those of a heading rows
 * of plan/section.def, which name their reader: read_NAME() here.  An attribute
 * that a kind does not take is an error and not ignored: the author expects an
 * effect of it.
 */
#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "compiler/parse/step_attributes.h"
#include "compiler/parse/attribute_values.h"
#include "base/clock.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/expr.h"
#include "lang/json_part.h"
#include "compiler/check/identifiers.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/source.h"
#include "lang/regex.h"
#include "lang/suggest.h"

#define ALL (~0u)
#define K KIND_ONE
#define SCRIPTS KIND_SCRIPT
#define SQL KIND_SQL
#define OUTPUT KIND_OUTPUT
#define ACTS KIND_EXECUTED
#define MANUAL KIND_ONE(MANUAL)
#define GATE KIND_ONE(APPROVAL)

/* read_words() sets the count behind the list. */
#define IS_TEXTS(field) \
	(offsetof(struct step, field##_count) == \
	    offsetof(struct step, field) + sizeof(const char *const *))
static_assert(IS_TEXTS(with) && IS_TEXTS(needs), "a count stands elsewhere");

enum sort { KEY = '=', CLASS = '.', WORD = 'f' };

struct spec {
	const char *name;
	enum sort sort;
	unsigned kinds;
	void (*read)(struct parse *p, const struct attr *a, void *field);
	size_t field;
};

static void
wrong(struct parse *p, const struct attr *a, const char *what)
{
	report(p, SEVERITY_ERROR, a->value_at,
	    "attribute_wrong name=%s value=%s reason=%s", a->name, a->value,
	    what);
}

static void
read_text(struct parse *p, const struct attr *a, void *field)
{
	if (a->value[strcspn(a->value, "\r\n")] != '\0')
		wrong(p, a, MESSAGE("attribute_one_line"));
	else if (a->value[0] != '\0')
		*(const char **)field = a->value;
}

static void
read_name(struct parse *p, const struct attr *a, void *field,
    bool (*is_right)(const char *name))
{
	if (is_right(a->value))
		*(const char **)field = a->value;
	else if (strstr(a->value, "{{") != NULL)
		wrong(p, a, MESSAGE("attribute_plain_name"));
	else if (a->value[0] != '\0' || p->src[a->value_at - 1] != '=')
		wrong(p, a, MESSAGE("attribute_one_name"));
}

static void
read_id(struct parse *p, const struct attr *a, void *field)
{
	read_name(p, a, field, text_is_id);
}

static void
read_step(struct parse *p, const struct attr *a, void *field)
{
	read_name(p, a, field, text_is_step_id);
}

static void
read_words(struct parse *p, const struct attr *a, void *field,
    bool (*is_right)(const char *word), const char *why)
{
	const char *const *list;
	size_t count;

	why = attribute_words(p->arena, a->value, is_right, why, &list, &count);
	if (why != NULL) {
		wrong(p, a, why);
		return;
	}
	*(const char *const **)field = list;
	*(size_t *)((char *)field + sizeof(list)) = count;
}

static void
read_ids(struct parse *p, const struct attr *a, void *field)
{
	read_words(p, a, field, text_is_id, MESSAGE("attribute_names"));
}

static void
read_programs(struct parse *p, const struct attr *a, void *field)
{
	read_words(p, a, field, text_is_program, MESSAGE("attribute_programs"));
}

static void
read_expr(struct parse *p, const struct attr *a, void *field)
{
	const char *why;
	size_t at = 0;

	why = expr_check(a->value, &at);
	if (why == NULL)
		*(const char **)field = a->value;
	else
		report(p, SEVERITY_ERROR, a->value_at + at,
		    "check_no_expression text=%s reason=%s", a->value, why);
}

static void
read_duration(struct parse *p, const struct attr *a, void *field)
{
	int64_t ms;

	if (clock_parse_duration(a->value, &ms) && ms > 0)
		*(int64_t *)field = ms;
	else
		wrong(p, a, MESSAGE("attribute_duration"));
}

static bool
check_regex(struct parse *p, const struct attr *a, const char *pattern)
{
	char why[160];
	size_t at = 0;
	struct regex *re = regex_new(pattern, &at, why, sizeof(why));

	regex_free(re);
	if (re != NULL)
		return true;
	report(p, SEVERITY_ERROR,
	    a->value_at + (size_t)(pattern - a->value) + at,
	    "check_no_regex pattern=%s reason=%s", pattern, why);
	return false;
}

static void
read_regex(struct parse *p, const struct attr *a, void *field)
{
	if (check_regex(p, a, a->value))
		*(const char **)field = a->value;
}

static void
read_exit(struct parse *p, const struct attr *a, void *field)
{
	struct step *s = (struct step *)((char *)field -
	    offsetof(struct step, exit));
	const char *why = attribute_exit(a->value, s->exit, &s->exit_count);

	if (why != NULL)
		wrong(p, a, why);
}

static void
read_rerun(struct parse *p, const struct attr *a, void *field)
{
	for (int i = 0; i < RERUN__MAX; i++)
		if (strcmp(step_rerun_name((enum rerun)i), a->value) == 0) {
			*(enum rerun *)field = (enum rerun)i;
			return;
		}
	wrong(p, a, MESSAGE("attribute_rerun"));
}

static void
read_count(struct parse *p, const struct attr *a, void *field)
{
	int64_t n;

	if (text_int(a->value, 1, 20, &n))
		*(int *)field = (int)n;
	else
		wrong(p, a, MESSAGE("attribute_count"));
}

static void
read_max_fail(struct parse *p, const struct attr *a, void *field)
{
	int64_t n;

	if (text_int(a->value, 0, 10000, &n))
		*(int *)field = (int)n;
	else
		wrong(p, a, MESSAGE("attribute_max_fail"));
}

static void
read_batch(struct parse *p, const struct attr *a, void *field)
{
	struct step *s = (struct step *)((char *)field -
	    offsetof(struct step, batch));

	if (!attribute_is_batch(a->value, &s->batch, &s->batch_percent))
		wrong(p, a, MESSAGE("attribute_batch"));
}

static void
read_ask_type(struct parse *p, const struct attr *a, void *field)
{
	if (strcmp(a->value, "number") == 0 || strcmp(a->value, "text") == 0)
		*(const char **)field = a->value;
	else
		wrong(p, a, MESSAGE("attribute_ask_type"));
}

static void
read_number(struct parse *p, const struct attr *a, void *field)
{
	const char *why = attribute_number(a->value);

	if (why == NULL)
		*(const char **)field = a->value;
	else
		wrong(p, a, why);
}

static void
read_choices(struct parse *p, const struct attr *a, void *field)
{
	struct step *s = (struct step *)((char *)field -
	    offsetof(struct step, ask_choices));
	const char *why = attribute_choices(
	    p->arena, a->value, &s->ask_choices, &s->ask_choices_count);

	if (why != NULL)
		wrong(p, a, why);
}

static void
read_evidence(struct parse *p, const struct attr *a, void *field)
{
	if (strcmp(a->value, "required") == 0)
		*(bool *)field = true;
	else
		wrong(p, a, MESSAGE("attribute_evidence"));
}

static void
read_mode(struct parse *p, const struct attr *a, void *field)
{
	if (attribute_is_mode(a->value))
		*(const char **)field = a->value;
	else
		wrong(p, a, MESSAGE("attribute_mode"));
}

static void
read_status(struct parse *p, const struct attr *a, void *field)
{
	if (attribute_is_status(a->value))
		*(const char **)field = a->value;
	else
		wrong(p, a, MESSAGE("attribute_status"));
}

static void
read_foreach(struct parse *p, const struct attr *a, void *field)
{
	struct step *s = (struct step *)((char *)field -
	    offsetof(struct step, foreach));

	if (!attribute_is_list(
		p->arena, a->value, &s->foreach, &s->foreach_pointer))
		wrong(p, a, MESSAGE("attribute_foreach"));
}

static void
read_transaction(struct parse *p, const struct attr *a, void *field)
{
	if (strcmp(a->value, "yes") == 0 || strcmp(a->value, "no") == 0)
		*(const char **)field = a->value;
	else
		wrong(p, a, MESSAGE("attribute_transaction"));
}

/* It may be repeated. */
static void
read_capture(struct parse *p, const struct attr *a, void *field)
{
	struct step *s = (struct step *)((char *)field -
	    offsetof(struct step, captures));
	struct capture *list, capture;
	const char *why = attribute_capture(p->arena, a->value, &capture);

	if (why != NULL) {
		wrong(p, a, why);
		return;
	}
	if ((why = identifier_refused(capture.name)) != NULL) {
		report(p, SEVERITY_ERROR, a->value_at,
		    "check_capture_name name=%s reason=%s", capture.name, why);
		return;
	}
	if (capture.how == CAPTURE_REGEX && !check_regex(p, a, capture.what))
		return;
	list = arena_alloc(p->arena, (s->captures_count + 1) * sizeof(*list));
	if (s->captures_count > 0)
		memcpy(list, s->captures, s->captures_count * sizeof(*list));
	list[s->captures_count++] = capture;
	s->captures = list;
}

/* "STEP" or "STEP~/part /part" */
static void
read_same_as(struct parse *p, const struct attr *a, void *field)
{
	struct step *s = (struct step *)((char *)field -
	    offsetof(struct step, same_as));
	size_t n = strcspn(a->value, "~");
	struct attr id = *a;
	const char *why;

	id.value = arena_strndup(p->arena, a->value, n);
	read_step(p, &id, field);
	if (a->value[n] == '\0')
		return;
	why = attribute_words(p->arena, a->value + n + 1, json_part_is,
	    MESSAGE("attribute_parts"), &s->same_parts, &s->same_parts_count);
	if (why != NULL)
		wrong(p, a, why);
}

static void
read_flag(struct parse *p, const struct attr *a, void *field)
{
	(void)p;
	(void)a;
	*(bool *)field = true;
}

/* clang-format off */
static const struct spec step_specs[] = {
#define MEMBER(field, type, in)
#define ATTRIBUTE(name, sort, kinds, read, field, type, in) \
	{ name, sort, kinds, read_##read, offsetof(struct step, field) },
#include "plan/step.def"
#undef ATTRIBUTE
#undef MEMBER
	{ .name = NULL },
};

static const struct spec section_specs[] = {
#define MEMBER(field, type)
#define ATTRIBUTE(name, sort, read, field, type) \
	{ name, sort, ALL, read_##read, offsetof(struct section, field) },
#include "plan/section.def"
#undef ATTRIBUTE
#undef MEMBER
	{ .name = NULL },
};
/* clang-format on */

/* With sort 0: of any sort. */
static const struct spec *
find(const struct spec *specs, char sort, const char *name)
{
	for (; specs->name != NULL; specs++)
		if ((sort == 0 || specs->sort == (enum sort)sort) &&
		    strcmp(specs->name, name) == 0)
			return specs;
	return NULL;
}

/* The word in the syntax of its sort: ".probe", "serial", "on=…". */
static const char *
written(const struct spec *specs, const char *name, char out[40])
{
	const struct spec *spec = find(specs, 0, name);

	if (spec == NULL)
		return NULL;
	snprintf(out, 40, "%s%s%s", spec->sort == CLASS ? "." : "", name,
	    spec->sort == KEY ? "=…" : "");
	return out;
}

#define WORDS_MAX 64 /* with the row that ends a table */
static_assert(sizeof(step_specs) <= WORDS_MAX * sizeof(struct spec) &&
	sizeof(section_specs) <= WORDS_MAX * sizeof(struct spec),
    "report_unknown() has no room for all attributes");

static void
report_unknown(struct parse *p, const struct spec *specs, const struct attr *a,
    const char *of)
{
	bool step = specs == step_specs;
	const char *words[WORDS_MAX], *near;
	const char *advice = MESSAGE("attribute_remove");
	char shown[40];
	size_t n = 0;

	for (const struct spec *spec = specs; spec->name != NULL; spec++)
		words[n++] = spec->name;
	words[n] = NULL;
	near = written(specs, a->name, shown);
	if (near == NULL && (near = suggest(a->name, words)) != NULL)
		near = written(specs, near, shown);
	if (find(step ? section_specs : step_specs, a->sort, a->name) != NULL)
		advice = step ? MESSAGE("attribute_on_heading")
			      : MESSAGE("attribute_on_step");
	else if (near != NULL)
		advice = message_arena(p->arena, "did_you_mean near=%s", near);
	report(p, SEVERITY_ERROR, a->at,
	    "attribute_unknown dot=%s name=%s equals=%s of=%s advice=%s",
	    a->sort == '.' ? "." : "", a->name, a->sort == '=' ? "=" : "", of,
	    advice);
}

/* The same attribute comes before this one. */
static bool
is_repeated(const struct attrs *attrs, const struct attr *a)
{
	for (const struct attr *b = attrs->list; b != a; b++)
		if (b->sort == a->sort &&
		    (a->sort == '#' || strcmp(a->name, b->name) == 0))
			return strcmp(a->name, "capture") != 0;
	return false;
}

static void
apply(struct parse *p, const struct spec *specs, const struct attrs *attrs,
    unsigned kinds, const char *of, void *record)
{
	for (size_t i = 0; i < attrs->count; i++) {
		const struct attr *a = &attrs->list[i];
		const struct spec *spec;

		if (a->sort == 0)
			continue; /* already reported */
		if (is_repeated(attrs, a)) {
			report(p, SEVERITY_ERROR, a->at,
			    "attribute_twice name=%s",
			    a->sort == '#' ? "#" : a->name);
			continue;
		}
		if (a->sort == '#')
			continue;
		spec = find(specs, a->sort, a->name);
		if (spec == NULL)
			report_unknown(p, specs, a, of);
		else if ((spec->kinds & kinds) == 0)
			report(p, SEVERITY_ERROR, a->at,
			    "attribute_elsewhere name=%s of=%s", a->name, of);
		else
			spec->read(p, a, (char *)record + spec->field);
	}
}

void
step_attributes_apply(struct parse *p, struct step *s, struct origin *o)
{
	const char *of = s->kind == STEP_MANUAL
	    ? MESSAGE("of_task")
	    : message_arena(p->arena, "of_kind kind=%s", kind_name(s->kind));

	apply(p, step_specs, &o->attrs, kind_flags(s->kind), of, s);
	if (s->kind == STEP_APPROVAL && s->count == 0)
		s->count = 1;
}

void
section_attributes_apply(struct parse *p, struct section *s, struct origin *o)
{
	apply(p, section_specs, &o->attrs, ~0u, MESSAGE("of_heading"), s);
}
