/*
 * card.c: descriptions of a step, for the library (without a run) and for run
 * pages.
 */
#include <stdio.h>
#include <string.h>

#include "html/render.h"
#include "lang/values.h"
#include "web/card/card.h"
#include "web/card/card_asked.h"
#include "web/card/card_facts.h"
#include "web/card/titled.h"
#include "web/views/model.h"
#include "compiler/render.h"

static const char *
exit_codes(struct req *req, const struct step *step)
{
	const char *all = "0";

	for (size_t i = 0; i < step->exit_count; i++)
		all = i == 0
		    ? arena_printf(req->arena, "%d", step->exit[0])
		    : arena_printf(req->arena, "%s, %d", all, step->exit[i]);
	return all;
}

static const char *
joined(struct req *req, const char *a, const char *between, const char *b)
{
	return *a == '\0' ? b
			  : arena_printf(req->arena, "%s%s%s", a, between, b);
}

static const char *
names(struct req *req, const char *const *all, size_t count)
{
	const char *text = "";

	for (size_t i = 0; i < count; i++)
		text = joined(req, text, ", ", all[i]);
	return text;
}

/* Success of its kind in words: the text success_WORD. */
static const char *
kind_success(struct req *req, const struct step *step)
{
	char key[64];

	if (step->restores)
		return request_text(req, "success_restore");
	if (kind_is(step->kind, KIND_SCRIPT))
		return request_fill(
		    req, "success_exit", "codes", exit_codes(req, step), NULL);
	snprintf(key, sizeof(key), "success_%s",
	    kind_is(step->kind, KIND_SQL) ? "sql" : kind_name(step->kind));
	return request_fill(req, key, "count",
	    arena_printf(req->arena, "%d", step->count), "role",
	    step->role != NULL ? step->role : "", "codes",
	    step->status != NULL ? step->status : "2xx", NULL);
}

const char *
card_compared(struct req *req, const struct step *step)
{
	const char *text;

	if (step->same_as == NULL)
		return NULL;
	text = request_fill(req,
	    step->same_parts_count > 0 ? "success_same_parts" : "success_same",
	    "step", step->same_as, "parts",
	    names(req, step->same_parts, step->same_parts_count), NULL);
	return step->unordered
	    ? joined(req, text, request_text(req, "success_unordered"), "")
	    : text;
}

const char *
card_success(struct req *req, const struct step *step)
{
	const char *and = request_text(req, "success_and");
	const char *text = kind_success(req, step);

	if (step->same_as != NULL)
		text = joined(req, text, and, card_compared(req, step));
	if (step->expect != NULL)
		text = joined(req, text, and,
		    request_fill(
			req, "success_expect", "pattern", step->expect, NULL));
	if (step->reject != NULL)
		text = joined(req, text, and,
		    request_fill(
			req, "success_reject", "pattern", step->reject, NULL));
	return text;
}

/* The pace over a group's targets, or "". */
static const char *
pace(struct req *req, const struct step *step)
{
	bool stops = step->max_fail < 0;
	const char *between = request_text(req, "limit_and"), *text = "";

	if (step->serial || step->batch == 1)
		text = request_text(
		    req, stops ? "limit_serial" : "limit_serial_plain");
	else if (step->batch > 0 || step->batch_percent > 0)
		text = request_fill(req,
		    stops ? "limit_batch" : "limit_batch_plain", "count",
		    step->batch > 0
			? arena_printf(req->arena, "%d", step->batch)
			: arena_printf(
			      req->arena, "%d %%", step->batch_percent),
		    NULL);
	if (!stops)
		text = joined(req, text, between,
		    request_fill(req, "limit_max_fail", "count",
			arena_printf(req->arena, "%d", step->max_fail), NULL));
	return text;
}

/* The list that the requests of the step are sent for. */
static const char *
list_of(struct req *req, const struct step *step)
{
	if (step->foreach_pointer == NULL)
		return request_fill(
		    req, "limit_foreach_all", "step", step->foreach, NULL);
	return request_fill(req, "limit_foreach", "pointer",
	    step->foreach_pointer, "step", step->foreach, NULL);
}

