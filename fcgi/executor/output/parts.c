/*
 * parts.c: the parts of JSON output that same-as compares.
 *
 * Objects and arrays around a part stay, so that the id of a client and its
 * scopes are still in one member when several parts are named.  Lists of the
 * values of each part were rejected: they are equal when two clients have
 * exchanged their scopes.
 *
 * A part that is missing, in one member of a hundred too, is a failure: two
 * outputs that both lack it would be equal.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/message.h"
#include "executor/output/canonical.h"
#include "executor/output/json_scan.h"
#include "executor/output/parts.h"
#include "executor/output/pointer.h"
#include "lang/json_part.h"

struct choosing {
	const struct parts *parts;
	size_t *values; /* found, for each part */
	struct buf at;  /* pointer to the value at hand */
	struct buf *out;
	struct buf *why;
};

/* A part, and what of it is below the value at hand. */
struct want {
	size_t part;
	const char *rest;
	enum json_part next;
	struct buf name;
	bool found;
};

static bool choose(
    struct choosing *c, struct json_piece v, struct want *wants, size_t count);

/* Puts the name or index of a member behind the place; returns its length. */
static size_t
enter(struct choosing *c, const struct buf *name, size_t index)
{
	size_t before = c->at.len;

	if (name != NULL)
		buf_printf(&c->at, "/%s", buf_text(name));
	else
		buf_printf(&c->at, "/%zu", index);
	return before;
}

static void
leave(struct choosing *c, size_t before)
{
	c->at.len = before;
	c->at.data[before] = '\0';
}

static bool
refuse(struct choosing *c, const struct want *w)
{
	const char *part = c->parts->names[w->part];

	if (c->why->len > 0)
		buf_putc(c->why, ' ');
	if (w->next == JSON_PART_EACH) {
		message_put(c->why, "compare_no_list step=%s part=%s at=%s",
		    c->parts->step, part, c->at.len > 0 ? c->at.data : "/");
	} else {
		enter(c, &w->name, 0);
		message_put(c->why, "compare_no_part step=%s part=%s at=%s",
		    c->parts->step, part, buf_text(&c->at));
	}
	return false;
}

/* The wants that name this member, each with its rest. */
static size_t
wants_in(struct want *wants, size_t count, const struct json_member *m,
    bool object, size_t index, struct want *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		struct want *w = &wants[i];

		if (w->next == JSON_PART_NAME &&
		    !pointer_is_member(m, object, index, &w->name))
			continue;
		w->found = true;
		ret[n++] = (struct want){ .part = w->part, .rest = w->rest };
	}
	return n;
}

static bool
put_member(struct choosing *c, const struct json_member *m, bool object,
    size_t index, struct want *inner, size_t n)
{
	struct buf name = { 0 };
	size_t before;
	bool ok;

	if (object)
		buf_put(&name, m->name.s + 1, m->name.len - 2);
	before = enter(c, object ? &name : NULL, index);
	if (c->out->data[c->out->len - 1] != (object ? '{' : '['))
		buf_putc(c->out, ',');
	if (object) {
		buf_put(c->out, m->name.s, m->name.len);
		buf_putc(c->out, ':');
	}
	ok = choose(c, m->value, inner, n);
	if (ok)
		leave(c, before);
	buf_clear(&name);
	return ok;
}

/* The members of an object or array that are named. */
static bool
choose_members(
    struct choosing *c, struct json_piece v, struct want *wants, size_t count)
{
	bool object = *v.s == '{', ok = true;
	size_t members, n;
	struct json_member *all = json_members(v, &members);
	struct want *inner = mem_calloc(count, sizeof(*inner));

	buf_putc(c->out, *v.s);
	for (size_t i = 0; i < members && ok; i++) {
		n = wants_in(wants, count, &all[i], object, i, inner);
		if (n > 0)
			ok = put_member(c, &all[i], object, i, inner, n);
	}
	buf_putc(c->out, object ? '}' : ']');
	for (size_t i = 0; i < count && ok; i++)
		if (!wants[i].found && wants[i].next == JSON_PART_NAME)
			ok = refuse(c, &wants[i]);
	free(all);
	free(inner);
	return ok;
}

/* Reads what is next in each want; those that end here are dropped. */
static size_t
advance(struct choosing *c, struct want *wants, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		struct want w = wants[i];

		w.next = json_part_next(&w.rest, &w.name);
		if (w.next == JSON_PART_END)
			c->values[w.part]++;
		else
			wants[n++] = w;
	}
	return n;
}

static bool
choose(
    struct choosing *c, struct json_piece v, struct want *wants, size_t count)
{
	size_t below = advance(c, wants, count);
	struct buf *out = c->out, unused = { 0 };
	bool ok = true;

	if (below < count) {
		json_compact(v, out);
		c->out = &unused; /* all of it is there */
	}
	for (size_t i = 0; i < below && ok; i++)
		if (*v.s != '[' &&
		    (*v.s != '{' || wants[i].next == JSON_PART_EACH))
			ok = refuse(c, &wants[i]);
	if (ok && below > 0)
		ok = choose_members(c, v, wants, below);
	for (size_t i = 0; i < below; i++)
		buf_clear(&wants[i].name);
	c->out = out;
	buf_clear(&unused);
	return ok;
}

static bool
none_is_empty(struct choosing *c)
{
	for (size_t i = 0; i < c->parts->count; i++)
		if (c->values[i] == 0) {
			message_put(c->why, "compare_no_value step=%s part=%s",
			    c->parts->step, c->parts->names[i]);
			return false;
		}
	return true;
}

bool
parts_choose(const struct parts *parts, const struct buf *text, struct buf *out,
    size_t *ret_values, struct buf *why)
{
	size_t count = parts->count;
	struct choosing c = { .parts = parts,
		.values = mem_calloc(count, sizeof(*c.values)),
		.out = out,
		.why = why };
	struct want *wants = mem_calloc(count, sizeof(*wants));
	struct buf canonical = { 0 };
	struct json_piece all;
	bool ok = canonical_json(
		      buf_text(text), text->len, false, &canonical) &&
	    json_scan(buf_text(text), text->len, &all);

	if (!ok)
		message_put(why, "compare_no_json step=%s", parts->step);
	for (size_t i = 0; i < count; i++)
		wants[i] = (struct want){ .part = i, .rest = parts->names[i] };
	ok = ok && choose(&c, all, wants, count) && none_is_empty(&c);
	*ret_values = 0;
	for (size_t i = 0; i < count; i++)
		*ret_values += c.values[i];
	buf_clear(&canonical);
	buf_clear(&c.at);
	free(c.values);
	free(wants);
	return ok;
}
