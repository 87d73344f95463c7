/*
 * step_attributes.c: applies attributes to the records of steps and sections.
 *
 * Each attribute is a row: its name, the kinds of step that take it, the field,
 * and the function that reads its value.  An attribute that a kind does not
 * take is an error and not ignored: the author expects an effect of it.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "lang/expr.h"
#include "compiler/checks.h"
#include "compiler/parse.h"
#include "lang/regex.h"

#define K(kind) (1u << STEP_##kind)
#define SCRIPTS (K(SH) | K(BASH) | K(PYTHON))
#define SQL (K(MYSQL) | K(POSTGRESQL) | K(SQLITE))
#define OUTPUT (SCRIPTS | K(HTTP) | SQL)
#define ACTS (OUTPUT | K(COPY) | K(EDIT))
#define MANUAL K(MANUAL)
#define GATE K(APPROVAL)

struct spec {
	const char *name;
	unsigned kinds;
	void (*read)(struct parse *p, const struct attr *a, void *field);
	size_t field;
};

static void
wrong(struct parse *p, const struct attr *a, const char *what)
{
	report(p, SEVERITY_ERROR, a->value_at, "“%s=%s”: %s", a->name, a->value,
	    what);
}

static void
read_text(struct parse *p, const struct attr *a, void *field)
{
	if (a->value[strcspn(a->value, "\r\n")] != '\0')
		wrong(p, a, "this must stand on one line.");
	else if (a->value[0] != '\0')
		*(const char **)field = a->value;
}

static void
read_id(struct parse *p, const struct attr *a, void *field)
{
	if (text_is_id(a->value))
		*(const char **)field = a->value;
	else if (strstr(a->value, "{{") != NULL)
		wrong(p, a,
		    "a plain name stands here, without {{…}}. Under "
		    "each= it is that of the step's own item by itself.");
	else if (a->value[0] != '\0' || p->src[a->value_at - 1] != '=')
		wrong(p, a,
		    "this must be one name of letters, digits, “.”, "
		    "“_” and “-”.");
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
		    "“%s” is not an "
		    "expression: %s. Example: when=\"mysql == '8.0.11' and "
		    "environment != 'test'\".",
		    a->value, why);
}

static void
read_duration(struct parse *p, const struct attr *a, void *field)
{
	int64_t ms;

	if (clock_parse_duration(a->value, &ms) && ms > 0)
		*(int64_t *)field = ms;
	else
		wrong(p, a, "this is not a duration. Write 90s, 5m, 2h or 1d.");
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
	    "“%s” is not a regular expression: %s.", pattern, why);
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
	    offsetof(struct step, exit_codes));
	const char *from = a->value;
	int64_t code;
	char word[8];

	for (;;) {
		size_t n = strcspn(from, ",");

		snprintf(
		    word, sizeof(word), "%.*s", (int)(n < 7 ? n : 7), from);
		if (!text_int(word, 0, 255, &code)) {
			wrong(p, a,
			    "this must be exit codes from 0 to 255, "
			    "joined by commas: exit=0,3.");
			return;
		}
		if (s->exit_count == 16) {
			wrong(p, a, "at most 16 exit codes can be named.");
			return;
		}
		s->exit_codes[s->exit_count++] = (int)code;
		if (from[n] == '\0')
			return;
		from += n + 1;
	}
}

static void
read_rerun(struct parse *p, const struct attr *a, void *field)
{
	static const char *const names[] = {
		[RERUN_ASK] = "ask",
		[RERUN_SAFE] = "safe",
		[RERUN_PROBE] = "probe",
		[RERUN_NEVER] = "never",
	};

	for (int i = 0; i < RERUN__MAX; i++)
		if (strcmp(names[i], a->value) == 0) {
			*(enum rerun *)field = (enum rerun)i;
			return;
		}
	wrong(p, a, "this must be safe, probe, ask or never.");
}

static void
read_count(struct parse *p, const struct attr *a, void *field)
{
	int64_t n;

	if (text_int(a->value, 1, 20, &n))
		*(int *)field = (int)n;
	else
		wrong(p, a, "this must be a number from 1 to 20.");
}

static void
read_max_fail(struct parse *p, const struct attr *a, void *field)
{
	int64_t n;

	if (text_int(a->value, 0, 10000, &n))
		*(int *)field = (int)n;
	else
		wrong(p, a, "this must be a number of targets, 0 or more.");
}

static void
read_batch(struct parse *p, const struct attr *a, void *field)
{
	struct step *s = (struct step *)((char *)field -
	    offsetof(struct step, batch));
	size_t len = strlen(a->value);
	char number[8];
	int64_t n;

	if (len > 1 && len < sizeof(number) && a->value[len - 1] == '%') {
		memcpy(number, a->value, len - 1);
		number[len - 1] = '\0';
		if (text_int(number, 1, 100, &n)) {
			s->batch_percent = (int)n;
			return;
		}
	} else if (text_int(a->value, 1, 10000, &n)) {
		s->batch = (int)n;
		return;
	}
	wrong(p, a,
	    "this must be a number of targets, or a share such as "
	    "25%.");
}

static void
read_evidence(struct parse *p, const struct attr *a, void *field)
{
	if (strcmp(a->value, "required") == 0)
		*(bool *)field = true;
	else
		wrong(p, a, "only evidence=required is known.");
}

static void
read_mode(struct parse *p, const struct attr *a, void *field)
{
	size_t n = strspn(a->value, "01234567");

	if (a->value[n] == '\0' && (n == 3 || n == 4))
		*(const char **)field = a->value;
	else
		wrong(p, a, "this must be a file mode such as 0644.");
}

static void
read_status(struct parse *p, const struct attr *a, void *field)
{
	const char *s = a->value;

	for (;;) {
		if (!(s[0] >= '1' && s[0] <= '5' &&
			((strspn(s + 1, "0123456789") == 2) ||
			    text_starts(s + 1, "xx"))))
			break;
		if (s[3] == '\0') {
			*(const char **)field = a->value;
			return;
		}
		if (s[3] != ',')
			break;
		s += 4;
	}
	wrong(p, a,
	    "this must be HTTP status codes joined by commas, such as "
	    "200,201 or 2xx.");
}

static void
read_transaction(struct parse *p, const struct attr *a, void *field)
{
	if (strcmp(a->value, "yes") == 0 || strcmp(a->value, "no") == 0)
		*(const char **)field = a->value;
	else
		wrong(p, a,
		    "this must be yes (all statements or none) or "
		    "no.");
}

/* "name", "name=/json/pointer" or "name~regex"; may be repeated. */
static void
read_capture(struct parse *p, const struct attr *a, void *field)
{
	struct step *s = (struct step *)((char *)field -
	    offsetof(struct step, captures));
	size_t n = strcspn(a->value, "=~");
	struct capture *list;
	const char *name, *why;

	name = arena_strndup(p->arena, a->value, n);
	if ((why = identifier_refused(name)) != NULL) {
		report(p, SEVERITY_ERROR, a->value_at,
		    "“%s” cannot be the "
		    "name of a captured value: %s",
		    name, why);
		return;
	}
	list = arena_alloc(p->arena, (s->captures_count + 1) * sizeof(*list));
	if (s->captures_count > 0)
		memcpy(list, s->captures, s->captures_count * sizeof(*list));
	list += s->captures_count;
	list->name = name;
	if (a->value[n] == '~') {
		list->how = CAPTURE_REGEX;
		list->what = a->value + n + 1;
		if (!check_regex(p, a, list->what))
			return;
	} else if (a->value[n] == '=') {
		list->how = CAPTURE_POINTER;
		list->what = a->value + n + 1;
		if (list->what[0] != '/') {
			wrong(p, a,
			    "a JSON pointer begins with “/”; write "
			    "name~regex to search the output instead.");
			return;
		}
	}
	s->captures = list - s->captures_count;
	s->captures_count++;
}

