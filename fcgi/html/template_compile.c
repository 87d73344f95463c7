/*
 * template_compile.c: compiles Mustache text into a flat array of nodes.
 *
 * A section's node has the index behind its content, so rendering skips or
 * repeats it without a tree.  Names are split and hashed here, once, as the
 * renderer looks them up thousands of times a page.  Whitespace follows the
 * specification: a section, comment or partial alone on its line removes the
 * line.  A partial alone on its line is not indented as the specification
 * demands: in HTML that only makes pages larger, and inside <pre> it would be
 * wrong.
 *
 * Three things are ours.  A line that begins with a tab continues the line
 * before it: neither the break nor the tabs get into the page, so that a
 * template has one element a line and a page has no white space that changes
 * its layout.
 * {{> name word}} renders the partial with the word as {{.}}.  And {{name.utc}}
 * is the time with that name, for people who have no scripts; {{name.times}} is
 * a text in which each time is an element for static/js/time.js.
 */
#include <json-c/json.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "html/template_compile.h"

#define UTC ".utc"     /* behind the name of a time */
#define TIMES ".times" /* behind that of a text with times in it */
#define MAX_OPEN 32    /* sections inside each other */

/* A line that continues the one before: where, in the joined text. */
struct joint {
	const char *at;
	int lines;
};

struct compiler {
	struct template *t;
	struct joint *joints;
	size_t joints_count;
	size_t joints_cap;
	size_t joints_passed;
	const char *at;
	const char *end;
	size_t open[MAX_OPEN];
	size_t open_count;
	int line;
	struct fault *fault;
};

/* A tag between {{ and }}. */
struct tag {
	char sigil;       /* one of # ^ / > ! { & = or 0 */
	const char *name; /* without spaces around it */
	size_t len;
	const char *start; /* of {{ */
	const char *after; /* behind }} */
};

static bool
wrong(struct compiler *c, const char *what)
{
	fault_set(c->fault, ERR_INVALID, "template", "", "%s:%d: %s",
	    c->t->name, c->line, what);
	return false;
}

static struct node *
add_node(struct compiler *c, enum node_kind kind)
{
	struct template *t = c->t;
	struct node *n = mem_grow(
	    &t->nodes, &t->nodes_cap, t->nodes_count, sizeof(*n));

	t->nodes_count++;
	n->kind = kind;
	n->line = c->line;
	return n;
}

static char *
keep_name(struct compiler *c, const char *s, size_t len)
{
	struct template *t = c->t;
	char **slot = mem_grow(
	    &t->names, &t->names_cap, t->names_count, sizeof(*slot));

	t->names_count++;
	return *slot = mem_strndup(s, len);
}

static void
count_lines(struct compiler *c, const char *from, const char *to)
{
	while ((from = memchr(from, '\n', (size_t)(to - from))) != NULL) {
		c->line++;
		from++;
	}
	while (c->joints_passed < c->joints_count &&
	    c->joints[c->joints_passed].at <= to)
		c->line += c->joints[c->joints_passed++].lines;
}

/* The text with its continued lines joined, in t->source. */
static void
join_lines(struct compiler *c, const char *text, size_t len)
{
	char *to = c->t->source = mem_calloc(len + 1, 1);
	const char *end = text + len;
	struct joint *j;

	while (text < end) {
		if (text[0] != '\n' || text + 1 == end || text[1] != '\t') {
			*to++ = *text++;
			continue;
		}
		text += 1 + strspn(text + 1, "\t");
		j = mem_grow(
		    &c->joints, &c->joints_cap, c->joints_count, sizeof(*j));
		c->joints_count++;
		*j = (struct joint){ to, 1 };
	}
	c->at = c->t->source;
	c->end = to;
}

static void
add_text(struct compiler *c, const char *from, const char *to)
{
	struct node *n;

	if (to <= from)
		return;
	n = add_node(c, NODE_TEXT);
	n->text = from;
	n->len = (size_t)(to - from);
}

/* The hash that json-c's own tables use. */
static unsigned long
hash_of(const char *name)
{
	struct json_object *o = json_object_new_object();
	unsigned long hash = lh_get_hash(json_object_get_object(o), name);

	json_object_put(o);
	return hash;
}

/* The name of a value ends with that: takes it away. */
static bool
take_filter(
    const struct node *n, const char *name, const char *filter, size_t *len)
{
	size_t size = strlen(filter);

	if (n->kind != NODE_VALUE || *len < size ||
	    memcmp(name + *len - size, filter, size) != 0)
		return false;
	*len -= size;
	return true;
}

static bool
set_name(struct compiler *c, struct node *n, const struct tag *tag)
{
	char *name = keep_name(c, tag->name, tag->len);
	size_t len = tag->len;
	char *rest, *part;

	n->text = name;
	n->len = tag->len;
	n->is_utc = take_filter(n, name, UTC, &len);
	n->has_times = take_filter(n, name, TIMES, &len);
	if (len == 0 || (len == 1 && *name == '.'))
		return true;
	rest = keep_name(c, tag->name, len);
	while ((part = strsep(&rest, ".")) != NULL) {
		if (*part == '\0' || strpbrk(part, " \t\n{}") != NULL)
			return wrong(c, "this is not a name");
		if (n->parts_count == NODE_MAX_PARTS)
			return wrong(c, "this name has too many parts");
		n->parts[n->parts_count].name = part;
		n->parts[n->parts_count++].hash = hash_of(part);
	}
	return true;
}

