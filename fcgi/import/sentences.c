/*
 * sentences.c: sentences that say exactly what to do, as proposals of steps.
 *
 * “Run `systemctl stop app`” becomes the script, “change `1.0` to `1.1` in
 * `app.conf`” an edit, “open `https://…/dump` and save it” a request, and “ssh
 * db1” the target of the section.  The sentence stays: it is the title of its
 * step.  A sentence that says more than that is a task too.
 */
#include <stdlib.h>
#include <string.h>

#include "import/sentences.h"
#include "base/message.h"
#include "base/text.h"
#include "import/acts.h"
#include "import/back.h"
#include "import/block/code.h"
#include "import/block/guess.h"
#include "import/block/placeholders.h"
#include "import/commands.h"
#include "import/choice/conditions.h"
#include "import/databases.h"
#include "import/edits.h"
#include "import/import_own.h"
#include "import/machines.h"
#include "import/nodes.h"
#include "import/notes.h"
#include "import/imperative.h"
#include "import/items.h"
#include "import/pieces.h"
#include "import/topics.h"
#include "compiler/parse/heuristics.h"
#include "compiler/parse/slug.h"
#include "compiler/parse/source.h"

#define BEHIND (SIZE_MAX / 2) /* all else that is put in at the place */
#define LONGEST 240           /* characters of a sentence that is a step */

/* A paragraph that is a command, or begins with one and says in Chinese what it
 * does: “`x y` 拉取代码”. */
static bool
is_command_alone(const struct node *n, const struct pieces *p)
{
	const char *after = p->count > 1 ? p->all[1].before : p->after;

	after += strspn(after, " ");
	return n->parent->type != NODE_LI && p->all[0].code &&
	    p->all[0].before[0] == '\0' &&
	    command_is(p->all[0].name, p->all[0].prompted) &&
	    (p->all[0].prompted || (p->count == 1 && after[0] == '\0') ||
		(text_has_chinese(after, 1) && imperative_is(after)));
}

/* With variables for what is to be filled in; nothing if that cannot be. */
static void
put_command(struct import *im, const char *command, struct buf *out)
{
	const char *filled = import_filled(im, command);

	if (filled != NULL)
		buf_printf(out, "%s\n", filled);
}

/* The commands of the sentence, a line each; NULL: it has none, or it leaves a
 * choice. */
static const char *
find_commands(struct import *im, const struct node *n, struct pieces *p)
{
	static const char *const choice[] = { "或", " or ", "如果", "若",
		"方法二", "方式二", "方案二", NULL };
	static const char *const refusal[] = { "not ", "不要", "切勿", NULL };
	struct buf out = { 0 };
	const char *text;
	bool item = n->parent->type == NODE_LI;

	for (size_t i = 0; i < p->count; i++) {
		const struct piece *piece = &p->all[i];

		bool offered = piece->code && condition_offers(piece->before);

		if (pieces_has(piece->before, choice) ||
		    command_is_replacement(p, i) ||
		    (piece->code && pieces_has(piece->before, refusal))) {
			buf_clear(&out);
			return NULL;
		}
		if (piece->code && command_is(piece->name, piece->prompted) &&
		    (item || piece->prompted || command_is_run(piece->before) ||
			is_command_alone(n, p)) &&
		    (!offered || out.len == 0)) {
			put_command(im, piece->name, &out);
			im->offered |= offered;
		}
	}
	text = out.len > 0 ? arena_strdup(im->p.arena, buf_text(&out)) : NULL;
	buf_clear(&out);
	return text;
}

/* The words from the piece i on, with a blank between them, that are a command
 * without a mark: “使用 systemctl restart app 重启”; NULL: they are none. */
static const char *
find_unmarked(struct import *im, const struct pieces *p, size_t i, size_t *ret)
{
	const char *command = p->all[i].name;
	size_t n = i + 1;
	bool exact = false;

	if (p->all[i].code || !command_is_run(p->all[i].before))
		return NULL;
	for (; n < p->count && !p->all[n].code &&
	     strcmp(p->all[n].before, " ") == 0;
	     n++) {
		command = arena_printf(
		    im->p.arena, "%s %s", command, p->all[n].name);
		exact |= strpbrk(p->all[n].name, "-/.:=") != NULL;
	}
	*ret = n;
	return (exact || n - i > 2) && command_is(command, false) ? command
								  : NULL;
}

/* Proposes such commands as a step; returns whether the sentence says no more.
 */
static bool
propose_unmarked(struct import *im, const struct node *n, struct pieces *p)
{
	struct buf out = { 0 };
	size_t next = 0;
	bool all = true, any;
	const char *text;

	for (size_t i = 0; i < p->count; i++) {
		const char *command = find_unmarked(im, p, i, &next);

		all &= command != NULL;
		if (command == NULL)
			continue;
		put_command(im, command, &out);
		i = next - 1;
	}
	any = out.len > 0;
	text = arena_strdup(im->p.arena, buf_text(&out));
	buf_clear(&out);
	if (any)
		import_step_behind(im, n, guess_shell(text), "", text);
	return any && all &&
	    text_characters(text_title(&im->p, n)) < strlen(text) + 12;
}

