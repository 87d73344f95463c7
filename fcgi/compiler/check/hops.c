/*
 * hops.c: version hops: sections of which a run takes those between its
 * parameters `from` and `to`.
 *
 * In a document they are in order, each beginning with the version at which the
 * previous one ended, so that one chain leads from any of their versions to
 * each later one.  Hops within a rollback are of the same versions and may be
 * in any order.
 */
#include <string.h>

#include "compiler/check/hops.h"
#include "base/message.h"
#include "compiler/runbook.h"
#include "lang/version.h"
#include "compiler/check/identifiers.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/source.h"
#include "compiler/parse/attribute.h"

static bool
is_version(const char *s)
{
	return s != NULL && *s != '\0' && strlen(s) <= 64 &&
	    s[strspn(s,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789._+-")] == '\0';
}

/* The parameters from and to exist: the versions of a run. */
static void
check_parameters(struct parse *p, int hop)
{
	static const char *const names[] = { "from", "to" };

	for (int i = 0; i < 2; i++) {
		const struct parameter *q = parameter_find(p, names[i]);

		if (q == NULL)
			report(p, SEVERITY_ERROR,
			    attribute_place(&p->section_origins[hop], "hop"),
			    "hop_parameter name=%s", names[i]);
		else if ((q->type != PARAMETER_TEXT &&
			     q->type != PARAMETER_CHOICE) ||
		    q->when != NULL || !q->required)
			report_place(p, SEVERITY_ERROR, q->line, 1,
			    message_arena(p->arena,
				"hop_parameter_type name=%s", names[i]));
	}
}

/* A chain: each hop begins with the end of the previous one. */
static void
check_order(struct parse *p, const struct section *before, int i)
{
	const struct section *s = &p->sections[i];
	int d;

	if (before == NULL)
		return;
	d = version_compare(before->hop_to, s->hop_from);
	if (d < 0)
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->section_origins[i], "from"),
		    "hop_gap from=%s to=%s", before->hop_to, s->hop_from);
	else if (d > 0)
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->section_origins[i], "from"),
		    "hop_order from=%s to=%s", s->hop_from, before->hop_to);
}

static bool
is_inside_hop(const struct parse *p, int i)
{
	while ((i = p->sections[i].parent) >= 0)
		if (p->sections[i].hop)
			return true;
	return false;
}

static bool
check_hop(struct parse *p, int i)
{
	struct section *s = &p->sections[i];

	if (!is_version(s->hop_from) || !is_version(s->hop_to)) {
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->section_origins[i],
			!is_version(s->hop_from) ? "from" : "to"),
		    "hop_version");
		return false;
	}
	s->hop_when = arena_printf(
	    p->arena, "from <= '%s' and '%s' <= to", s->hop_from, s->hop_to);
	if (is_inside_hop(p, i))
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->section_origins[i], "hop"),
		    "hop_inside");
	else if (version_compare(s->hop_from, s->hop_to) >= 0)
		report(p, SEVERITY_ERROR,
		    attribute_place(&p->section_origins[i], "to"),
		    "hop_backwards from=%s to=%s", s->hop_from, s->hop_to);
	else
		return true;
	return false;
}

void
check_hops(struct parse *p)
{
	const struct section *before = NULL;
	bool any = false;

	for (size_t i = 0; i < p->sections_count; i++) {
		const struct section *s = &p->sections[i];

		if (!s->hop || s->hop_from == NULL || s->hop_to == NULL)
			continue;
		if (!any)
			check_parameters(p, (int)i);
		any = true;
		if (!check_hop(p, (int)i) || s->rollback)
			continue;
		check_order(p, before, (int)i);
		before = s;
	}
}
