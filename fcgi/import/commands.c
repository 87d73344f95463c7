/*
 * commands.c: commands that a sentence names.
 */
#include <string.h>

#include "import/commands.h"
#include "base/message.h"
#include "base/text.h"
#include "import/block/placeholders.h"
#include "import/import_own.h"
#include "import/imperative.h"
#include "import/notes.h"
#include "import/pieces.h"
#include "compiler/check/programs.h"
#include "compiler/parse/heuristics.h"
#include "compiler/parse/slug.h"

/* A command, whatever it needs: a well-known one, or one behind a prompt. */
static bool
is_executable(const char *s, bool prompted)
{
	size_t len = strlen(s);

	return len > 0 && strchr(s, '\n') == NULL &&
	    (prompted || (strchr(s, ' ') == NULL && text_ends(s, ".sh")) ||
		((strchr(s, ' ') != NULL || text_starts(s, "./")) &&
		    looks_like_a_command(s, len)));
}

bool
command_is(const char *s, bool prompted)
{
	const char *name;
	size_t at = 0, where, len = strlen(s);
	enum program_input input = program_find(s, len, &at, &where, &name);

	return is_executable(s, prompted) && !text_ends(s, " --help") &&
	    input != PROGRAM_KEYS && input != PROGRAM_LINES &&
	    input != PROGRAM_ENDLESS;
}

bool
command_is_run(const char *s)
{
	static const char *const words[] = { "run", "execut", "issue", "using",
		"command", "with", "enter", "type", "invoke", "use ", "运行",
		"执行", "使用", "用", "输入", "命令", "通过", "敲", NULL };

	return pieces_has(s, words);
}

bool
command_is_replacement(const struct pieces *p, size_t i)
{
	static const char *const words[] = { " to ", " with ", " by ", "改为",
		"改成", "换成", "替换为", NULL };

	for (size_t k = 0; i > 0 && words[k] != NULL; k++)
		if (strcmp(p->all[i].before, words[k]) == 0)
			return true;
	return false;
}

bool
command_stands_behind(const struct node *n, const char *command)
{
	bool item = n->parent->type == NODE_LI;

	for (n = n->next; n != NULL; n = item ? n->next : NULL)
		if (n->type == NODE_CODE && strstr(n->text, command) != NULL)
			return true;
	return false;
}

/* The command, with the parameters that there are: it adds none. */
static bool
has_command(struct import *im, const char *body, const char *command)
{
	size_t holes = im->holes_count, tried = im->holes_tried;
	const char *filled = import_filled(im, command);

	im->holes_count = holes;
	im->holes_tried = tried;
	return strstr(body, filled != NULL ? filled : command) != NULL;
}

/* “gitlab-psql -c …”: a name and an option. */
static bool
names_program(const char *s)
{
	size_t n = s[0] == '$' && s[1] >= 'A' && s[1] <= 'Z'
	    ? strcspn(s, " ")
	    : strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_./-");

	return n > 1 && s[0] != '-' && s[n] == ' ' && strstr(s, " -") != NULL &&
	    strchr(s, '\n') == NULL;
}

void
commands_note(struct import *im, const struct node *n)
{
	static const char *const refusal[] = { "not ", "n't ", "不要", "切勿",
		"不能", "无需", NULL };
	const char *title = text_title(&im->p, n), *order;
	struct pieces p;
	bool meant;

	if (n->at == NOWHERE || !pieces_read(im, n, &p))
		return;
	order = imperative_behind_number(title);
	meant = imperative_is(order != NULL ? order : title) ||
	    ((n->parent->type == NODE_LI || n->parent->type == NODE_QUOTE) &&
		p.count == 1 && p.all[0].before[0] == '\0' &&
		p.after[0] == '\0');
	for (size_t i = 0; i < p.count; i++) {
		const struct piece *piece = &p.all[i];

		if (!piece->code || command_is_replacement(&p, i) ||
		    !(is_executable(piece->name, piece->prompted) ||
			names_program(piece->name)) ||
		    (strchr(piece->name, ' ') == NULL && !piece->prompted &&
			!command_is_run(piece->before)) ||
		    pieces_has(piece->before, refusal) ||
		    (im->last_step.n == n &&
			has_command(im, im->last_step.body, piece->name)) ||
		    command_stands_behind(n, piece->name))
			continue;
		if (!meant && !piece->prompted &&
		    !command_is_run(piece->before))
			import_note_line(im, n->at, MESSAGE("import_named"));
		else
			import_note(im, n->at,
			    message_arena(im->p.arena,
				"import_inline command=%s", piece->name));
	}
}