void
import_step_behind(struct import *im, const struct node *n, const char *kind,
    const char *more, const char *body)
{
	struct parse *p = &im->p;
	size_t start = source_line_start(p, source_line(p, n->at));
	int width = n->parent->type == NODE_LI ? (int)(items_box(p, n) - start)
					       : 0;
	struct buf out = { 0 };

	while (width > 0 && strchr("`*_", p->src[start + (size_t)width - 1]))
		width--; /* the marks around its first word */

	import_span(im, source_line(p, n->at), source_line(p, n->end - 1));
	im->last_step = (struct last_step){ n, body };
	im->deletes |= back_restores(body);
	buf_printf(&out, "\n\n%*s```%s%s\n", width, "", kind,
	    import_braces(im, text_title(p, n), kind, more));
	im->deletes = false;
	for (size_t len; *body != '\0'; body += len + (body[len] == '\n')) {
		len = strcspn(body, "\n");
		buf_printf(
		    &out, "%*s%.*s\n", len > 0 ? width : 0, "", (int)len, body);
	}
	buf_printf(&out, "%*s```", width, "");
	import_insert(im, import_text_end(p, n), 0,
	    arena_strdup(p->arena, buf_text(&out)));
	im->list[im->count - 1].order += BEHIND;
	buf_clear(&out);
}

/* It is answered for programs: “https://…/v1/clients”, “…/health”. */
static bool
is_of_interface(const char *url)
{
	static const char *const words[] = { "/api/", "/v1/", "/v2/", "/v3/",
		"/health", ".json", "/version", "/status", "/ready", NULL };

	return pieces_has(url, words);
}

/* “…, and compare it with what was there before”: puts the same request at the
 * place where the document saves that, and returns “ same-as=” of it, or "". */
static const char *
compared_with(struct import *im, const struct pieces *p, const char *url)
{
	static const char *const before[] = { "与原", "和原", "与之前",
		"和之前", "与升级前", "和升级前", "as before", "same as",
		"unchanged", NULL };

	if (im->saves == NULL || !pieces_has(p->after, before))
		return "";
	import_step_behind(im, im->saves, "http",
	    arena_printf(im->p.arena, " title=\"GET %s\"", url),
	    arena_printf(im->p.arena, "GET %s", url));
	return arena_printf(im->p.arena, " same-as=%s", im->last_id);
}

/* “Open `https://…/dump` and save what it shows”; “open `https://…/v1/clients`
 * and compare it”, where the comparison is for a person. */
static bool
propose_request(struct import *im, const struct node *n, struct pieces *p)
{
	static const char *const open[] = { "打开", "访问", "下载", "获取",
		"open", "visit", "fetch", "download", "request", NULL };
	static const char *const save[] = { "保存", "save", "keep", "store",
		NULL };
	static const char *const look[] = { "查看", "检查", "比较", "对比",
		"核对", "确认", "check", "compare", "make sure", "verify",
		NULL };
	const char *url = p->count == 1 ? p->all[0].name : "", *name, *more;

	if ((!text_starts(url, "https://") && !text_starts(url, "http://")) ||
	    strpbrk(url, " <>{}$") != NULL ||
	    !pieces_has(p->all[0].before, open))
		return false;
	if (!pieces_has(p->after, save)) {
		if (!pieces_has(p->after, look) || !is_of_interface(url))
			return false;
		more = compared_with(im, p, url);
		import_step_behind(im, n, "http", more,
		    arena_printf(im->p.arena, "GET %s", url));
		return more[0] != '\0';
	}
	name = strrchr(url, '/') + 1;
	if (im->saves == NULL)
		im->saves = n;
	import_step_behind(im, n, "http",
	    text_is_id(name) ? arena_printf(im->p.arena, " save=%s", name) : "",
	    arena_printf(im->p.arena, "GET %s", url));
	return true;
}

/* The text of the paragraph is all on lines of its own. */
static bool
is_plain(const struct import *im, const struct node *n)
{
	const struct parse *p = &im->p;
	size_t start;

	if (n->at == NOWHERE || n->end == NOWHERE || n->end == 0 ||
	    im->quotes > 0)
		return false;
	start = source_line_start(p, source_line(p, n->at));
	return memchr(p->src + start, '\t', n->at - start) == NULL &&
	    (n->parent->type == NODE_LI ||
		(n->parent == p->doc &&
		    strspn(p->src + start, " `*_") + start >= n->at));
}

/* “The build passes: `make test`”, an item below a heading that names checks.
 */
