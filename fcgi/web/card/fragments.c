/*
 * fragments.c: rendered cards of steps that do not change for now.
 *
 * In a long checklist nearly all steps are over or not reached yet: they have
 * no actions, look the same to everybody, and their attempts are complete.
 * Their cards are rendered once and cached, for a few runs, and are valid while
 * the step's row is the same.  Whole pages are not cached: they differ by
 * person.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "html/render.h"
#include "web/card/card_run.h"
#include "web/card/fragments.h"
#include "web/http/reply.h"
#include "web/views/model.h"
#include "web/views/view.h"

#define SETS 6
#define MOST_BYTES ((size_t)16 * 1024 * 1024) /* of runs but the last */

struct card {
	struct buf key;           /* the content of its row */
	struct json_object *html; /* NULL: not rendered yet */
	size_t bytes;             /* of it */
};

struct set {
	int64_t run; /* 0: empty */
	int language;
	int64_t used;
	struct card *cards;
	size_t count;
};

struct fragments {
	struct set sets[SETS];
	size_t bytes; /* of all cards */
	int64_t clock;
};

struct fragments *
fragments_new(void)
{
	return mem_calloc(1, sizeof(struct fragments));
}

static void
clear_set(struct fragments *f, struct set *s)
{
	for (size_t i = 0; i < s->count; i++) {
		f->bytes -= s->cards[i].bytes;
		buf_clear(&s->cards[i].key);
		json_object_put(s->cards[i].html);
	}
	free(s->cards);
	memset(s, 0, sizeof(*s));
}

void
fragments_free(struct fragments *f)
{
	if (f == NULL)
		return;
	for (int i = 0; i < SETS; i++)
		clear_set(f, &f->sets[i]);
	free(f);
}

/*
 * The cards of that run and language, as long as it has these steps; replaces
 * the least recently used.
 */
static struct set *
set_of(struct view *v)
{
	struct fragments *f = v->req->web->fragments;
	int language = catalogue_index(v->req->lang);
	struct set *s = &f->sets[0];

	for (int i = 0; i < SETS; i++) {
		bool same = f->sets[i].run == v->lifecycle.id &&
		    f->sets[i].language == language;

		if (same && f->sets[i].count == v->plan->steps_count) {
			f->sets[i].used = ++f->clock;
			return &f->sets[i];
		}
		if (same || f->sets[i].used < s->used)
			s = &f->sets[i];
		if (same)
			break;
	}
	clear_set(f, s);
	s->run = v->lifecycle.id;
	s->language = language;
	s->used = ++f->clock;
	s->count = v->plan->steps_count;
	s->cards = mem_calloc(s->count + 1, sizeof(*s->cards));
	return s;
}

/* Drops the cards of the runs that were looked at least recently. */
static void
drop_oldest(struct fragments *f, const struct set *last)
{
	struct set *oldest;

	while (f->bytes > MOST_BYTES) {
		oldest = NULL;
		for (int i = 0; i < SETS; i++)
			if (&f->sets[i] != last && f->sets[i].run != 0 &&
			    (oldest == NULL || f->sets[i].used < oldest->used))
				oldest = &f->sets[i];
		if (oldest == NULL)
			return;
		clear_set(f, oldest);
	}
}

/* The card depends on these alone: attempts of such a step are complete. */
static void
put_key(const struct view *v, int step, struct buf *key)
{
	const struct view_step *s = &v->steps[step];
	const char *const parts[] = { s->step->id, view_outcome(v, s), s->at,
		s->by, s->reason, json_text(s->signature, "at", NULL),
		json_text(v->run, "plan", NULL) };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		buf_puts(key, parts[i] != NULL ? parts[i] : "-");
		buf_putc(key, '\n');
	}
	buf_put(key, &s->attempts, sizeof(s->attempts));
	buf_putc(key, view_is_reading(v) ? 'r' : '-');
}

static struct json_object *
render(struct view *v, int step, size_t *ret_bytes)
{
	struct json_object *model = json_object_new_object();
	struct json_object *page = json_object_new_object(), *html = NULL;
	struct buf out = { 0 };
	struct fault fault;

	model_text(page, "url",
	    arena_printf(v->req->arena, "/runs/%" PRId64, v->lifecycle.id));
	model_bool(page, "is_reading", view_is_reading(v));
	model_put(model, "_", reply_shared(v->req));
	model_put(model, "_page", page);
	model_put(model, "step", card_page(v, step));
	if (templates_render(v->req->web->templates, "_card.html", model, &out,
		&fault) == ERR_OK)
		html = html_raw(buf_text(&out), out.len);
	else
		log_bug("%s", fault.message);
	*ret_bytes = out.len;
	buf_clear(&out);
	json_object_put(model);
	return html;
}

struct json_object *
fragments_card(struct view *v, int step)
{
	struct fragments *f = v->req->web->fragments;
	struct set *set = set_of(v);
	struct card *card = &set->cards[step];
	struct buf key = { 0 };

	put_key(v, step, &key);
	if (card->html != NULL && card->key.len == key.len &&
	    memcmp(card->key.data, key.data, key.len) == 0) {
		buf_clear(&key);
		return json_object_get(card->html);
	}
	buf_clear(&card->key);
	json_object_put(card->html);
	f->bytes -= card->bytes;
	card->html = render(v, step, &card->bytes);
	card->key = key;
	f->bytes += card->bytes;
	drop_oldest(f, set);
	return json_object_get(card->html);
}
