/*
 * acts.c: well-known acts that a sentence tells in words, as steps.
 *
 * “Copy X to Y” and “install the dependencies in X” say all that a script
 * needs.  Authors of upgrades also copy a folder of the
 * old version into the new one: both places become parameters.  An act without
 * the names that it needs (“copy the files to the server”) stays a task.
 */
#include <ctype.h>
#include <string.h>

#include "import/acts.h"
#include "base/buf.h"
#include "base/catalogue.h"
#include "base/message.h"
#include "base/text.h"
#include "import/block/placeholders.h"
#include "import/block/scp.h"
#include "import/edits.h"
#include "import/imperative.h"
#include "import/import_own.h"
#include "import/machines.h"
#include "import/pieces.h"
#include "import/sentences.h"
#include "compiler/parse/slug.h"

/* clang-format off */
static const char *const copies[] = { "复制", "拷贝", "覆盖到", "copy ", "copy the ",
	NULL };
static const char *const old_ones[] = { "旧", "老版本", "原版本", "原来的",
	"原有", "原目录", "old ", "previous ", "existing ", NULL };
static const char *const new_ones[] = { "新", "new ", NULL };
static const char *const folders[] = { "目录", "文件夹", "folder", "directory",
	NULL };
static const char *const files[] = { "文件", "file", NULL };
static const char *const makes[] = { "创建", "新建", "建立", "create",
	NULL };
/* clang-format on */

static bool
is_path(const char *s)
{
	return strpbrk(s, " =<>{}[]$*?|;&\"'\\`@#!()") == NULL &&
	    strstr(s, "://") == NULL && strstr(s, "->") == NULL &&
	    s[0] != '-' && (strchr(s, '/') != NULL || edits_is_file(s));
}

/* “10.0.0.3” */
static bool
is_address(const char *s)
{
	size_t dots = 0;

	for (const char *c = s; *c != '\0'; c++)
		dots += *c == '.';
	return dots == 3 && strspn(s, "0123456789.") == strlen(s);
}

/* “1.4”, “v2.0.x” */
static bool
is_version(const char *s)
{
	size_t n = s[0] == 'v' || s[0] == 'V' || s[0] == 'r';

	return isdigit((unsigned char)s[n]) && strchr(s, '/') == NULL &&
	    !is_address(s) && (strchr(s, '.') != NULL || n > 0);
}

/* The lines of a copy, by the rules of scp; the machine may be a word of its
 * own: “copy X to /srv on db1”. */
static bool
put_remote(struct import *im, const struct node *n, const char *from,
    const char *to, bool folder)
{
	const char *command = arena_printf(
	    im->p.arena, "scp %s%s %s", folder ? "-r " : "", from, to);
	struct scp scp;

	if (!scp_read(im, command, strlen(command), &scp))
		return false;
	for (int side = 0; side < 2; side++)
		if (scp.host[side] != NULL)
			machines_add(im, scp.host[side], scp.user[side], n->at);
	import_step_behind(im, n, "copy", "", import_with_values(im, scp.line));
	return true;
}

/* The name of a machine: an address, or a word with a digit in it. */
static bool
is_machine(const char *s)
{
	return text_is_id(s) && strpbrk(s, "0123456789") != NULL &&
	    !is_version(s) && !edits_is_file(s);
}

/* “Copy X to Y”, where both are paths, and perhaps a machine. */
static bool
propose_paths(struct import *im, const struct node *n, const struct pieces *p)
{
	static const char *const to[] = { "到", "至", "为", "成", " to ",
		" into ", " as ", NULL };
	static const char *const on[] = { "的", " on ", NULL };
	const char *a, *b, *host = NULL;
	bool folder;

	if (p->count < 2 || p->count > 3)
		return false;
	a = p->all[0].name;
	b = p->all[p->count - 1].name;
	if (p->count == 3 && is_machine(p->all[1].name) &&
	    pieces_has(p->all[2].before, on)) {
		host = p->all[1].name; /* “到 db1 的 /srv” */
	} else if (p->count == 3 && is_machine(b) &&
	    pieces_has(p->all[2].before, on)) {
		host = b; /* “to /srv on db1” */
		b = p->all[1].name;
	}
	if ((host == NULL) != (p->count == 2) || !is_path(a) || !is_path(b) ||
	    !pieces_has(p->all[1].before, to) ||
	    (!pieces_has(p->all[0].before, copies) &&
		!pieces_has(p->all[1].before, copies)))
		return false;
	folder = pieces_has(pieces_behind(p, 0), folders);
	if (host != NULL)
		b = arena_printf(im->p.arena, "%s:%s", host, b);
	if (strchr(a, ':') != NULL || strchr(b, ':') != NULL)
		return put_remote(im, n, a, b, folder);
	import_step_behind(
	    im, n, "sh", "", arena_printf(im->p.arena, "cp -a %s %s", a, b));
	return true;
}

/* One side of a copy between two versions. */
struct place {
	const char *name; /* the last one that is no version, or NULL */
	bool folder, file;
	bool old, new, version;
};

static void
read_name(struct place *place, const struct pieces *p, size_t i)
{
	const char *name = p->all[i].name;

	if (is_version(name)) {
		place->version = true;
		return;
	}
	if (!is_path(name) && !text_is_id(name))
		return;
	place->name = name;
	place->folder = text_ends(name, "/") ||
	    pieces_has(pieces_behind(p, i), folders);
	place->file = !place->folder &&
	    (edits_is_file(name) || pieces_has(pieces_behind(p, i), files));
}

