/*
 * edits.c: “change A to B in FILE” as a proposal of an edit.
 *
 * Names that follow each other, one of them a file, and the words between them
 * say what is meant.  A file without a whole path becomes a parameter, since
 * its author did not write where it is.
 */
#include <string.h>

#include "import/edits.h"
#include "base/message.h"
#include "base/text.h"
#include "import/import_own.h"
#include "import/nodes.h"
#include "import/notes.h"
#include "import/imperative.h"
#include "import/pieces.h"
#include "import/block/placeholders.h"
#include "import/sentences.h"
#include "compiler/parse/slug.h"

/* clang-format off */
static const char *const into[] = { "换成", "改为", "改成", "替换为", "替换成",
	"修改为", "修改成", "更换为", "更新为", "更新成", "调整为", "变更为", " to ",
	" by ", " with ", NULL };
static const char *const sets[] = { "设为", "设置为", "设定为", "set ", "值",
	"参数", "选项", "parameter", "option", "setting", "value", NULL };
static const char *const adds[] = { "新加", "新增", "添加", "增加", "追加",
	"加上", "加入", "add ", "append ", NULL };
static const char *const changes[] = { "修改", "改", "设", "set", "change",
	"更新", "update", "edit", "编辑", "将", "把", NULL };
static const char *const removes[] = { "删除", "删掉", "去掉", "移除", "remove ",
	"delete ", NULL };
/* clang-format on */

bool
edits_is_file(const char *s)
{
	static const char *const endings[] = { ".conf", ".cnf", ".cfg", ".ini",
		".yml", ".yaml", ".json", ".xml", ".env", ".properties",
		".toml", ".py", ".php", ".service", ".config", ".rb", ".j2",
		".list", ".tf", ".lua", NULL };
	size_t len = strlen(s);

	if (len < 3 || strpbrk(s, " =<>{}$*:|;\"'\\`") != NULL)
		return false;
	if (s[0] == '/' && s[len - 1] != '/' && strchr(s + 1, '/') != NULL)
		return true;
	if (strcmp(s, "Dockerfile") == 0 || strcmp(s, "Makefile") == 0)
		return true;
	for (size_t i = 0; endings[i] != NULL; i++)
		if (text_ends(s, endings[i]))
			return true;
	return false;
}

