/*
 * decisions.c: what a person must decide about a proposal.
 *
 * A document says what to do, and rarely where; its author writes a path or a
 * version wherever it is needed.  Nobody but a person knows the target, and
 * whether a value that stands in several steps is one value: so both are listed
 * with their lines, and nothing is replaced.
 */
#include <string.h>

#include "import/decisions.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/catalogue.h"
#include "base/message.h"
#include "base/text.h"
#include "import/repeated.h"
#include "compiler/runbook.h"
#include "lang/script_lines.h"

#define LISTED 12 /* lines of a list */

/* Lines of the result, as “12, 40”. */
struct lines {
	struct buf text;
	int first;
	size_t count;
};

static void
add_line(struct lines *l, int line)
{
	if (l->count == 0)
		l->first = line;
	if (l->count < LISTED)
		buf_printf(&l->text, "%s%d", l->count > 0 ? ", " : "", line);
	else if (l->count == LISTED)
		buf_puts(&l->text, ", …");
	l->count++;
}

/* Appends the message at the first of the lines, if there are any. */
static void
put(struct buf *out, struct lines *l, size_t least, const char *message)
{
	if (l->count >= least)
		buf_printf(out, "%d: %s\n", l->first, catalogue_local(message));
	buf_clear(&l->text);
}

static bool
is_executed(const struct step *s)
{
	return kind_is((int)s->kind, KIND_EXECUTED);
}

static void
put_targets(const struct runbook *r, struct arena *a, struct buf *out)
{
	struct lines here = { 0 }, undo = { 0 };

	for (size_t i = 0; i < r->plan.steps_count; i++) {
		const struct step *s = &r->plan.steps[i];

		if (!is_executed(s) || s->restores)
			continue;
		if (strcmp(s->on, "local") == 0 && s->kind != STEP_HTTP)
			add_line(&here, s->line);
		if (s->rollback && s->undo == NULL)
			add_line(&undo, s->line);
	}
	put(out, &here, 1,
	    message_arena(a, "import_no_on lines=%s", buf_text(&here.text)));
	put(out, &undo, 1,
	    message_arena(a, "import_no_undo lines=%s", buf_text(&undo.text)));
}

/* The command deletes, moves or changes files; *ret is how many of its words
 * name something else. */
static bool
is_destructive(
    const struct script_line *l, const char *word, size_t len, int *ret)
{
	static const char *const files[] = { "rm", "mv", "rmdir", "unlink",
		NULL };
	static const char *const owners[] = { "chmod", "chown", NULL };
	static const char *const deep[] = { " -R", " --recursive", NULL };
	static const char *const git[] = { "git reset", "git clean", NULL };
	size_t left = l->len - (size_t)(word - l->s);

	*ret = text_is_one_of(word, len, owners);
	return text_is_one_of(word, len, files) ||
	    (*ret > 0 && text_has_any(word, left, deep)) ||
	    (len == 3 && text_has_any(word, left, git));
}

/* A path that begins in the folder of the script. */
static bool
is_relative(const char *word, size_t len)
{
	return len > 0 && strchr("/~$<>&|\\\"'`{0123456789", word[0]) == NULL &&
	    memchr(word, '=', len) == NULL;
}

/* “cd /srv/app”, of whose argument nothing depends on where the script starts.
 */
static bool
is_whole(const struct script_line *l, size_t at)
{
	const char *s = l->s + at;

	return s[strspn(s, " \t\"'")] != '\0' &&
	    strchr("/~$-", s[strspn(s, " \t\"'")]) != NULL;
}

/* A destructive command of the script has a relative path, and no command
 * before it enters a folder with a whole one. */
static bool
is_adrift(const struct step *s)
{
	static const char *const before[] = { "sudo", "then", "do", "else",
		NULL };
	static const char *const folder[] = { "cd", "pushd", NULL };
	struct script_lines lines = { .at = s->text };
	struct script_line l;

	while (script_lines_next(&lines, &l)) {
		bool command, next = false, destructive = false;
		size_t at = 0, len;
		int other = 0;
		const char *w;

		while (
		    (w = script_next_word(&l, &at, &len, &command)) != NULL) {
			if (command || next) {
				if (text_is_one_of(w, len, folder) &&
				    is_whole(&l, at))
					return false;
				next = text_is_one_of(w, len, before);
				destructive = is_destructive(
				    &l, w, len, &other);
			} else if (destructive && *w != '-' && other-- <= 0 &&
			    is_relative(w, len)) {
				return true;
			}
		}
	}
	return false;
}

static void
put_adrift(const struct runbook *r, struct arena *a, struct buf *out)
{
	struct lines lines = { 0 };

	for (size_t i = 0; i < r->plan.steps_count; i++) {
		const struct step *s = &r->plan.steps[i];

		if (kind_is((int)s->kind, KIND_SHELL) && s->cwd == NULL &&
		    s->text != NULL && is_adrift(s))
			add_line(&lines, s->line);
	}
	put(out, &lines, 1,
	    message_arena(a, "import_adrift lines=%s", buf_text(&lines.text)));
}

static bool
has_value(const struct step *step, const char *value)
{
	const char *s = step->text != NULL ? step->text : "";
	size_t len = strlen(s);

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '#' && repeated_is_comment(s, i))
			i += strcspn(s + i, "\n");
		else if (repeated_at(value, s, len, i) > 0)
			return true;
	}
	return false;
}

/* Steps that name a parameter's default, where it could not be put in. */
static void
put_defaults(const struct runbook *r, struct arena *a, struct buf *out)
{
	for (size_t i = 0; i < r->plan.parameters_count; i++) {
		const struct parameter *parameter = &r->plan.parameters[i];
		struct lines lines = { 0 };

		if (parameter->fallback == NULL || parameter->pattern == NULL)
			continue;
		for (size_t k = 0; k < r->plan.steps_count; k++)
			if (has_value(&r->plan.steps[k], parameter->fallback))
				add_line(&lines, r->plan.steps[k].line);
		put(out, &lines, 1,
		    message_arena(a,
			"import_default parameter=%s value=%s lines=%s",
			parameter->name, parameter->fallback,
			buf_text(&lines.text)));
	}
}

static void
put_values(const struct runbook *r, struct arena *a, struct buf *out)
{
	struct repeated *all = arena_alloc(a, REPEATED_MAX * sizeof(*all));
	size_t count = repeated_find(r, a, all);

	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%d: %s\n", all[i].line,
		    catalogue_local(
			message_arena(a, "import_repeated value=%s lines=%s",
			    all[i].value, all[i].lines)));
}

void
decisions_put(const struct runbook *result, struct buf *out)
{
	struct arena *a = arena_new();

	put_targets(result, a, out);
	put_adrift(result, a, out);
	put_values(result, a, out);
	put_defaults(result, a, out);
	arena_free(a);
}
