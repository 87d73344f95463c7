/*
 * copy_scan.c: lists all items before the first byte is copied.
 *
 * A folder is listed completely, level by level, into one array: so the total
 * is known, names that cannot be copied are refused before anything was copied,
 * and an interrupted copy continues with the remaining items.  Symbolic links
 * inside a folder are copied as links and never followed, so that nothing
 * outside it is read or written; a path that itself is a link means its
 * destination.
 *
 * Files that match a pattern are items of their folder as well.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "executor/copy/copy_report.h"
#include "executor/copy/copy_scan.h"
#include "lang/wildcard.h"

#define MOST 1000000 /* items of a folder */

struct listing {
	struct copy *c;
	const char *under;   /* the name of the folder, or "" */
	const char *pattern; /* of names, or "" for all */
	bool refused;        /* a name was invalid */
};

static void
add_name(void *ctx, const char *name, size_t len)
{
	struct listing *l = ctx;
	struct copy *c = l->c;

	if (*l->pattern != '\0' && !wildcard_match(l->pattern, name, len))
		return;
	if (memchr(name, '\n', len) != NULL || c->count >= MOST) {
		l->refused = true;
		return;
	}
	(void)mem_grow(&c->items, &c->cap, c->count, sizeof(*c->items));
	c->items[c->count++] = (struct copy_item){ .name = *l->under == '\0'
		    ? mem_strndup(name, len)
		    : mem_printf("%s/%.*s", l->under, (int)len, name) };
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct copy_item *)a)->name,
	    ((const struct copy_item *)b)->name);
}

/* Lists one folder and examines its entries. */
static enum copy_err
list(struct copy *c, const char *under)
{
	const char *pattern = buf_text(&c->line->pattern);
	struct listing l = { c, under, pattern, false };
	size_t first = c->count;
	struct buf path = { 0 }, content = { 0 };
	enum copy_err err;

	buf_printf(&path, "%s/%s", buf_text(&c->source), under);
	err = c->from.ops->list(&c->from, path.data, add_name, &l);
	err = copy_fail(c, &c->from, err, path.data, "listed");
	if (err == COPY_OK && l.refused)
		err = copy_refuse(c, "copy_million target=%s path=%s",
		    c->from.target->name, path.data);
	if (err == COPY_OK && c->count > first)
		qsort(c->items + first, c->count - first, sizeof(*c->items),
		    by_name);
	for (size_t i = first; i < c->count && err == COPY_OK; i++) {
		struct copy_item *item = &c->items[i];

		buf_reset(&path);
		buf_printf(&path, "%s/%s", buf_text(&c->source), item->name);
		err = c->from.ops->stat(
		    &c->from, path.data, *pattern != '\0', &item->stat);
		if (err == COPY_OK && S_ISLNK(item->stat.mode)) {
			err = c->from.ops->readlink(
			    &c->from, path.data, &content);
			item->content = mem_strdup(buf_text(&content));
		}
		err = copy_fail(c, &c->from, err, path.data, "look");
		if (S_ISREG(item->stat.mode))
			c->total += item->stat.size;
	}
	buf_clear(&path);
	buf_clear(&content);
	return err;
}

static enum copy_err
scan_folder(struct copy *c)
{
	enum copy_err err = list(c, "");

	for (size_t i = 0; i < c->count && err == COPY_OK; i++) {
		char *name;

		if (!S_ISDIR(c->items[i].stat.mode))
			continue;
		name = mem_strdup(c->items[i].name); /* items may move */
		err = list(c, name);
		free(name);
	}
	return err;
}

/* The files in the source's folder that match; folders stay where they are. */
static enum copy_err
scan_matches(struct copy *c)
{
	size_t count = 0, folders;
	enum copy_err err;

	*strrchr(c->source.data, '/') = '\0';
	c->source.len = strlen(c->source.data);
	if ((err = list(c, "")) != COPY_OK)
		return err;
	for (size_t i = 0; i < c->count; i++) {
		struct copy_item item = c->items[i];

		if (!S_ISDIR(item.stat.mode)) {
			c->items[count++] = item;
			continue;
		}
		copy_print(c, "  %s/%s: skipped, it is a folder",
		    buf_text(&c->source), item.name);
		free(item.name);
		c->skipped++;
	}
	folders = c->count - count;
	c->count = count;
	if (count > 0)
		return COPY_OK;
	return copy_refuse(c,
	    folders > 0 ? "copy_match_folders target=%s path=%s"
			: "copy_match_nothing target=%s path=%s",
	    c->from.target->name, buf_text(&c->line->from_path));
}

