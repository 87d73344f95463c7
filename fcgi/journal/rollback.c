/*
 * rollback.c: the steps of a run's rollback, and their order.
 *
 * Steps are in document order, with four exceptions.  Steps of version hops are
 * sorted, among their places, latest hop first.  Steps that undo a step are
 * sorted, among theirs, in reverse of the order in which those ran.  A derived
 * step that restores a file has no place in the document: it goes between the
 * steps that undo later steps than the edit and those that undo earlier ones.
 * Last, a step with after= moves directly behind its anchor.  A step is not
 * needed if it undoes a step that did not run, restores a file that no edit
 * changed, or belongs to a hop that did not run.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "lang/version.h"
#include "journal/target_status.h"
#include "journal/rollback.h"

/* A step of the rollback. */
struct back {
	const struct step *step;
	const struct section *hop; /* its hop, or NULL */
	int rank;                  /* rank of the undone step, last ran first */
};

struct order {
	const struct rollback_run *run;
	int *ran; /* steps that ran, last first */
	size_t ran_count;
	int *rank; /* of each step, how many of them ran later; -1: none ran */
	struct back *all;
	size_t count;
};

/* Reads which steps ran, and when. */
static void
load_ran(struct order *o)
{
	size_t n = o->run->plan->steps_count;
	struct rows *rows = db_query(
	    o->run->db, STMT_STEPS_RAN, INT(o->run->id));
	int i;

	o->ran = mem_calloc(n + 1, sizeof(*o->ran));
	o->rank = mem_calloc(n + 1, sizeof(*o->rank));
	for (size_t k = 0; k < n; k++)
		o->rank[k] = -1;
	while (db_next(rows)) {
		i = plan_find_step(o->run->plan, db_text(rows, "step"));
		if (i < 0)
			continue;
		o->rank[i] = (int)o->ran_count;
		o->ran[o->ran_count++] = i;
	}
	db_done(rows);
}

static const struct section *
hop_of(const struct plan *plan, const struct step *s)
{
	for (int i = s->section; i >= 0; i = plan->sections[i].parent)
		if (plan->sections[i].hop)
			return &plan->sections[i];
	return NULL;
}

/* A step forward between the same two versions ran. */
static bool
hop_ran(const struct order *o, const struct section *hop)
{
	const struct plan *plan = o->run->plan;

	for (size_t i = 0; i < plan->steps_count; i++) {
		const struct step *s = &plan->steps[i];
		const struct section *h = s->rollback || s->probe_of != NULL
		    ? NULL
		    : hop_of(plan, s);

		if (h != NULL && o->rank[i] >= 0 &&
		    version_compare(h->hop_from, hop->hop_from) == 0 &&
		    version_compare(h->hop_to, hop->hop_to) == 0)
			return true;
	}
	return false;
}

/* The edit that the step would undo changed a file, or may have. */
static bool
has_changed(const struct rollback_run *run, const struct step *restore)
{
	struct json_object *names = target_status_for(
	    run->db, run->id, run->targets, restore);
	bool any = json_count(names) > 0;

	json_object_put(names);
	return any;
}

static bool
is_needed(const struct order *o, const struct back *b)
{
	if (b->step->restores && !has_changed(o->run, b->step))
		return false;
	if (b->step->undo != NULL)
		return b->rank >= 0;
	return b->hop == NULL || hop_ran(o, b->hop);
}

static bool
later_hop(const struct back *a, const struct back *b)
{
	return version_compare(a->hop->hop_from, b->hop->hop_from) > 0;
}

static bool
ran_later(const struct back *a, const struct back *b)
{
	return a->rank < b->rank;
}

static bool
is_of_hop(const struct back *b)
{
	return b->hop != NULL;
}

static bool
is_undo(const struct back *b)
{
	return b->step->undo != NULL;
}

/* Sorts the steps of one hop or kind among their own places. */
static void
sort_among(struct order *o, bool (*belongs)(const struct back *),
    bool (*before)(const struct back *, const struct back *))
{
	for (size_t i = 0; i < o->count; i++) {
		size_t at = i;

		if (!belongs(&o->all[i]))
			continue;
		for (size_t k = i; k-- > 0;) {
			struct back swap = o->all[k];

			if (!belongs(&o->all[k]))
				continue;
			if (!before(&o->all[at], &o->all[k]))
				break;
			o->all[k] = o->all[at];
			o->all[at] = swap;
			at = k;
		}
	}
}

static void
insert(struct order *o, size_t at, const struct back *b)
{
	memmove(
	    o->all + at + 1, o->all + at, (o->count - at) * sizeof(*o->all));
	o->all[at] = *b;
	o->count++;
}

/*
 * Inserts it behind the last step that undoes something newer than the edit; if
 * there is none, before the first that undoes something, or first of all.
 */
static void
insert_restore(struct order *o, const struct back *b)
{
	size_t at = 0, first = o->count;

	for (size_t i = 0; i < o->count; i++) {
		if (!is_undo(&o->all[i]))
			continue;
		first = i < first ? i : first;
		if (o->all[i].rank < b->rank)
			at = i + 1;
	}
	if (at == 0 && first < o->count)
		at = first;
	insert(o, at, b);
}

