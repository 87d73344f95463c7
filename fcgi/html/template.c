/*
 * template.c: the templates of a program, by name, with their partials
 * linked.  There are some thirty, so a list is searched by name once a page.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/text.h"
#include "html/template_compile.h"
#include "html/render.h"
#include "html/template.h"

#define MAX_TEMPLATE (256 * 1024)

struct templates {
	struct template **list;
	size_t count;
	size_t cap;
	bool strict;
};

struct templates *
templates_new(bool strict)
{
	struct templates *t = mem_calloc(1, sizeof(*t));

	t->strict = strict;
	return t;
}

void
templates_free(struct templates *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->count; i++)
		template_free(t->list[i]);
	free(t->list);
	free(t);
}

static struct template *
find(const struct templates *t, const char *name)
{
	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->list[i]->name, name) == 0)
			return t->list[i];
	return NULL;
}

/* Points the partials at their templates; returns one that has none. */
static const struct node *
link_partials(struct templates *t, const struct template **ret_in)
{
	const struct node *missing = NULL;
	char name[80];

	for (size_t i = 0; i < t->count; i++) {
		for (size_t k = 0; k < t->list[i]->nodes_count; k++) {
			struct node *n = &t->list[i]->nodes[k];

			if (n->kind != NODE_PARTIAL)
				continue;
			snprintf(name, sizeof(name), "%s.html", n->text);
			n->partial = find(t, name);
			if (n->partial != NULL)
				continue;
			missing = n;
			*ret_in = t->list[i];
		}
	}
	return missing;
}

static enum err
add(struct templates *t, const char *name, const char *text, size_t len,
    struct fault *fault)
{
	struct template *new = template_compile(name, text, len, fault);
	struct template **slot;

	if (new == NULL)
		return ERR_INVALID;
	slot = mem_grow(&t->list, &t->cap, t->count, sizeof(*slot));
	*slot = new;
	t->count++;
	return ERR_OK;
}

enum err
templates_add(struct templates *t, const char *name, const char *text,
    size_t len, struct fault *fault)
{
	const struct template *in;
	enum err err = add(t, name, text, len, fault);

	if (err == ERR_OK)
		link_partials(t, &in);
	return err;
}

static enum err
load_file(struct templates *t, const char *folder, const char *name,
    struct fault *fault)
{
	char *path = mem_printf("%s/%s", folder, name);
	struct buf text = { 0 };
	enum err err = io_read_file(path, MAX_TEMPLATE, &text);

	if (err != ERR_OK)
		fault_set(
		    fault, err, "template", "", "%s cannot be read", path);
	else
		err = add(t, name, buf_text(&text), text.len, fault);
	buf_clear(&text);
	free(path);
	return err;
}

enum err
templates_load(struct templates *t, const char *folder, struct fault *fault)
{
	const struct template *in = NULL;
	const struct node *missing;
	DIR *dir = opendir(folder);
	enum err err = ERR_OK;
	struct dirent *e;

	if (dir == NULL)
		return fault_set(fault, ERR_IO, "template", "",
		    "the folder %s cannot be read: %s", folder,
		    strerror(errno));
	while (err == ERR_OK && (e = readdir(dir)) != NULL)
		if (text_ends(e->d_name, ".html") && e->d_name[0] != '.')
			err = load_file(t, folder, e->d_name, fault);
	closedir(dir);
	if (err != ERR_OK || (missing = link_partials(t, &in)) == NULL)
		return err;
	return fault_set(fault, ERR_INVALID, "template", "",
	    "%s:%d: there is no template %s.html", in->name, missing->line,
	    missing->text);
}

enum err
templates_render(const struct templates *t, const char *name,
    struct json_object *model, struct buf *out, struct fault *fault)
{
	const struct template *page = find(t, name);

	if (page == NULL)
		return fault_set(fault, ERR_NOT_FOUND, "template", "",
		    "there is no template %s", name);
	return template_render(page, t->strict, model, out, fault)
	    ? ERR_OK
	    : ERR_INTERNAL;
}
