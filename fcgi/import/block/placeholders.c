/*
 * placeholders.c: words that the author means to be filled in, “<version>”,
 * “YOUR_TOKEN” or “${version}”, as proposals of parameters.
 *
 * The script gets the variable, quoted as its place needs it, and the word is
 * the parameter's label.  The word stays if a shell would not put a value in (a
 * single quote, a comment), if the value could become a part of another command
 * (a quoted text with blanks, such as for ssh), or if that is not sure (a
 * here-document); `check` warns of it.  A folder or version that stands in
 * several steps becomes a parameter with that default: its pattern allows
 * nothing that a quoted text could not hold.
 */
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "import/block/placeholders.h"
#include "base/buf.h"
#include "base/text.h"
#include "compiler/parse/cjk.h"
#include "compiler/check/identifiers.h"
#include "compiler/check/advice_variables.h"
#include "import/imperative.h"
#include "import/import_own.h"
#include "import/import.h"
#include "import/block/code.h"
#include "compiler/parse/heuristics.h"
#include "import/nodes.h"
#include "import/repeated.h"
#include "import/block/shape.h"

#define HOLES_TRIED_MAX 500 /* each reads the whole document */

/* The document sets a variable of that name: it is no option “--name=”. */
static bool
is_set(const struct import *im, const char *name)
{
	size_t len = strlen(name);
	const char *start = im->p.src;

	for (const char *s = start; (s = strstr(s, name)) != NULL; s++)
		if (s[len] == '=' &&
		    (s == start || strchr(" \t\n;&|(\"'`", s[-1]) != NULL))
			return true;
	return false;
}

/* The document reads a variable of that name. */
static bool
is_read(const struct import *im, const char *name)
{
	for (const char *s = im->p.src; (s = strstr(s, name)) != NULL; s++)
		if ((s > im->p.src && s[-1] == '$') ||
		    (s > im->p.src + 1 && s[-1] == '{' && s[-2] == '$'))
			return true;
	return false;
}