/* Parses the tag whose {{ is at `start`. */
static bool
read_tag(struct compiler *c, const char *start, struct tag *ret)
{
	const char *s = start + 2;
	const char *close = memmem(s, (size_t)(c->end - s), "}}", 2);

	if (close == NULL)
		return wrong(c, "this tag has no end");
	ret->start = start;
	ret->after = close + 2;
	ret->sigil = s < close && strchr("#^/>!{&=", *s) != NULL ? *s++ : 0;
	while (s < close && strchr(" \t\r\n", *s) != NULL)
		s++;
	while (close > s && strchr(" \t\r\n", close[-1]) != NULL)
		close--;
	ret->name = s;
	ret->len = (size_t)(close - s);
	if (ret->sigil == '{' || ret->sigil == '&')
		return wrong(c,
		    "raw HTML is not a template's to choose: "
		    "write {{name}}");
	if (ret->sigil == '=')
		return wrong(c, "other delimiters are not supported");
	if (ret->len == 0 && ret->sigil != '!')
		return wrong(c, "this tag has no name");
	return true;
}

/* If the tag is alone on its line: start of the line, and behind it. */
static bool
stands_alone(const struct compiler *c, const struct tag *tag,
    const char **ret_from, const char **ret_to)
{
	const char *from = tag->start, *to = tag->after;

	if (tag->sigil == 0)
		return false;
	while (from > c->t->source && strchr(" \t", from[-1]) != NULL)
		from--;
	if (from > c->t->source && from[-1] != '\n')
		return false;
	while (to < c->end && strchr(" \t\r", *to) != NULL)
		to++;
	if (to < c->end && *to != '\n')
		return false;
	*ret_from = from;
	*ret_to = to < c->end ? to + 1 : to;
	return true;
}

static bool
close_section(struct compiler *c, const struct tag *tag)
{
	struct node *n;

	if (c->open_count == 0)
		return wrong(c, "this closes a section that is not open");
	n = &c->t->nodes[c->open[--c->open_count]];
	if (n->len != tag->len || memcmp(n->text, tag->name, tag->len) != 0)
		return wrong(c,
		    "this closes another section than the one "
		    "opened last");
	n->end = c->t->nodes_count;
	return true;
}

static void
add_partial(struct compiler *c, const struct tag *tag)
{
	struct node *n = add_node(c, NODE_PARTIAL);
	size_t len = strcspn(tag->name, " }");
	const char *word = tag->name + len + strspn(tag->name + len, " ");

	n->text = keep_name(c, tag->name, len);
	n->len = len;
	if (word < tag->name + tag->len)
		n->argument = json_object_new_string_len(
		    word, (int)(tag->name + tag->len - word));
}

static bool
add_tag(struct compiler *c, const struct tag *tag)
{
	struct node *n;

	switch (tag->sigil) {
	case '!':
		return true;
	case '/':
		return close_section(c, tag);
	case '>':
		add_partial(c, tag);
		return true;
	case 0:
		return set_name(c, add_node(c, NODE_VALUE), tag);
	default:
		if (c->open_count == MAX_OPEN)
			return wrong(c, "too many sections inside each other");
		c->open[c->open_count++] = c->t->nodes_count;
		n = add_node(
		    c, tag->sigil == '#' ? NODE_SECTION : NODE_INVERTED);
		return set_name(c, n, tag);
	}
}

static bool
compile(struct compiler *c)
{
	struct tag tag;

	while (c->at < c->end) {
		const char *open = memmem(
		    c->at, (size_t)(c->end - c->at), "{{", 2);
		const char *from, *to;

		if (open == NULL) {
			add_text(c, c->at, c->end);
			break;
		}
		count_lines(c, c->at, open);
		if (!read_tag(c, open, &tag))
			return false;
		from = tag.start;
		to = tag.after;
		stands_alone(c, &tag, &from, &to);
		add_text(c, c->at, from);
		if (!add_tag(c, &tag))
			return false;
		count_lines(c, tag.start, to);
		c->at = to;
	}
	if (c->open_count == 0)
		return true;
	c->line = c->t->nodes[c->open[c->open_count - 1]].line;
	return wrong(c, "this section is not closed");
}

struct template *
template_compile(
    const char *name, const char *text, size_t len, struct fault *fault)
{
	struct template *t = mem_calloc(1, sizeof(*t));
	struct compiler c = { .t = t, .line = 1, .fault = fault };
	bool ok;

	t->name = mem_strdup(name);
	join_lines(&c, text, len);
	ok = compile(&c);
	free(c.joints);
	if (ok)
		return t;
	template_free(t);
	return NULL;
}

void
template_free(struct template *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->names_count; i++)
		free(t->names[i]);
	free(t->names);
	for (size_t i = 0; i < t->nodes_count; i++)
		json_object_put(t->nodes[i].argument);
	free(t->nodes);
	free(t->source);
	free(t->name);
	free(t);
}