static bool
is_key(const char *s)
{
	static const char *const values[] = { "true", "false", "yes", "no",
		"on", "off", "none", "null", "enabled", "disabled", NULL };

	for (size_t i = 0; values[i] != NULL; i++)
		if (strcasecmp(values[i], s) == 0)
			return false;
	return ((s[0] | 0x20) >= 'a' && (s[0] | 0x20) <= 'z') &&
	    strspn(s,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_.-") == strlen(s);
}

static bool
is_text(const char *s)
{
	return s[0] != '\0' && s[0] != ' ' && strchr(s, '\n') == NULL &&
	    strstr(s, " -> ") == NULL && strstr(s, "{{") == NULL;
}

/* file= of the file, or NULL: there cannot be a parameter for it. */
static const char *
file_of(struct import *im, const struct node *n, const char *file)
{
	const char *name = strrchr(file, '/');

	if (file[0] == '/')
		return arena_printf(im->p.arena, " file=%s", file);
	name = import_hole(im, file, strlen(file));
	if (name == NULL)
		return NULL;
	import_note(im, n->at,
	    message_arena(
		im->p.arena, "import_file parameter=%s file=%s", name, file));
	return arena_printf(im->p.arena, " file=\"{{%s}}\"", name);
}

/* Names of one edit in the sentence. */
struct found {
	size_t file;
	size_t count; /* names that it takes */
	const char *line;
};

/* The change from the name at i to the next one, or NULL. */
static const char *
change(struct import *im, const struct pieces *p, size_t i)
{
	const char *a = p->all[i].name, *b = p->all[i + 1].name;
	bool key = is_key(a) && !is_key(b);

	if (!is_text(a) || !is_text(b) || edits_is_file(b))
		return NULL;
	if (b[0] == '=' && is_key(a) && b[1] != '\0' && b[1] != '=')
		return arena_printf(im->p.arena, "set %s = %s", a, b + 1);
	if (!pieces_has(pieces_behind(p, i), into) &&
	    !pieces_has(pieces_behind(p, i), sets))
		return NULL;
	key |= is_key(a) &&
	    (pieces_has(p->all[i].before, sets) ||
		pieces_has(pieces_behind(p, i), sets));
	return key ? arena_printf(im->p.arena, "set %s = %s", a, b)
		   : arena_printf(im->p.arena, "replace %s -> %s", a, b);
}

/* The line that is added to a file, or removed from it; NULL: neither. */
static const char *
line_of(struct import *im, const struct pieces *p, size_t i, const char *said)
{
	const char *line = p->all[i].name;

	if (!is_text(line) || edits_is_file(line) || !p->all[i].code)
		return NULL;
	if (pieces_has(said, adds))
		return arena_printf(im->p.arena, "ensure %s", line);
	return pieces_has(said, removes)
	    ? arena_printf(im->p.arena, "remove %s", line)
	    : NULL;
}

/* An edit of the names from i on. */
static bool
find_edit(
    struct import *im, const struct pieces *p, size_t i, struct found *ret)
{
	size_t left = p->count - i;

	if (left >= 2 && edits_is_file(p->all[i].name)) {
		*ret = (struct found){ .file = i, .count = 3 };
		if (left >= 3 &&
		    (pieces_has(p->all[i].before, changes) ||
			pieces_has(p->all[i + 1].before, changes)))
			ret->line = change(im, p, i + 1);
		if (ret->line == NULL) {
			ret->count = 2;
			ret->line = line_of(im, p, i + 1, p->all[i + 1].before);
		}
		return ret->line != NULL;
	}
	if (left >= 3 && edits_is_file(p->all[i + 2].name) &&
	    pieces_has(p->all[i].before, changes)) {
		*ret = (struct found){ .file = i + 2, .count = 3 };
		ret->line = change(im, p, i);
		return ret->line != NULL;
	}
	if (left >= 2 && edits_is_file(p->all[i + 1].name)) {
		*ret = (struct found){ .file = i + 1, .count = 2 };
		ret->line = line_of(im, p, i, p->all[i].before);
		return ret->line != NULL;
	}
	return false;
}

/* A title for an edit beside others of the sentence. */
static const char *
title_of(struct import *im, const char *file, const char *line)
{
	struct buf out = { 0 };
	const char *text;

	for (const char *s = line; *s != '\0'; s++) {
		if (*s == '"')
			buf_putc(&out, '\\');
		buf_putc(&out, *s);
	}
	text = arena_printf(
	    im->p.arena, " title=\"%s: %s\"", file, buf_text(&out));
	buf_clear(&out);
	return text;
}

bool
edits_propose(struct import *im, const struct node *n, const struct pieces *p)
{
	struct found found;
	size_t taken = 0;
	const char *file, *name;
	bool alone = p->count <= 3;

	for (size_t i = 0; i < p->count; i++) {
		if (!find_edit(im, p, i, &found))
			continue;
		name = p->all[found.file].name;
		file = file_of(im, n, name);
		if (file == NULL)
			return false;
		import_step_behind(im, n, "edit",
		    alone && found.count == p->count
			? file
			: arena_printf(im->p.arena, "%s%s", file,
			      title_of(im, name, found.line)),
		    found.line);
		taken += found.count;
		i += found.count - 1;
	}
	return taken > 0 && taken == p->count && alone &&
	    !imperative_is(p->after);
}

const char *
edits_adds_to(struct import *im, const struct node *sentence)
{
	const char *title = text_title(&im->p, sentence), *file = NULL;
	const char *order = imperative_behind_number(title);
	struct pieces p;

	if (!imperative_is(order != NULL ? order : title) ||
	    !pieces_has(title, adds) || !pieces_read(im, sentence, &p))
		return NULL;
	for (size_t i = 0; i < p.count; i++) {
		if (!edits_is_file(p.all[i].name))
			continue;
		if (file != NULL)
			return NULL;
		file = p.all[i].name;
	}
	return file != NULL ? file_of(im, sentence, file) : NULL;
}