static const char *
limits(struct req *req, const struct plan *plan, const struct step *step)
{
	const char *between = request_text(req, "limit_and"), *text = "";

	if (!step->rollback && step->probe_of == NULL &&
	    section_parallel(plan->sections, step->section) >= 0)
		text = request_text(req, "limit_parallel");
	if (step->timeout_ms > 0)
		text = joined(req, text, between,
		    request_fill(req, "limit_timeout", "time",
			model_duration(req, step->timeout_ms), NULL));
	if (step->quiet_ms > 0)
		text = joined(req, text, between,
		    request_fill(req, "limit_quiet", "time",
			model_duration(req, step->quiet_ms), NULL));
	if (step->every_ms > 0)
		text = joined(req, text, between,
		    request_fill(req, "limit_every", "every",
			model_duration(req, step->every_ms), "within",
			model_duration(req, step->within_ms), NULL));
	if (*pace(req, step) != '\0')
		text = joined(req, text, between, pace(req, step));
	if (step->pty)
		text = joined(
		    req, text, between, request_text(req, "limit_pty"));
	if (step->with_count > 0)
		text = joined(req, text, between,
		    request_fill(req, "limit_with", "names",
			names(req, step->with_targets, step->with_count),
			NULL));
	if (step->sends_count > 0 && kind_is(step->kind, KIND_SCRIPT))
		text = joined(req, text, between,
		    request_fill(req, "limit_uses", "names",
			names(req, step->sends_artifacts, step->sends_count),
			NULL));
	if (step->needs_count > 0)
		text = joined(req, text, between,
		    request_fill(req, "limit_needs", "names",
			names(req, step->needs, step->needs_count), NULL));
	if (step->foreach != NULL)
		text = joined(req, text, between, list_of(req, step));
	if (step->redirects > 0)
		text = joined(req, text, between,
		    request_fill(req, "limit_redirects", "count",
			arena_printf(req->arena, "%d", step->redirects), NULL));
	return *text != '\0' ? text : NULL;
}

/* The number of the runbook's steps in the section. */
static int
count_in(const struct plan *plan, int section)
{
	int count = 0;

	for (size_t i = 0; i < plan->steps_count; i++)
		count += plan->steps[i].section == section &&
		    !plan->steps[i].restores;
	return count;
}

const char *
card_title(struct req *req, const struct plan *plan, int i)
{
	const struct step *s = &plan->steps[i];
	const char *of = s->probe_of != NULL ? s->probe_of : s->undo;
	int other = of == NULL || s->is_titled ? -1 : plan_find_step(plan, of);

	if (other >= 0 && s->restores)
		return request_fill(req,
		    strstr(s->file, "{{") != NULL ? "restore_title_file"
						  : "restore_title",
		    "title", plan->steps[other].title, "file", s->file, NULL);
	if (other < 0 || count_in(plan, s->section) == 1)
		return s->title;
	return s->probe_of != NULL
	    ? titled(req, "probe_title", plan->steps[other].title)
	    : request_fill(
		  req, "undo_title", "title", plan->steps[other].title, NULL);
}

/* A step without a run. */
static struct json_object *
make_base(struct req *req, struct cached_runbook *entry, int i)
{
	struct json_object *o = json_object_new_object();
	const struct step *step = &entry->plan->steps[i];
	int undo = entry->undone_by[i];

	model_text(o, "id", step->id);
	model_path(o, "path", step->id);
	model_text(o, "title", card_title(req, entry->plan, i));
	model_text(o, "kind", kind_name(step->kind));
	model_text(
	    o, "kind_text", model_word(req, "kind", kind_name(step->kind)));
	model_text(o, "on", step->on);
	model_bool(o, "is_script", !kind_is(step->kind, KIND_PERSON));
	model_int(o, "line", step->line);
	model_bool(o, "has_text", *step->text != '\0');
	model_text(o, "text", step->text);
	model_text(o, "answers", step->answers);
	model_text(o, "file", step->file);
	model_text(o, "cwd", step->cwd);
	model_text(o, "user", step->user);
	model_text(o, "success", card_success(req, step));
	model_text(o, "undo_title",
	    undo < 0 ? NULL : card_title(req, entry->plan, undo));
	model_text(o, "role", step->role);
	model_text(o, "sign", step->sign);
	model_text(o, "when", step->when);
	model_text(o, "limits_text", limits(req, entry->plan, step));
	card_add_asked(req, o, step);
	model_text(o, "keeps", step->artifact);
	model_bool(o, "irreversible", step->irreversible);
	model_bool(o, "essential", step->essential);
	model_bool(o, "optional", step->optional);
	model_bool(o, "secret", step->secret);
	model_bool(o, "evidence", step->evidence);
	card_add_facts(req, o, entry->plan, step);
	return o;
}

