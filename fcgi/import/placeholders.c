/*
 * placeholders.c: words that the author means to be filled in, “<version>”,
 * “YOUR_TOKEN” or “${version}”, as proposals of parameters.
 *
 * The script gets the variable, quoted as its place needs it, and the word is
 * the parameter's label.  The word stays if a shell would not put a value in (a
 * single quote, a comment), if the value could become a part of another command
 * (a quoted text with blanks, such as for ssh), or if that is not sure (a
 * here-document); `check` warns of it.
 */
#include <string.h>

#include "import/placeholders.h"
#include "base/text.h"
#include "compiler/parse/parse.h"
#include "lang/answers.h"
#include "compiler/check/identifiers.h"
#include "compiler/check/advice_variables.h"
#include "import/import_own.h"
#include "import/import.h"
#include "import/code.h"
#include "compiler/parse/heuristics.h"
#include "import/nodes.h"
#include "import/shape.h"

#define HOLES_TRIED_MAX 500 /* each reads the whole document */

static bool
is_usable(const struct import *im, const char *name)
{
	return identifier_refused(name) == NULL &&
	    strstr(im->p.src, arena_printf(im->p.arena, "%s=", name)) == NULL;
}

static const char *
name_for(const struct import *im, const char *s, size_t len)
{
	char *name = arena_strndup(im->p.arena, s, len);
	const char *longer;

	for (char *c = name; *c != '\0'; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c |= 0x20;
		else if (strchr("- ./|", *c) != NULL)
			*c = '_';
	}
	if (is_usable(im, name))
		return name;
	longer = arena_printf(im->p.arena, "%s_value", name);
	return is_usable(im, longer)
	    ? longer
	    : arena_printf(im->p.arena, "value_%zu", im->holes_count + 1);
}

const char *
import_hole(struct import *im, const char *s, size_t len)
{
	const char *label = arena_strndup(im->p.arena, s, len), *name;

	if (im->no_holes)
		return NULL;
	for (size_t i = 0; i < im->holes_count; i++)
		if (strcmp(im->holes[i].label, label) == 0)
			return im->holes[i].name;
	if (im->holes_tried++ >= HOLES_TRIED_MAX)
		return NULL;
	name = name_for(im, s, len);
	for (size_t i = 0; i < im->holes_count; i++)
		if (strcmp(im->holes[i].name, name) == 0)
			return name;
	if (im->holes_count == IMPORT_HOLES_MAX)
		return NULL;
	im->holes[im->holes_count].name = name;
	im->holes[im->holes_count++].label = label;
	return name;
}

/* A quoted text with nothing in it that ends a word or begins a command. */
static bool
is_plain_quote(const char *s, size_t len)
{
	for (size_t i = 0; i < len && s[i] != '"'; i++)
		if (strchr(" \t`$\\;&|'", s[i]) != NULL)
			return false;
	return memchr(s, '"', len) != NULL;
}

/* Fills in the placeholder at s[at], which is in the source at `place`. */
static void
fill(struct import *im, const char *s, size_t len, size_t place, bool quoted)
{
	bool angled = s[0] == '<';
	const char *name = import_hole(im, s + angled, len - 2 * angled);

	if (name != NULL)
		import_insert(im, place, len,
		    arena_printf(
			im->p.arena, quoted ? "${%s}" : "\"$%s\"", name));
}

/* ${version}, which the block does not set. */
static void
find_variable(struct import *im, const char *text, const char *s)
{
	size_t n = strspn(s + 2, "abcdefghijklmnopqrstuvwxyz_0123456789");
	const char *name = arena_strndup(im->p.arena, s + 2, n);

	if (s[2 + n] == '}' && im->holes_tried++ < HOLES_TRIED_MAX &&
	    is_usable(im, name) && !advice_is_set(text, name))
		(void)import_hole(im, name, n);
}

/* The line, outside of quotes at its beginning; false: it ends within one. */
static bool
fill_line(struct import *im, const char *text, const char *s, size_t len,
    size_t place)
{
	size_t next = 0, n = 0;
	bool more = looks_like_a_placeholder(s, len, &next, &n);
	const char *end;
	char quote = '\0';
	bool plain = false;

	for (size_t i = 0; i < len; i++) {
		while (more && next < i) {
			next++;
			more = looks_like_a_placeholder(s, len, &next, &n);
		}
		if (s[i] == '\\') {
			i++;
		} else if (s[i] == '$' && s[i + 1] == '{') {
			find_variable(im, text, s + i);
		} else if (s[i] == '\'' && quote == '\0') {
			end = memchr(s + i + 1, '\'', len - i - 1);
			if (end == NULL)
				return false;
			i = (size_t)(end - s);
		} else if (s[i] == '"') {
			quote = quote == '\0' ? '"' : '\0';
			plain = quote != '\0' &&
			    is_plain_quote(s + i + 1, len - i - 1);
		} else if (s[i] == '#' && quote == '\0' &&
		    (i == 0 || s[i - 1] == ' ' || s[i - 1] == '\t')) {
			return true;
		} else if (more && next == i) {
			if (quote == '\0' || plain)
				fill(im, s + i, n, place + i, plain);
			i += n - 1;
		}
	}
	return quote == '\0';
}

/* Fills in line i of the block from the byte `from` on; false: the line ends
 * within a quote. */
bool
import_fill(
    struct import *im, const struct node *n, int i, const char *s, size_t from)
{
	size_t len = strcspn(s, "\n");
	size_t at = import_line_at(&im->p, n, i, s, len);

	return im->no_holes || at == NOWHERE ||
	    fill_line(im, n->text, s + from, len - from, at + from);
}

void
import_holes(struct import *im, const struct node *n, const struct shape *shape)
{
	const char *s = n->text;

	if (!n->fenced || strstr(s, "<<") != NULL)
		return;
	for (int i = 0; *s != '\0'; i++) {
		if ((i >= shape->lines || shape->marks[i] == MARK_NONE) &&
		    !import_fill(im, n, i, s, 0))
			return;
		s += strcspn(s, "\n");
		s += *s == '\n';
	}
}
