/*
 * cmd_rollback.c: which steps the way back takes, and in which order.
 *
 * They come in document order, with two exceptions: those of version hops
 * stand, among their places, latest hop first; and those that undo a step
 * stand, among theirs, in reverse of what really ran.  What undoes a step that
 * did not run, what puts files back that no edit changed, and what belongs to
 * a hop that did not run, is not needed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "book/expr.h"
#include "journal/event.h"
#include "journal/latest.h"
#include "keeper/run.h"

/* A step of the way back. */
struct back {
	const struct step *step;
	const struct section *hop;	/* that it belongs to, or NULL */
	int		 rank;		/* of what it undoes, last ran first */
};

/* How many steps ran after this one's latest attempt; -1: it never ran. */
static int
rank_of(struct json_object *ran, const char *id)
{
	for (size_t i = 0; i < json_object_array_length(ran); i++)
		if (text_eq(json_text(json_object_array_get_idx(ran, i),
		    "step", ""), id))
			return (int)i;
	return -1;
}

static const struct section *
hop_of(const struct book *book, const struct step *s)
{
	for (int i = s->section; i >= 0; i = book->sections[i].parent)
		if (book->sections[i].hop)
			return &book->sections[i];
	return NULL;
}

/* A step forward between the same two versions ran. */
static bool
hop_ran(const struct book *book, struct json_object *ran,
    const struct section *hop)
{
	for (size_t i = 0; i < book->steps_count; i++) {
		const struct step *s = &book->steps[i];
		const struct section *h = s->rollback || s->probe_of != NULL ?
		    NULL : hop_of(book, s);

		if (h != NULL && rank_of(ran, s->id) >= 0 &&
		    version_compare(h->hop_from, hop->hop_from) == 0 &&
		    version_compare(h->hop_to, hop->hop_to) == 0)
			return true;
	}
	return false;
}

/* The edit that the step would undo changed a file somewhere, or may have. */
static bool
has_changed(const struct run *run, const struct step *restore)
{
	struct json_object *names = latest_targets_for(run->keeper->db,
	    run->id, json_get(run->row, "targets"), restore);
	bool any = json_object_array_length(names) > 0;

	json_object_put(names);
	return any;
}

static bool
is_needed(const struct run *run, struct json_object *ran,
    const struct back *b)
{
	if (b->step->restores && !has_changed(run, b->step))
		return false;
	if (b->step->undo != NULL)
		return b->rank >= 0;
	return b->hop == NULL || hop_ran(run->book, ran, b->hop);
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

/* Sorts those that belong to it among the places that they have. */
static void
sort_among(struct back *all, size_t count, bool (*belongs)(const struct back *),
    bool (*before)(const struct back *, const struct back *))
{
	for (size_t i = 0; i < count; i++) {
		size_t at = i;

		if (!belongs(&all[i]))
			continue;
		for (size_t k = i; k-- > 0;) {
			struct back swap = all[k];

			if (!belongs(&all[k]))
				continue;
			if (!before(&all[at], &all[k]))
				break;
			all[k] = all[at];
			all[at] = swap;
			at = k;
		}
	}
}

static void
add_ids(struct json_object *list, const struct back *all, size_t count)
{
	for (size_t i = 0; i < count; i++)
		json_object_array_add(list,
		    json_object_new_string(all[i].step->id));
}

static void
order_rollback(const struct run *run, struct json_object *ran,
    struct json_object *steps, struct json_object *not_needed)
{
	const struct book *book = run->book;
	struct back *all = mem_calloc(book->steps_count + 1, sizeof(*all));
	size_t count = 0;

	for (size_t i = 0; i < book->steps_count; i++) {
		const struct step *s = &book->steps[i];
		struct back b = { s, hop_of(book, s), s->undo != NULL ?
		    rank_of(ran, s->undo) : -1 };

		if (!text_eq(json_text(run_step_row(run, s->id), "part", ""),
		    "rollback"))
			continue;
		if (is_needed(run, ran, &b))
			all[count++] = b;
		else
			add_ids(not_needed, &b, 1);
	}
	sort_among(all, count, is_of_hop, later_hop);
	sort_among(all, count, is_undo, ran_later);
	add_ids(steps, all, count);
	free(all);
}

enum err
cmd_run_rollback(struct command *c)
{
	struct json_object *data, *ran, *steps, *not_needed;
	struct run run;
	enum err err = run_permit(c, VERB_run_rollback, &run, NULL);

	if (err != ERR_OK)
		return err;
	ran = db_rows_json(db_query(c->keeper->db, STMT_STEPS_RAN,
	    INT(run.id)));
	steps = json_object_new_array();
	not_needed = json_object_new_array();
	order_rollback(&run, ran, steps, not_needed);
	data = json_object_new_object();
	json_set_text(data, "reason", json_text(c->body, "reason", ""));
	json_set_int(data, "steps_total",
	    (int64_t)(json_object_array_length(steps) +
	    json_object_array_length(not_needed)));
	json_set(data, "steps", steps);
	json_set(data, "not_needed", not_needed);
	err = event_append(c->keeper->db, run.id, EVENT_ANY_SEQ,
	    c->actor.name, "run.rollback_started", data);
	if (err == ERR_OK)
		err = run_advance(c->keeper, run.id);
	run_report(c, run.id);
	json_object_put(ran);
	run_clear(&run);
	return err;
}