/* The model of a step without attempts or actions, as most are. */
static struct json_object *
idle_step(void)
{
	static const char *const no[] = { "is_current", "is_done",
		"is_excluded", "is_failed", "is_unknown",
		"is_awaiting_signature", "is_settled", "has_signatures",
		"has_earlier", "has_hosts", "has_actions", "is_blocked",
		"has_body", "can_execute", "can_retry", "can_confirm",
		"can_reopen", "can_approve", "can_withdraw", "can_skip",
		"can_cancel", "can_resolve", "can_sign", "can_dry_run",
		"skips_freely", "has_preview", "is_filled", "is_answered",
		"has_values", "is_of_one", "is_troubled", "has_lost" };
	static const char *const nothing[] = { "settled_text", "by", "at",
		"reason", "message", "duration_text", "last", "probe",
		"blocked_text", "body_html", "primary_label", "retries",
		"hosts", "signatures", "earlier", "attempts_url",
		"attempts_text", "gate", "asked", "asked_value", "look",
		"line_by", "line_at", "line_why", "line_quote", "failures",
		"failures_rest", "again_url", "ask_url", "final_targets",
		"look_label", "sign_people", "refused", "values", "before_html",
		"lost" };
	static struct json_object *idle;

	if (idle != NULL)
		return idle;
	idle = json_object_new_object();
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		model_bool(idle, no[i], false);
	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
		model_put(idle, nothing[i], NULL);
	model_int(idle, "next_attempt", 1);
	return idle;
}

struct json_object *
card_base(struct req *req, struct cached_runbook *entry, int step)
{
	struct json_object **cards = &entry->cards[catalogue_index(req->lang)];
	struct json_object *o;

	if (*cards == NULL)
		*cards = json_object_new_array();
	o = json_at(*cards, (size_t)step);
	if (o != NULL)
		return o;
	o = make_base(req, entry, step);
	html_inherit(o, idle_step());
	json_object_array_put_idx(*cards, (size_t)step, o);
	return o;
}

void
card_what(struct req *req, struct json_object *o, struct cached_runbook *entry,
    int step)
{
	json_object_object_foreach (card_base(req, entry, step), key, value)
		model_put(o, key, json_object_get(value));
}

/* The name of the item as a part of the page (pages/run_parts.h). */
static void
put_name(
    struct json_object *o, const struct plan *plan, const struct item *item)
{
	struct buf name = { 0 };

	if (item->kind == ITEM_STEP)
		buf_printf(&name, "step-%s", plan->steps[item->index].id);
	else if (item->kind == ITEM_HEADING)
		buf_printf(&name, "section-%s", plan->sections[item->index].id);
	else
		buf_printf(&name, "text-%td", item - plan->items);
	model_text(o, "name", buf_text(&name));
	buf_clear(&name);
}