/* Expands "~/x" on an SSH host; drops a final slash. */
static enum copy_err
whole(struct copy *c, struct copy_end *e, const char *path, struct buf *ret)
{
	struct buf home = { 0 };
	enum copy_err err = COPY_OK;

	buf_reset(ret);
	if (*path == '~') {
		err = copy_fail(
		    c, e, e->ops->real(e, ".", &home), "~", "found");
		buf_puts(ret, buf_text(&home));
		path++;
	}
	buf_puts(ret, path);
	while (ret->len > 1 && ret->data[ret->len - 1] == '/')
		ret->data[--ret->len] = '\0';
	buf_clear(&home);
	return err;
}

enum copy_err
copy_mkdir(struct copy *c, const char *path, bool follow)
{
	struct copy_end *e = &c->to;
	struct copy_stat st;
	struct buf why = { 0 };
	enum copy_err err = e->ops->mkdir(e, path);

	if (err == COPY_FAILED) {
		buf_puts(&why, buf_text(&e->error));
		if (e->ops->stat(e, path, follow, &st) == COPY_OK &&
		    S_ISDIR(st.mode))
			err = COPY_OK;
		buf_reset(&e->error);
		buf_puts(&e->error, buf_text(&why));
		buf_clear(&why);
	}
	return copy_fail(c, e, err, path, "made");
}

enum copy_err
copy_folders(struct copy *c, const char *path, bool *ret_made)
{
	struct copy_stat st;
	enum copy_err err;
	char *part;

	*ret_made = false;
	for (size_t n = 1; *path == '/' && path[n - 1] != '\0';) {
		n += strcspn(path + n, "/");
		part = mem_strndup(path, n);
		err = c->to.ops->stat(&c->to, part, true, &st);
		if (err == COPY_ABSENT) {
			*ret_made = true;
			err = copy_mkdir(c, part, true);
		} else if (err == COPY_OK && !S_ISDIR(st.mode)) {
			err = copy_refuse(c, "copy_no_folder target=%s path=%s",
			    c->to.target->name, part);
		} else {
			err = copy_fail(c, &c->to, err, part, "look");
		}
		free(part);
		if (err != COPY_OK)
			return err;
		n += path[n] == '/';
		if (path[n] == '\0')
			break;
	}
	return COPY_OK;
}

/* The final name of a file. */
static enum copy_err
name_target(struct copy *c)
{
	struct copy_stat st;
	enum copy_err err;

	if (c->line->into)
		buf_puts(&c->target, strrchr(buf_text(&c->source), '/'));
	err = c->to.ops->stat(&c->to, buf_text(&c->target), false, &st);
	if (err == COPY_ABSENT)
		return COPY_OK;
	if (err == COPY_OK && S_ISLNK(st.mode)) {
		err = c->to.ops->real(&c->to, buf_text(&c->target), &c->target);
		if (err == COPY_OK)
			err = c->to.ops->stat(
			    &c->to, buf_text(&c->target), false, &st);
	}
	err = copy_fail(c, &c->to, err, buf_text(&c->target), "look");
	if (err == COPY_OK && S_ISDIR(st.mode))
		return copy_refuse(c,
		    "copy_folder_named target=%s path=%s again=%s",
		    c->to.target->name, buf_text(&c->target),
		    buf_text(&c->target));
	if (err == COPY_OK && !S_ISREG(st.mode))
		return copy_refuse(c, "copy_no_file target=%s path=%s",
		    c->to.target->name, buf_text(&c->target));
	return err;
}

enum copy_err
copy_scan(struct copy *c)
{
	struct copy_stat st;
	enum copy_err err;

	for (size_t i = 0; i < c->count; i++) {
		free(c->items[i].name);
		free(c->items[i].content);
	}
	c->count = 0;
	c->total = 0;
	if ((err = whole(c, &c->from, buf_text(&c->line->from_path),
		 &c->source)) != COPY_OK ||
	    (err = whole(c, &c->to, buf_text(&c->line->to_path), &c->target)) !=
		COPY_OK)
		return err;
	if (c->line->pattern.len > 0)
		return scan_matches(c);
	err = c->from.ops->stat(&c->from, buf_text(&c->source), true, &st);
	err = copy_fail(c, &c->from, err, buf_text(&c->source), "read");
	if (err != COPY_OK)
		return err;
	if (c->line->folder && !S_ISDIR(st.mode))
		return copy_refuse(c, "copy_source_no_folder target=%s path=%s",
		    c->from.target->name, buf_text(&c->source));
	if (c->line->folder)
		return scan_folder(c);
	if (S_ISDIR(st.mode))
		return copy_refuse(c, "copy_source_folder target=%s path=%s",
		    c->from.target->name, buf_text(&c->source));
	if (!S_ISREG(st.mode))
		return copy_refuse(c, "copy_source_no_file target=%s path=%s",
		    c->from.target->name, buf_text(&c->source));
	add_name(&(struct listing){ c, "", "", false }, "", 0);
	c->items[0].stat = st;
	c->total = st.size;
	return name_target(c);
}