#define F(field) offsetof(struct step, field)

/* clang-format off */
static const struct spec keys[] = {
	{ "title",	~0u,			read_text,	F(title) },
	{ "on",		ACTS | MANUAL,	read_id,	F(on) },
	{ "cwd",	SCRIPTS,		read_text,	F(cwd) },
	{ "user",	SCRIPTS,		read_id,	F(user) },
	{ "role",	ACTS | MANUAL | GATE,	read_id,	F(role) },
	{ "sign",	ACTS | MANUAL,		read_id,	F(sign) },
	{ "when",	ACTS | MANUAL | GATE,	read_expr,	F(when) },
	{ "timeout",	ACTS,			read_duration,	F(timeout_ms) },
	{ "quiet",	ACTS,			read_duration,	F(quiet_ms) },
	{ "every",	ACTS,			read_duration,	F(every_ms) },
	{ "within",	ACTS,			read_duration,	F(within_ms) },
	{ "expect",	OUTPUT,			read_regex,	F(expect) },
	{ "reject",	OUTPUT,			read_regex,	F(reject) },
	{ "exit",	SCRIPTS,		read_exit,	F(exit_codes) },
	{ "capture",	OUTPUT,			read_capture,	F(captures) },
	{ "save",	OUTPUT,			read_id,	F(save) },
	{ "same-as",	OUTPUT,			read_id,	F(same_as) },
	{ "undo",	ACTS | MANUAL,		read_id,	F(undo) },
	{ "after",	ACTS | MANUAL | GATE,	read_id,	F(after) },
	{ "of",		OUTPUT,			read_id,	F(probe_of) },
	{ "rerun",	ACTS,			read_rerun,	F(rerun) },
	{ "batch",	ACTS,			read_batch,	F(batch) },
	{ "max-fail",	ACTS,			read_max_fail,	F(max_fail) },
	{ "count",	GATE,			read_count,	F(count) },
	{ "evidence",	MANUAL,			read_evidence,	F(evidence) },
	{ "file",	K(EDIT),		read_text,	F(file) },
	{ "mode",	K(COPY),		read_mode,	F(mode) },
	{ "status",	K(HTTP),		read_status,	F(status) },
	{ "redirects",	K(HTTP),		read_count,	F(redirects) },
	{ "transaction", SQL,			read_transaction, F(transaction) },
};

