/*
 * scp.c: a command of scp as a line of a copy step.
 *
 * scp copies a folder into a folder that exists, and a file into one, or onto a
 * name.  The command often leaves open which of them is meant.  Then a
 * destination with a suffix, or with the name of the source, is taken for the
 * name of the copy itself, and any other one for a folder.
 */
#include <string.h>

#include "import/block/scp.h"
#include "base/text.h"
#include "import/import_own.h"
#include "import/block/shell_words.h"

struct side {
	const char *host, *user; /* NULL: this machine */
	const char *path;
};

static bool
read_side(struct import *im, const char *word, struct side *ret)
{
	const char *colon = strchr(word, ':'), *at;

	*ret = (struct side){ .path = word };
	if (colon != NULL &&
	    memchr(word, '/', (size_t)(colon - word)) == NULL) {
		ret->host = arena_strndup(
		    im->p.arena, word, (size_t)(colon - word));
		ret->path = colon + 1;
		at = strchr(ret->host, '@');
		if (at != NULL) {
			ret->user = arena_strndup(
			    im->p.arena, ret->host, (size_t)(at - ret->host));
			ret->host = at + 1;
		}
		if (!text_is_id(ret->host))
			return false;
		if (ret->path[0] != '/' && !text_starts(ret->path, "~/"))
			ret->path = arena_printf(
			    im->p.arena, "~/%s", ret->path);
	}
	return (ret->path[0] == '/' || ret->host != NULL) &&
	    strstr(ret->path, " -> ") == NULL &&
	    strpbrk(ret->path, "{}[]") == NULL;
}

static const char *
last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static const char *
put_side(struct import *im, const struct side *side, const char *more)
{
	bool slash = text_ends(side->path, "/");

	return arena_printf(im->p.arena, "%s%s%s%s",
	    side->host != NULL ? side->host : "", side->host != NULL ? ":" : "",
	    side->path, more[0] == '/' && slash ? more + 1 : more);
}

/* Both sides, as a copy step writes them. */
static const char *
join(struct import *im, const struct side *from, const struct side *to,
    bool folder)
{
	const char *name = last_name(from->path);
	const char *to_name = last_name(to->path);
	bool same = strcmp(name, to_name) == 0;
	const char *more;

	if (strpbrk(name, "*?") != NULL) {
		more = "/";
	} else if (folder) {
		if (name[0] == '\0')
			return NULL; /* “dir/”: programs disagree */
		more = same ? "/" : arena_printf(im->p.arena, "/%s/", name);
	} else {
		more = same || to_name[0] == '\0' ||
			strchr(to_name + 1, '.') != NULL
		    ? ""
		    : "/";
	}
	return arena_printf(im->p.arena, "%s -> %s",
	    put_side(
		im, from, folder && strpbrk(name, "*?") == NULL ? "/" : ""),
	    put_side(im, to, more));
}

bool
scp_read(struct import *im, const char *s, size_t len, struct scp *ret)
{
	struct shell_words w;
	struct side from, to;
	bool folder = false;
	size_t i = 1;

	if (len < 4 || memcmp(s, "scp ", 4) != 0 ||
	    !shell_words_read(im->p.arena, s, len, &w))
		return false;
	for (; i < w.count && w.all[i][0] == '-'; i++) {
		if (strspn(w.all[i] + 1, "rpqCv") != strlen(w.all[i] + 1))
			return false;
		folder |= strchr(w.all[i], 'r') != NULL;
	}
	if (w.count - i != 2 || !read_side(im, w.all[i], &from) ||
	    !read_side(im, w.all[i + 1], &to) ||
	    (from.host == NULL && to.host == NULL))
		return false;
	*ret = (struct scp){ .line = join(im, &from, &to, folder),
		.host = { from.host, to.host },
		.user = { from.user, to.user } };
	return ret->line != NULL;
}