static bool
is_check(struct import *im, const struct node *n, const struct pieces *p)
{
	const char *before = p->all[0].before;

	return n->parent->type == NODE_LI && !n->parent->task &&
	    im->heading != NULL &&
	    topic_names_check(text_title(&im->p, im->heading)) &&
	    p->count == 1 && p->all[0].code &&
	    strspn(p->after, " ") == strlen(p->after) &&
	    (text_ends(before, "：") || text_ends(before, ": "));
}

/* It is an order, “to stop it, run `x y`”, or nothing but a command below an
 * order. */
static bool
is_meant(struct import *im, const struct node *n, const char *title,
    const struct pieces *p)
{
	static const char *const run[] = { "run ", "execute ", "运行", "执行",
		"运行 ", "执行 ", NULL };
	const struct node *around = n->parent->type == NODE_LI
	    ? n->parent->parent->parent
	    : NULL;
	const char *before = p->all[0].before;

	if (imperative_is(title) || is_command_alone(n, p) ||
	    is_check(im, n, p))
		return true;
	for (size_t i = 0; i < p->count; i++)
		if (p->all[i].prompted)
			return true;
	for (size_t i = 0; n->parent->type == NODE_LI && run[i] != NULL; i++)
		if (text_ends(before, run[i]) && text_starts(title, "To "))
			return true;
	return p->count == 1 && p->all[0].code && before[0] == '\0' &&
	    p->after[0] == '\0' && around != NULL && around->type == NODE_LI &&
	    around->first->type == NODE_P &&
	    imperative_is(text_title(&im->p, around->first));
}

/* It tells to execute a file of SQL: one in the runbook folder. */
static bool
propose_statements(struct import *im, const struct node *n, struct pieces *p)
{
	static const char *const run[] = { "执行", "导入", "运行", "run ",
		"execute ", "apply ", "import ", NULL };
	struct buf out = { 0 };
	const char *name, *slash;
	size_t found = 0;

	for (size_t i = 0; i < p->count; i++) {
		name = p->all[i].name;
		slash = strrchr(name, '/');
		name = slash != NULL ? slash + 1 : name;
		if (text_ends(name, ".sql") && text_is_id(name) &&
		    pieces_has(p->all[i].before, run)) {
			buf_printf(&out, "< ./%s\n", name);
			found++;
		}
	}
	if (out.len > 0) {
		import_step_behind(im, n, im->sql, "", buf_text(&out));
		import_note(im, n->at, MESSAGE("import_statements"));
	}
	buf_clear(&out);
	return found > 0 && found == p->count;
}

/* The sentence is about the block behind it. */
static bool
has_commands_behind(
    struct import *im, const struct node *n, const struct pieces *p)
{
	struct verdict unused = { 0 };

	for (size_t i = 0; i < p->count; i++)
		if (p->all[i].code && strchr(p->all[i].name, ' ') != NULL &&
		    command_stands_behind(n, p->all[i].name))
			return true;
	return n->next != NULL && n->next->type == NODE_CODE &&
	    !looks_like_data(n->next->text, n->next->len) &&
	    (n->next->lang[0] == '\0' ||
		import_kind(im, n->next, &unused) != NULL);
}

bool
import_sentence(struct import *im, const struct node *n)
{
	const char *title = text_title(&im->p, n), *order, *commands;
	const char *host, *user;
	struct pieces pieces;

	if (!is_plain(im, n))
		return false;
	if (n->parent == im->p.doc &&
	    machines_ssh(im, title, strlen(title), &host, &user)) {
		machines_enter(im, n, host, user);
		return true;
	}
	if (im->ids_count < IMPORT_STEPS_MAX && databases_ask_version(im, n))
		return false;
	order = imperative_behind_number(title);
	if (order == NULL)
		order = title;
	if (im->ids_count >= IMPORT_STEPS_MAX || !pieces_read(im, n, &pieces) ||
	    pieces.count == 0 ||
	    (!is_command_alone(n, &pieces) &&
		has_commands_behind(im, n, &pieces)) ||
	    !is_meant(im, n, order, &pieces))
		return false;
	if (text_characters(title) > LONGEST)
		return false;
	if (propose_request(im, n, &pieces))
		return true;
	commands = find_commands(im, n, &pieces);
	if (commands != NULL && nodes_enter_folder(im, commands)) {
		im->last_step = (struct last_step){ n, commands };
		return !acts_say_more(&pieces);
	}
	if (commands != NULL && text_starts(commands, "cd ") &&
	    commands[strcspn(commands, "\n;&|")] == '\n' &&
	    strchr(commands, '\n')[1] == '\0')
		return false; /* its folder would end with the step */
	if (commands != NULL) {
		import_step_behind(im, n, guess_shell(commands), "", commands);
		return !acts_say_more(&pieces);
	}
	if (propose_statements(im, n, &pieces) || edits_propose(im, n, &pieces))
		return true;
	if (acts_propose(im, n, &pieces) || databases_propose(im, n, &pieces))
		return !acts_say_more(&pieces);
	return propose_unmarked(im, n, &pieces);
}