static const struct spec flags[] = {
	{ "serial",	ACTS,			NULL,	F(serial) },
	{ "secret",	OUTPUT,			NULL,	F(secret) },
	{ "pty",	SCRIPTS,		NULL,	F(pty) },
	{ "interactive", SCRIPTS,		NULL,	F(interactive) },
};

static const struct spec classes[] = {
	{ "irreversible", ACTS | MANUAL,	NULL,	F(irreversible) },
	{ "essential",	ACTS | MANUAL,		NULL,	F(essential) },
	{ "probe",	OUTPUT,			NULL,	0 },
};
#undef F

#define F(field)	offsetof(struct section, field)
static const struct spec section_keys[] = {
	{ "when",	~0u,			read_expr,	F(when) },
	{ "each",	~0u,			read_text,	F(each) },
	{ "role",	~0u,			read_id,	F(role) },
	{ "from",	~0u,			read_text,	F(hop_from) },
	{ "to",		~0u,			read_text,	F(hop_to) },
};

static const struct spec section_classes[] = {
	{ "rollback",	~0u,			NULL,	F(rollback) },
	{ "hop",	~0u,			NULL,	F(hop) },
};
#undef F

static const struct vocabulary {
	const struct spec *keys, *flags, *classes;
	size_t		 keys_count, flags_count, classes_count;
} step_words = {
	keys, flags, classes, sizeof(keys) / sizeof(keys[0]),
	sizeof(flags) / sizeof(flags[0]), sizeof(classes) / sizeof(classes[0])
}, section_words = {
	section_keys, NULL, section_classes,
	sizeof(section_keys) / sizeof(section_keys[0]), 0,
	sizeof(section_classes) / sizeof(section_classes[0])
};
/* clang-format on */

