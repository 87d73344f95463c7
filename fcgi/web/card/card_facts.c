/*
 * card_facts.c: facts about a step that its text does not show.
 *
 * They are its relations to other steps, the values that it leaves behind, and
 * the rule for a retry: templates/_step_facts.html.
 */
#include "plan/plan.h"
#include "web/card/card.h"
#include "web/card/card_facts.h"
#include "web/views/model.h"

/* The title of the step that another one names, or NULL. */
static const char *
title_of(struct req *req, const struct plan *plan, const char *id)
{
	int i = id == NULL ? -1 : plan_find_step(plan, id);

	return i < 0 ? NULL : card_title(req, plan, i);
}

/* "backup: saved as (\S+)": what the step captures, and how; or NULL. */
static const char *
captures(struct req *req, const struct step *step)
{
	const char *text = "", *what;

	if (kind_is(step->kind, KIND_PERSON))
		return NULL; /* the field asks for it */
	for (size_t i = 0; i < step->captures_count; i++) {
		what = step->captures[i].what;
		text = arena_printf(req->arena, "%s%s%s", text,
		    *text == '\0' ? "" : "; ",
		    what == NULL ? step->captures[i].name
				 : arena_printf(req->arena, "%s: %s",
				       step->captures[i].name, what));
	}
	return *text != '\0' ? text : NULL;
}

void
card_add_facts(struct req *req, struct json_object *o, const struct plan *plan,
    const struct step *step)
{
	static const char *const reruns[RERUN__MAX] = {
		[RERUN_SAFE] = "rerun_safe",
		[RERUN_PROBE] = "rerun_probe",
		[RERUN_NEVER] = "rerun_never"
	};

	model_text(o, "probe_of_title", title_of(req, plan, step->probe_of));
	model_text(o, "undoes_title", title_of(req, plan, step->undo));
	model_text(o, "captures_text", captures(req, step));
	model_text(o, "rerun_text",
	    reruns[step->rerun] == NULL
		? NULL
		: request_text(req, reruns[step->rerun]));
}