static struct json_object *
heading(const struct plan *plan, const struct item *item,
    const struct card_maker *maker, struct buf *title)
{
	const struct section *s = &plan->sections[item->index];
	struct json_object *o = json_object_new_object();

	buf_reset(title);
	values_fill(s->title, maker->value, maker->ctx, title);

	put_name(o, plan, item);
	model_bool(o, "is_heading", true);
	model_bool(o, "is_prose", false);
	model_bool(o, "is_step", false);
	model_bool(o, "is_card", false);
	model_text(o, "id", s->id);
	model_text(o, "title", buf_text(title));
	model_int(o, "level", s->level);
	model_bool(o, "is_rollback", s->rollback);
	model_text(o, "when", s->when);
	model_text(o, "each", s->each);
	model_text(o, "each_note",
	    maker->note != NULL && s->each_step != NULL
		? maker->note(maker->ctx, item->index)
		: NULL);
	model_text(o, "hop_from", s->hop ? s->hop_from : NULL);
	model_text(o, "hop_to", s->hop_to);
	model_bool(o, "is_parallel", s->parallel);
	return o;
}

/* Finds out whether an item's text refers to values. */
struct asking {
	const struct card_maker *maker;
	bool asked;
};

static const char *
value_asked(void *ctx, const char *name)
{
	struct asking *a = ctx;

	a->asked = true;
	return a->maker->value != NULL ? a->maker->value(a->maker->ctx, name)
				       : NULL;
}

/* An item without values is the same for all runs of the document. */
static struct json_object *
rendered(struct cached_runbook *entry, const struct item *item,
    const struct card_maker *maker, struct buf *html)
{
	struct json_object **kept = &entry->prose[catalogue_index(maker->lang)]
						 [item - entry->plan->items];
	struct asking asking = { maker, false };
	const struct plan *plan;
	const struct item *own;
	struct json_object *o;

	if (*kept != NULL)
		return json_object_get(*kept);
	buf_reset(html);
	if ((own = runbook_cache_prose(entry, item, &plan)) != NULL)
		runbook_render(
		    plan, own, maker->lang, value_asked, &asking, html);
	o = html_raw(buf_text(html), html->len);
	if (!asking.asked)
		*kept = json_object_get(o);
	return o;
}

/*
 * A point of no return is confirmed with the text before it, where its author
 * says what goes.
 */
static void
add_before(struct json_object *step, struct cached_runbook *entry,
    const struct item *item, const struct card_maker *maker, struct buf *html)
{
	const struct plan *plan = entry->plan;
	const struct item *before = item > plan->items ? item - 1 : NULL;

	if (before != NULL && before->kind == ITEM_PROSE &&
	    before->section == item->section &&
	    plan->steps[item->index].irreversible)
		model_put(
		    step, "before_html", rendered(entry, before, maker, html));
}

static struct json_object *
content(struct cached_runbook *entry, const struct item *item,
    const struct card_maker *maker, struct buf *html)
{
	struct json_object *o = json_object_new_object(), *step;
	const struct plan *plan;
	bool is_step = item->kind == ITEM_STEP;
	struct json_object *ready = is_step && maker->ready != NULL
	    ? maker->ready(maker->ctx, item)
	    : NULL;

	put_name(o, entry->plan, item);
	model_bool(o, "is_heading", false);
	model_bool(o, "is_prose", !is_step);
	model_bool(o, "is_step", is_step && ready == NULL);
	model_bool(o, "is_card", ready != NULL);
	if (!is_step || ready != NULL) {
		model_put(o, "html",
		    ready != NULL ? ready : rendered(entry, item, maker, html));
		return o;
	}
	step = maker->make(maker->ctx, item->index);
	add_before(step, entry, item, maker, html);
	if (runbook_cache_prose(entry, item, &plan) != NULL) {
		model_bool(step, "has_body", true);
		model_put(
		    step, "body_html", rendered(entry, item, maker, html));
	}
	model_put(o, "step", step);
	return o;
}

struct json_object *
card_items(struct cached_runbook *entry, const struct card_maker *maker)
{
	const struct plan *plan = entry->plan;
	struct json_object *list = json_object_new_array();
	struct buf html = { 0 };

	for (size_t i = 0; i < plan->items_count; i++) {
		const struct item *item = &plan->items[i];

		if (!maker->keep(maker->ctx, item))
			continue;
		json_object_array_add(list,
		    item->kind == ITEM_HEADING
			? heading(plan, item, maker, &html)
			: content(entry, item, maker, &html));
	}
	buf_clear(&html);
	return list;
}
