/*
 * artifacts.c: artifacts and their uses: save=, same-as=, uses=, foreach=, and
 * "< name" in a request.
 *
 * The name of an artifact is a name of the run, so no two steps use the same
 * one, unless each runs only under a `when`: they are alternatives.  The
 * outputs that same-as compares are artifacts as well, under the step's id if
 * it has no save=: the recorded output is masked and cut, and two such texts
 * could be equal where the outputs were not.
 *
 * Artifacts of secret output are sealed.  An output that equals one is as
 * secret, so the step that compares it has to be secret too.
 */
#include <string.h>

#include "compiler/check/artifacts.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/each/each_ids.h"
#include "lang/suggest.h"
#include "compiler/check/identifiers.h"
#include "compiler/check/parallel.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/source.h"
#include "compiler/parse/attribute.h"

static struct step *
find_step(const struct parse *p, const char *id)
{
	for (size_t i = 0; i < p->steps_count; i++)
		if (strcmp(p->steps[i].id, id) == 0)
			return &p->steps[i];
	return NULL;
}

/* The step's output is an artifact, under its id if it has no save=. */
static void
keep_output(struct parse *p, struct step *s)
{
	if (s->artifact == NULL)
		s->artifact = s->save != NULL ? s->save
					      : ids_artifact(p->arena, s->id);
}

/* The output that has the step's list is sent to it like a body "< name". */
static void
read_list(struct parse *p, struct step *s)
{
	struct step *other = find_step(p, s->foreach);
	const char **sends;

	if (other == NULL || !kind_is(other->kind, KIND_OUTPUT))
		return;
	keep_output(p, other);
	sends = arena_alloc(p->arena, sizeof(*sends));
	sends[0] = s->foreach_artifact = other->artifact;
	s->sends = s->sends_artifacts = sends;
	s->sends_count = s->sends_artifacts_count = 1;
}

void
artifacts_read(struct parse *p)
{
	struct step *other;

	for (size_t i = 0; i < p->steps_count; i++) {
		struct step *s = &p->steps[i];

		if (s->save != NULL)
			s->artifact = s->save;
		if (s->foreach != NULL)
			read_list(p, s);
		if (s->same_as == NULL)
			continue;
		keep_output(p, s);
		if ((other = find_step(p, s->same_as)) != NULL)
			keep_output(p, other);
	}
}

static bool
has_when(const struct parse *p, const struct step *s)
{
	bool has = s->when != NULL;

	for (int i = s->section; i >= 0; i = p->sections[i].parent)
		has |= p->sections[i].when != NULL;
	return has;
}

static void
check_name(struct parse *p, int i)
{
	const struct step *s = &p->steps[i];

	for (int k = 0; k < i; k++)
		if (text_eq(p->steps[k].artifact, s->artifact) &&
		    !(has_when(p, s) && has_when(p, &p->steps[k]))) {
			report(p, SEVERITY_ERROR,
			    attribute_place(&p->step_origins[i], "save"),
			    "check_save_twice step=%s name=%s", p->steps[k].id,
			    s->artifact);
			return;
		}
}

/*
 * A step before this one has an artifact of that name; *ret_later: one after it
 * has.
 */
static bool
is_saved_before(const struct parse *p, int i, const char *name, bool *ret_later)
{
	*ret_later = false;
	for (size_t k = 0; k < p->steps_count; k++) {
		if (!text_eq(p->steps[k].artifact, name) ||
		    !repeats_around(
			p, p->steps[i].section, p->steps[k].section))
			continue;
		if ((int)k < i)
			return true;
		*ret_later = true;
	}
	return false;
}

const char *
artifact_refused(const struct parse *p, int step, const char *name)
{
	const char *words[257], *near, *beside = parallel_saver(p, step, name);
	size_t n = 0;
	bool later;

	if (beside != NULL)
		return message_arena(
		    p->arena, "parallel_saved name=%s step=%s", name, beside);
	if (is_saved_before(p, step, name, &later))
		return NULL;
	if (text_eq(p->steps[step].artifact, name))
		return message_arena(
		    p->arena, "check_saved_itself name=%s", name);
	if (later)
		return message_arena(
		    p->arena, "check_saved_later name=%s save=%s", name, name);
	for (int k = 0; k < step; k++)
		if (text_eq(p->steps[k].artifact, name))
			return message_arena(
			    p->arena, "check_saved_in_loop name=%s", name);
	for (int k = 0; k < step && n < 256; k++)
		if (p->steps[k].artifact != NULL)
			words[n++] = p->steps[k].artifact;
	words[n] = NULL;
	near = suggest(name, words);
	if (near != NULL)
		return message_arena(
		    p->arena, "check_saved_near name=%s near=%s", name, near);
	return message_arena(
	    p->arena, "check_saved_none name=%s save=%s", name, name);
}

/* The artifacts that a script reads (uses=). */
static void
check_used(struct parse *p, int i)
{
	struct step *s = &p->steps[i];
	const char *why;

	if (!kind_is(s->kind, KIND_SCRIPT))
		return;
	s->sends_artifacts = s->sends;
	s->sends_artifacts_count = s->sends_count;
	if (s->sends_count > STEP_USES_MAX)
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->step_origins[i], "uses"),
		    "check_uses_many most=%d", STEP_USES_MAX);
	for (size_t k = 0; k < s->sends_count; k++) {
		why = artifact_refused(p, i, s->sends[k]);
		if (why != NULL)
			report(p, SEVERITY_ERROR,
			    attribute_place(&p->step_origins[i], "uses"), "%s",
			    why);
	}
}

void
check_artifacts(struct parse *p, int i)
{
	const struct step *s = &p->steps[i];
	const struct step *other = s->same_as == NULL
	    ? NULL
	    : find_step(p, s->same_as);

	if (s->artifact != NULL)
		check_name(p, i);
	if (s->unordered &&
	    attribute_get(&p->step_origins[i].attrs, '=', "same-as") == NULL)
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->step_origins[i], "unordered"),
		    "check_unordered");
	if (other != NULL && !kind_is(other->kind, KIND_OUTPUT))
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->step_origins[i], "same-as"),
		    "check_same_as_none step=%s", other->id);
	else if (other != NULL && other->secret && !s->secret)
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->step_origins[i], "same-as"),
		    "check_same_as_secret step=%s", other->id);
	check_used(p, i);
}

void
check_foreach(struct parse *p, int i)
{
	const struct step *s = &p->steps[i];
	const struct step *other = find_step(p, s->foreach);
	size_t at = attribute_place(&p->step_origins[i], "foreach");

	if (!kind_is(other->kind, KIND_OUTPUT) ||
	    kind_is(other->kind, KIND_SQL))
		report(p, SEVERITY_ERROR, at, "check_foreach_none step=%s",
		    other->id);
	if (s->every_ms > 0)
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->step_origins[i], "every"),
		    "check_foreach_every");
	if (identifier_is_known(p, "item", i, s->section))
		report(p, SEVERITY_ERROR, at, "check_foreach_item");
}
