/*
 * parallel.c: sections whose steps may be taken in any order, also at the same
 * time.
 *
 * Nobody knows which of their steps ends first, so none may need what another
 * of them makes: a captured value, an artifact, an output, the fact that it
 * ran.  An order among some of the steps was rejected: a reader sees it better
 * as a section before or behind the parallel one.
 */
#include <string.h>

#include "compiler/check/parallel.h"
#include "base/buf.h"
#include "base/text.h"
#include "compiler/check/content.h"
#include "compiler/check/identifiers.h"
#include "compiler/parse/attribute.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/source.h"
#include "lang/step_reads.h"

#define CAPTURES_MAX 200 /* of a section: each script is searched for each */

bool
is_beside(const struct parse *p, int section, int step)
{
	const struct step *s = &p->steps[step];

	return !s->rollback &&
	    section_is_beside(p->sections, section, s->section);
}

static bool
captures(const struct step *s, const char *name)
{
	for (size_t i = 0; i < s->captures_count; i++)
		if (text_eq(s->captures[i].name, name))
			return true;
	return false;
}

/* The step beside the section that captures the value, but for `own`; -1. */
static int
capturer(const struct parse *p, const char *name, int own, int section)
{
	for (size_t i = 0; i < p->steps_count; i++)
		if ((int)i != own && captures(&p->steps[i], name) &&
		    is_beside(p, section, (int)i) &&
		    repeats_around(p, section, p->steps[i].section))
			return (int)i;
	return -1;
}

bool
check_parallel_value(
    struct parse *p, size_t at, const char *name, int own, int section)
{
	int other = capturer(p, name, own, section);

	if (other < 0)
		return false;
	report(p, SEVERITY_ERROR, at, "parallel_value name=%s step=%s", name,
	    p->steps[other].id);
	return true;
}

const char *
parallel_saver(const struct parse *p, int step, const char *name)
{
	for (size_t i = 0; i < p->steps_count; i++)
		if ((int)i != step && text_eq(p->steps[i].artifact, name) &&
		    is_beside(p, p->steps[step].section, (int)i))
			return p->steps[i].id;
	return NULL;
}

/*
 * The lines of a script that read the value; the step itself if none does so
 * alone, as in arithmetic over several lines.
 */
static void
check_lines(struct parse *p, int i, const char *name)
{
	const struct step *step = &p->steps[i];
	struct step part = { .kind = step->kind };
	const char *s = step->text;
	struct buf copy = { 0 };
	bool found = false;

	for (int line = 0; *s != '\0'; line++) {
		size_t len = strcspn(s, "\n");

		buf_reset(&copy);
		buf_put(&copy, s, len);
		part.text = buf_text(&copy);
		if (step_reads_value(&part, name))
			found |= check_parallel_value(p,
			    content_place(p, step, line, s, len,
				strspn(part.text, " \t")),
			    name, i, step->section);
		s += len + (s[len] == '\n');
	}
	buf_clear(&copy);
	if (!found)
		check_parallel_value(
		    p, p->step_origins[i].at, name, i, step->section);
}

/* The values that the step beside it captures, as far as it is the first. */
static void
check_script(struct parse *p, int i, int other)
{
	const struct step *s = &p->steps[i];
	struct step part = { .kind = s->kind, .text = s->text };
	const char *name;

	for (size_t k = 0; k < p->steps[other].captures_count; k++) {
		name = p->steps[other].captures[k].name;
		if (step_reads_value(&part, name) &&
		    capturer(p, name, i, s->section) == other)
			check_lines(p, i, name);
	}
}

/* Of all steps beside the section, with its own. */
static size_t
count_captures(const struct parse *p, int section)
{
	size_t count = 0;

	for (size_t i = 0; i < p->steps_count; i++)
		if (p->steps[i].captures_count > 0 &&
		    is_beside(p, section, (int)i))
			count += p->steps[i].captures_count;
	return count;
}

void
check_parallel_section(struct parse *p, int i)
{
	const struct section *s = &p->sections[i];
	const struct origin *o = &p->section_origins[i];
	int around = s->parent < 0 ? -1
				   : section_parallel(p->sections, s->parent);

	if (s->parallel && s->rollback)
		report(p, SEVERITY_ERROR, attribute_place(o, "parallel"),
		    "parallel_rollback");
	else if (s->parallel && around >= 0)
		report(p, SEVERITY_ERROR, attribute_place(o, "parallel"),
		    "parallel_inside title=%s", p->sections[around].title);
	else if (s->parallel && count_captures(p, i) > CAPTURES_MAX)
		report(p, SEVERITY_ERROR, attribute_place(o, "parallel"),
		    "parallel_many most=%d", CAPTURES_MAX);
	if (s->hop && !s->rollback && around >= 0)
		report(p, SEVERITY_ERROR, attribute_place(o, "hop"),
		    "parallel_hop title=%s", p->sections[around].title);
}

/* The step runs only under a `when`, its own or one below the section. */
static bool
has_when(const struct parse *p, const struct step *s)
{
	int end = section_parallel(p->sections, s->section);
	bool has = s->when != NULL;

	for (int i = s->section; i != end; i = p->sections[i].parent)
		has |= p->sections[i].when != NULL;
	return has;
}

/* Both capture it for the same items, and may both run. */
static void
check_captures(struct parse *p, int i, int k)
{
	const struct step *s = &p->steps[i], *other = &p->steps[k];

	if (!repeats_around(p, s->section, other->section) ||
	    !repeats_around(p, other->section, s->section) ||
	    (has_when(p, s) && has_when(p, other)))
		return;
	for (size_t n = 0; n < s->captures_count; n++)
		if (captures(other, s->captures[n].name))
			report(p, SEVERITY_ERROR,
			    attribute_place(&p->step_origins[i], "capture"),
			    "parallel_capture name=%s step=%s",
			    s->captures[n].name, other->id);
}

void
check_parallel_step(struct parse *p, int i)
{
	const struct step *s = &p->steps[i];
	int around = section_parallel(p->sections, s->section);
	bool reads = kind_is(s->kind, KIND_SCRIPT);

	if (around < 0 || s->rollback)
		return;
	reads = reads && count_captures(p, s->section) <= CAPTURES_MAX;
	if (s->kind == STEP_APPROVAL)
		report(p, SEVERITY_ERROR, p->step_origins[i].at,
		    "parallel_gate title=%s", p->sections[around].title);
	for (size_t k = 0; k < p->steps_count; k++) {
		if ((int)k == i || !is_beside(p, s->section, (int)k))
			continue;
		if (reads)
			check_script(p, i, (int)k);
		if ((int)k < i && s->captures_count > 0)
			check_captures(p, i, (int)k);
	}
}