static void
read_words(struct place *place, const char *words, size_t len)
{
	place->old |= text_has_any(words, len, old_ones);
	place->new |= text_has_any(words, len, new_ones);
}

/* Both sides of “copy … to …”; false: there is no such word. */
static bool
read_places(const struct pieces *p, struct place *from, struct place *to)
{
	static const char *const turns[] = { "复制到", "拷贝到", "复制至",
		"拷贝至", "覆盖到", " to ", " into ", NULL };
	struct place *now = from;

	for (size_t i = 0; i <= p->count; i++) {
		const char *s = i < p->count ? p->all[i].before : p->after;
		size_t len = strlen(s), first = len;

		for (size_t k = 0; turns[k] != NULL && now == from; k++)
			if (strstr(s, turns[k]) != NULL)
				first = (size_t)(strstr(s, turns[k]) - s);
		read_words(now, s, first);
		if (first < len) {
			now = to;
			read_words(now, s + first, len - first);
		}
		if (i < p->count)
			read_name(now, p, i);
	}
	return now == to;
}

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* “Copy the media folder of the old version to the new one.” */
static bool
propose_versions(
    struct import *im, const struct node *n, const struct pieces *p)
{
	struct place from = { .name = NULL }, to = { .name = NULL };
	const char *old, *new, *end, *name;

	if (!pieces_has(text_title(&im->p, n), copies) ||
	    !read_places(p, &from, &to) || from.name == NULL || from.new ||
	    to.old || from.name[0] == '/' || (!from.folder && !from.file) ||
	    !((from.old && (to.new || to.version)) ||
		(from.version && (to.new || to.version))) ||
	    (to.name != NULL &&
		(to.name[0] == '/' ||
		    !(from.folder || to.folder || edits_is_file(to.name)))))
		return false;
	old = import_hole_named(im, "old_dir",
	    arena_strdup(
		im->p.arena, catalogue_local(MESSAGE("import_old_dir"))));
	new = import_hole_named(im, "new_dir",
	    arena_strdup(
		im->p.arena, catalogue_local(MESSAGE("import_new_dir"))));
	if (old == NULL || new == NULL)
		return false;
	if (to.name == NULL)
		name = from.name;
	else if (from.folder || edits_is_file(to.name))
		name = to.name;
	else
		name = arena_printf(
		    im->p.arena, "%s/%s", to.name, last_part(from.name));
	end = from.folder && !text_ends(from.name, "/") ? "/" : "";
	import_step_behind(im, n, "copy", "",
	    arena_printf(im->p.arena, "{{%s}}/%s%s -> {{%s}}/%s%s", old,
		from.name, end, new, name,
		from.folder && !text_ends(name, "/") ? "/" : ""));
	return true;
}

/* “python3.6” of the sentence, or “python3”. */
static const char *
interpreter(struct import *im, const char *title)
{
	const char *s = strcasestr(title, "python");
	size_t n;

	if (s == NULL)
		return "python3";
	s += strlen("python");
	s += strspn(s, " ");
	n = strspn(s, "0123456789.");
	while (n > 0 && s[n - 1] == '.')
		n--;
	return n > 0 ? arena_printf(im->p.arena, "python%.*s", (int)n, s)
		     : "python3";
}

/* “Create a virtual environment and install the dependencies in X.txt” */
static bool
propose_dependencies(
    struct import *im, const struct node *n, const struct pieces *p)
{
	static const char *const venvs[] = { "虚拟环境", "virtual environment",
		"virtualenv", NULL };
	static const char *const installs[] = { "安装", "install", NULL };
	static const char *const needs[] = { "依赖", "dependenc", "requirement",
		NULL };
	static const struct {
		const char *file, *command;
	} tools[] = { { "package.json", "npm install" },
		{ "composer.json", "composer install" },
		{ "Gemfile", "bundle install" } };
	const char *title = text_title(&im->p, n);
	bool venv = pieces_has(title, venvs) && pieces_has(title, makes);
	struct buf out = { 0 };
	bool any;

	if (venv)
		buf_printf(&out, "%s -m venv venv\n", interpreter(im, title));
	for (size_t i = 0; i < p->count; i++) {
		const char *name = p->all[i].name;

		if (!pieces_has(title, installs) || !pieces_has(title, needs))
			break;
		if (text_ends(name, ".txt") && is_path(name))
			buf_printf(&out, "%spip install -r %s\n",
			    venv ? "venv/bin/" : "", name);
		for (size_t k = 0; k < sizeof(tools) / sizeof(tools[0]); k++)
			if (strcmp(tools[k].file, name) == 0)
				buf_printf(&out, "%s\n", tools[k].command);
	}
	any = out.len > 0;
	if (any)
		import_step_behind(
		    im, n, "sh", "", arena_strdup(im->p.arena, buf_text(&out)));
	buf_clear(&out);
	return any;
}

bool
acts_say_more(const struct pieces *p)
{
	const char *c = p->after;

	while ((c = imperative_next_clause(c)) != NULL)
		if (imperative_is(c))
			return true;
	return false;
}

bool
acts_propose(struct import *im, const struct node *n, const struct pieces *p)
{
	return !pieces_refuse(p) &&
	    (propose_paths(im, n, p) || propose_versions(im, n, p) ||
		propose_dependencies(im, n, p));
}