/* The index of the step, or of the one that undoes it; `count` if none. */
static size_t
find_anchor(const struct order *o, const char *id)
{
	size_t i;

	for (i = 0; i < o->count; i++)
		if (text_eq(o->all[i].step->id, id))
			return i;
	for (i = 0; i < o->count; i++)
		if (text_eq(o->all[i].step->undo, id))
			break;
	return i;
}

/* Moves the step behind its anchor, and behind those that moved there before
 * it. */
static void
move_behind(struct order *o, const struct step *s)
{
	size_t at = find_anchor(o, s->id), to;
	struct back b;

	if (find_anchor(o, s->after) == o->count)
		return;
	b = o->all[at];
	memmove(o->all + at, o->all + at + 1,
	    (o->count - at - 1) * sizeof(*o->all));
	o->count--;
	to = find_anchor(o, s->after) + 1;
	while (to < o->count && text_eq(o->all[to].step->after, s->after))
		to++;
	insert(o, to, &b);
}

/* Moves steps with after=, anchors first. */
static void
move_all(struct order *o)
{
	const struct plan *plan = o->run->plan;
	bool *moved = mem_calloc(plan->steps_count + 1, sizeof(*moved));
	bool again = true;

	while (again) {
		again = false;
		for (size_t i = 0; i < plan->steps_count; i++) {
			const struct step *s = &plan->steps[i];
			size_t at = s->after == NULL ? o->count
						     : find_anchor(o, s->after);
			int anchor = at == o->count
			    ? -1
			    : (int)(o->all[at].step - plan->steps);

			if (anchor < 0 || moved[i] ||
			    find_anchor(o, s->id) == o->count ||
			    (plan->steps[anchor].after != NULL &&
				!moved[anchor] &&
				find_anchor(o, plan->steps[anchor].after) <
				    o->count))
				continue;
			move_behind(o, s);
			moved[i] = again = true;
		}
	}
	free(moved);
}

static void
add(struct json_object *list, const struct plan *plan, const struct step *s)
{
	json_object_array_add(
	    list, json_object_new_int((int)(s - plan->steps)));
}

/* The steps that are needed, in order; the others go to `not_needed`. */
static void
put_in_order(struct order *o, struct json_object *not_needed)
{
	const struct plan *plan = o->run->plan;

	for (int restores = 0; restores < 2; restores++) {
		for (size_t i = 0; i < plan->steps_count; i++) {
			const struct step *s = &plan->steps[i];
			int of = plan_find_step(plan, s->undo);
			struct back b = { s, hop_of(plan, s),
				of >= 0 ? o->rank[of] : -1 };

			if (s->restores != restores ||
			    o->run->part(o->run->ctx, (int)i) != PART_ROLLBACK)
				continue;
			if (!is_needed(o, &b))
				add(not_needed, plan, s);
			else if (restores)
				insert_restore(o, &b);
			else
				o->all[o->count++] = b;
		}
		if (!restores) {
			sort_among(o, is_of_hop, later_hop);
			sort_among(o, is_undo, ran_later);
		}
	}
	move_all(o);
}

static bool
is_undone(const struct order *o, const struct step *s)
{
	for (size_t i = 0; i < o->count; i++)
		if (text_eq(o->all[i].step->undo, s->id))
			return true;
	return false;
}

/* Lists the forward steps that ran: not undone, and irreversible ones. */
static void
list_ran(const struct order *o, struct rollback *r)
{
	const struct plan *plan = o->run->plan;

	for (size_t i = 0; i < o->ran_count; i++) {
		const struct step *s = &plan->steps[o->ran[i]];

		if (o->run->part(o->run->ctx, o->ran[i]) != PART_MAIN)
			continue;
		r->ran = true;
		if (s->irreversible)
			add(r->final, plan, s);
		if (!is_undone(o, s))
			add(r->no_undo, plan, s);
	}
}

void
rollback_plan(const struct rollback_run *run, struct rollback *ret)
{
	struct order o = { .run = run,
		.all = mem_calloc(run->plan->steps_count + 1, sizeof(*o.all)) };
	const char *why;

	*ret = (struct rollback){ .steps = json_object_new_array(),
		.left_out = json_object_new_array(),
		.not_needed = json_object_new_array(),
		.no_undo = json_object_new_array(),
		.final = json_object_new_array() };
	load_ran(&o);
	put_in_order(&o, ret->not_needed);
	for (size_t i = 0; i < o.count; i++) {
		const struct step *s = o.all[i].step;

		add(ret->steps, run->plan, s);
		if (plan_is_excluded(run->plan, (int)(s - run->plan->steps),
			run->value, run->ctx, &why))
			add(ret->left_out, run->plan, s);
	}
	list_ran(&o, ret);
	free(o.all);
	free(o.ran);
	free(o.rank);
}

void
rollback_clear(struct rollback *r)
{
	json_object_put(r->steps);
	json_object_put(r->left_out);
	json_object_put(r->not_needed);
	json_object_put(r->no_undo);
	json_object_put(r->final);
	*r = (struct rollback){ 0 };
}

bool
rollback_has_work(const struct rollback *r)
{
	return r->ran && json_count(r->steps) > json_count(r->left_out);
}