static bool
is_usable(const struct import *im, const char *name)
{
	return identifier_refused(name) == NULL && !is_set(im, name);
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

/* The same, and neither a parameter nor a variable has it yet. */
static const char *
new_name(const struct import *im, const char *s, size_t len)
{
	const char *first = name_for(im, s, len), *name = first;
	size_t number = 1;

	for (size_t i = 0; i <= im->holes_count; i++) {
		if (i < im->holes_count ? strcmp(im->holes[i].name, name) != 0
					: !is_read(im, name))
			continue;
		name = arena_printf(im->p.arena, "%s_%zu", first, ++number);
		i = SIZE_MAX; /* from the first one on */
	}
	return name;
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

const char *
import_hole_named(struct import *im, const char *name, const char *label)
{
	size_t count = im->holes_count;

	for (size_t i = 0; i < count; i++)
		if (strcmp(im->holes[i].label, label) == 0)
			return im->holes[i].name;
	if (im->no_holes || count == IMPORT_HOLES_MAX)
		return NULL;
	name = new_name(im, name, strlen(name));
	im->holes[count].name = name;
	im->holes[count].label = label;
	im->holes_count++;
	return name;
}

/* The parameter for a value of several steps, or NULL. */
static const char *
value_hole(struct import *im, const char *value)
{
	const char *word = strrchr(value, '/'), *name;
	char *copy;

	for (size_t i = 0; i < im->holes_count; i++)
		if (im->holes[i].is_value &&
		    strcmp(im->holes[i].label, value) == 0)
			return im->holes[i].name;
	if (im->no_holes || im->holes_count == IMPORT_HOLES_MAX)
		return NULL;
	copy = word == NULL ? arena_strdup(im->p.arena, "version")
			    : arena_printf(im->p.arena, "%s_%s", word + 1,
				  strchr(word, '.') != NULL ? "path" : "dir");
	for (char *c = copy; *c != '\0'; c++)
		if (strchr(".-", *c) != NULL)
			*c = '_';
	name = new_name(im, copy, strlen(copy));
	im->holes[im->holes_count].is_value = true;
	im->holes[im->holes_count].name = name;
	im->holes[im->holes_count++].label = value;
	return name;
}

/* A value of several steps at s[at], with its parameter; its length, or 0. */
static size_t
value_at(struct import *im, const char *s, size_t len, size_t at,
    const char **ret_name)
{
	for (size_t i = 0; i < im->values_count; i++) {
		size_t n = repeated_at(im->values[i].value, s, len, at);

		*ret_name = n > 0 ? value_hole(im, im->values[i].value) : NULL;
		if (*ret_name != NULL)
			return n;
	}
	return 0;
}

const char *
import_with_values(struct import *im, const char *text)
{
	struct buf out = { 0 };
	size_t len = strlen(text), n;
	const char *name, *result;

	for (size_t i = 0; i < len;) {
		n = i == 0 || strchr(" :", text[i - 1]) != NULL
		    ? value_at(im, text, len, i, &name)
		    : 0;
		if (n > 0)
			buf_printf(&out, "{{%s}}", name);
		else
			buf_putc(&out, text[i]);
		i += n > 0 ? n : 1;
	}
	result = arena_strdup(im->p.arena, buf_text(&out));
	buf_clear(&out);
	return result;
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

/* “{{ app.version }}”, for the generator of a web site: its length, or 0. */
static size_t
in_two_brackets(const char *s, size_t len, size_t i)
{
	size_t n = i + 2, start;

	if (len - i < 5 || s[i] != '{' || s[i + 1] != '{' ||
	    (i > 0 && strchr("${", s[i - 1]) != NULL))
		return 0;
	n += strspn(s + n, " ");
	start = n;
	while (n < len &&
	    (isalnum((unsigned char)s[n]) || s[n] == '_' ||
		(n > start && strchr(".-", s[n]) != NULL)))
		n++;
	if (n == start)
		return 0;
	n += strspn(s + n, " ");
	return n + 1 < len && s[n] == '}' && s[n + 1] == '}' ? n + 2 - i : 0;
}

/* “{version}” or “[密码]”, which mean nothing to a shell: its length, or 0. */
static size_t
in_brackets(const char *s, size_t len, size_t i)
{
	bool wide = false, other = false;
	size_t n = in_two_brackets(s, len, i);

	if (n > 0)
		return n;
	n = i + 1;

	if ((s[i] != '{' && s[i] != '[') ||
	    (i > 0 && strchr("${%@\\['", s[i - 1]) != NULL))
		return 0;
	for (; n < len && s[n] != '}' && s[n] != ']'; n++) {
		wide |= (unsigned char)s[n] >= 0x80;
		other |= (unsigned char)s[n] < 0x80 &&
		    !isalpha((unsigned char)s[n]) &&
		    (n == i + 1 || strchr(" -_.0123456789", s[n]) == NULL);
	}
	return n < len && n > i + 2 && !other && s[n] == s[i] + 2 &&
		s[n - 1] != ' ' && (s[i] == '{' || wide)
	    ? n + 1 - i
	    : 0;
}

bool
import_next_placeholder(const char *s, size_t len, size_t *at, size_t *ret_len)
{
	size_t place = *at, n = 0;
	bool any = looks_like_a_placeholder(s, len, &place, ret_len);

	for (; *at < (any ? place : len); (*at)++)
		if ((n = in_brackets(s, len, *at)) > 0) {
			*ret_len = n;
			return true;
		}
	*at = place;
	return any;
}

/* The parameter for a placeholder, with its brackets or without. */
static const char *
hole_for(struct import *im, const char *s, size_t len)
{
	const char *end = s + len;

	while (s < end && strchr("<{[ ", *s) != NULL)
		s++;
	while (end > s && strchr(">}] ", end[-1]) != NULL)
		end--;
	return import_hole(im, s, (size_t)(end - s));
}

/* Fills in the placeholder at s[at], which is in the source at `place`. */
static void
fill(struct import *im, const char *s, size_t len, size_t place, bool quoted)
{
	const char *name = hole_for(im, s, len);

	if (name != NULL)
		import_insert(im, place, len,
		    arena_printf(
			im->p.arena, quoted ? "${%s}" : "\"$%s\"", name));
}

const char *
import_filled(struct import *im, const char *s)
{
	size_t len = strlen(s), at = 0, from = 0, n;
	bool quotes = strpbrk(s, "\"'`\\") != NULL;
	struct buf out = { 0 };
	const char *name = "", *result;

	while (name != NULL && import_next_placeholder(s, len, &at, &n)) {
		name = quotes ? NULL : hole_for(im, s + at, n);
		buf_put(&out, s + from, at - from);
		if (name != NULL)
			buf_printf(&out, "\"$%s\"", name);
		from = at += n;
	}
	buf_puts(&out, s + from);
	result = name != NULL ? arena_strdup(im->p.arena, buf_text(&out))
			      : NULL;
	buf_clear(&out);
	return result;
}

/* ${version} or ${Version}, which nothing sets: a parameter has lower-case
 * letters. */
static void
find_variable(struct import *im, const char *text, const char *s, size_t place)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
	size_t n = strspn(s + 2, letters);
	const char *word = arena_strndup(im->p.arena, s + 2, n), *name;

	if (s[2 + n] != '}' || im->holes_tried++ >= HOLES_TRIED_MAX ||
	    strpbrk(word, "abcdefghijklmnopqrstuvwxyz") == NULL ||
	    is_set(im, word) || advice_is_set(text, word) ||
	    (strpbrk(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL &&
		!is_usable(im, word)))
		return;
	name = import_hole(im, word, n);
	if (name != NULL && strcmp(name, word) != 0)
		import_insert(
		    im, place, n + 3, arena_printf(im->p.arena, "${%s}", name));
}

/*
 * “数据库名称”, where a command would have a name: the length of a whole word
 * of letters, of which two are Chinese; 0: it is none, or text that is printed.
 */
static size_t
wide_word(const char *s, size_t len, size_t i)
{
	static const char *const printing[] = { "echo", "printf", "logger",
		"git", "grep", "sed", "awk", NULL };
	size_t n = 0, wide = 0, first = strcspn(s, " \t");

	if (i <= first || (s[i - 1] != ' ' && s[i - 1] != '='))
		return 0;
	for (size_t k = 0; printing[k] != NULL; k++)
		if (strlen(printing[k]) == first &&
		    memcmp(s, printing[k], first) == 0)
			return 0;
	while (i + n < len && (unsigned char)s[i + n] > ' ') {
		size_t size = (unsigned char)s[i + n] < 0x80 ? 1 : 3;

		if (size == 1 ? !isalnum((unsigned char)s[i + n])
			      : !cjk_is_letter(cjk_at(s, len, i + n)))
			return 0;
		wide += size == 3;
		n += size;
	}
	return wide >= 2 ? n : 0;
}

/* “kill -9 3079”, where that process ran once: the length of its number, or 0.
 */
static size_t
process_number(const char *s, size_t len, size_t i)
{
	size_t first = strspn(s, " \t"), n = 0;

	if (text_starts(s + first, "sudo "))
		first += strlen("sudo ");
	while (i + n < len && isdigit((unsigned char)s[i + n]))
		n++;
	return n > 1 && i > first && s[i - 1] == ' ' &&
		text_starts(s + first, "kill ") &&
		(i + n == len || strchr(" ;&|\r", s[i + n]) != NULL)
	    ? n
	    : 0;
}

/* “curl … 确认版本号”: words for the reader behind the command. */
static bool
is_remark(struct import *im, const char *s, size_t len, size_t i)
{
	size_t n = wide_word(s, len, i);

	return n > 0 && imperative_is(arena_strndup(im->p.arena, s + i, n));
}

/* Fills in a Chinese word or the number of a process; its length, or 0. */
static size_t
fill_word(struct import *im, const char *s, size_t len, size_t i, size_t place)
{
	size_t n = wide_word(s, len, i);
	const char *name = n > 0 ? import_hole(im, s + i, n) : NULL;

	if (n == 0 && (n = process_number(s, len, i)) > 0)
		name = import_hole_named(
		    im, "pid", arena_strndup(im->p.arena, s + i, n));
	if (name != NULL)
		import_insert(im, place + i, n,
		    arena_printf(im->p.arena, "\"$%s\"", name));
	return n;
}

/* The line, outside of quotes at its beginning; false: it ends within one. */
static bool
fill_line(struct import *im, const char *text, const char *s, size_t len,
    size_t place)
{
	size_t next = 0, n = 0;
	bool more = import_next_placeholder(s, len, &next, &n);
	const char *end, *name;
	size_t size;
	char quote = '\0';
	bool plain = false;

	for (size_t i = 0; i < len; i++) {
		while (more && next < i) {
			next++;
			more = import_next_placeholder(s, len, &next, &n);
		}
		if (s[i] == '\\') {
			i++;
		} else if (s[i] == '$' && s[i + 1] == '{') {
			find_variable(im, text, s + i, place + i);
		} else if (quote == '\0' && is_remark(im, s, len, i)) {
			import_insert(im, place + i, 0, "# ");
			return true;
		} else if (quote == '\0' &&
		    (size = fill_word(im, s, len, i, place)) > 0) {
			i += size - 1;
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
		} else if ((size = value_at(im, s, len, i, &name)) > 0) {
			import_insert(im, place + i, size,
			    arena_printf(im->p.arena,
				quote != '\0' ? "${%s}" : "\"$%s\"", name));
			i += size - 1;
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