static const struct spec *
find(const struct spec *specs, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(specs[i].name, name) == 0)
			return &specs[i];
	return NULL;
}

static const struct spec *
find_attr(const struct vocabulary *v, const struct attr *a)
{
	if (a->sort == '=')
		return find(v->keys, v->keys_count, a->name);
	if (a->sort == '.')
		return find(v->classes, v->classes_count, a->name);
	return find(v->flags, v->flags_count, a->name);
}

/* The word in the syntax of another sort: ".probe", "serial", "on=…". */
static const char *
written(const struct vocabulary *v, const char *name, char out[40])
{
	if (find(v->keys, v->keys_count, name) != NULL)
		snprintf(out, 40, "%s=…", name);
	else if (find(v->flags, v->flags_count, name) != NULL)
		snprintf(out, 40, "%s", name);
	else if (find(v->classes, v->classes_count, name) != NULL)
		snprintf(out, 40, ".%s", name);
	else
		return NULL;
	return out;
}

static void
report_unknown(struct parse *p, const struct vocabulary *v,
    const struct attr *a, const char *of)
{
	const char *words[64], *near;
	const char *advice = "Remove it, or correct its name.";
	char shown[40];
	size_t n = 0;

	for (size_t i = 0; i < v->keys_count; i++)
		words[n++] = v->keys[i].name;
	for (size_t i = 0; i < v->flags_count; i++)
		words[n++] = v->flags[i].name;
	for (size_t i = 0; i < v->classes_count; i++)
		words[n++] = v->classes[i].name;
	words[n] = NULL;
	near = written(v, a->name, shown);
	if (near == NULL && (near = suggest(a->name, words)) != NULL)
		near = written(v, near, shown);
	if (find_attr(v == &step_words ? &section_words : &step_words, a) !=
	    NULL)
		advice = v == &step_words ? "Write it on a heading."
					  : "Write it on a step.";
	else if (near != NULL)
		advice = arena_printf(p->arena, "Did you mean “%s”?", near);
	report(p, SEVERITY_ERROR, a->at,
	    "“%s%s%s” is not an attribute of %s. "
	    "%s",
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
apply(struct parse *p, const struct vocabulary *v, const struct attrs *attrs,
    unsigned kinds, const char *of, void *record)
{
	for (size_t i = 0; i < attrs->count; i++) {
		const struct attr *a = &attrs->list[i];
		const struct spec *spec;

		if (a->sort == 0)
			continue; /* already reported */
		if (is_repeated(attrs, a)) {
			report(p, SEVERITY_ERROR, a->at,
			    "“%s” stands here a "
			    "second time. Keep one of the two.",
			    a->sort == '#' ? "#" : a->name);
			continue;
		}
		if (a->sort == '#')
			continue;
		spec = find_attr(v, a);
		if (spec == NULL)
			report_unknown(p, v, a, of);
		else if ((spec->kinds & kinds) == 0)
			report(p, SEVERITY_ERROR, a->at,
			    "“%s” does not apply "
			    "to %s. Remove it.",
			    a->name, of);
		else if (spec->read != NULL)
			spec->read(p, a, (char *)record + spec->field);
		else if (spec->field != 0)
			*(bool *)((char *)record + spec->field) = true;
	}
}

void
step_attributes_apply(struct parse *p, struct step *s, struct origin *o)
{
	char of[48];

	snprintf(of, sizeof(of),
	    s->kind == STEP_MANUAL ? "a task item" : "a step of kind %s",
	    runbook_kind_name(s->kind));
	s->on = "local";
	s->max_fail = -1;
	apply(p, &step_words, &o->attrs, 1u << s->kind, of, s);
	if (s->kind == STEP_APPROVAL && s->count == 0)
		s->count = 1;
}

void
section_attributes_apply(struct parse *p, struct section *s, struct origin *o)
{
	apply(p, &section_words, &o->attrs, ~0u, "a heading", s);
}
