/*
 * alternatives.c: sections of which a run takes one.
 *
 * Authors write “方法一：Docker”, “方法二：脚本”, or “allinone 部署方式”,
 * “ansible 部署方式”, and mean that readers follow one of them.  In a runbook
 * all would be executed, one after the other.  Headings of one level that
 * follow each other and have such a name get a condition on a parameter with
 * these choices.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "import/alternatives.h"
#include "base/message.h"
#include "base/text.h"
#include "import/block/placeholders.h"
#include "import/import_own.h"
#include "import/imperative.h"
#include "import/notes.h"
#include "compiler/parse/slug.h"

#define CHOICES_MAX 8 /* of one parameter */

/* Behind “3.1 ”, “2、” or “Step 2:”. */
static const char *
behind_number(const char *s)
{
	const char *behind = imperative_behind_number(s);
	size_t n = strspn(s, "0123456789.");

	if (behind != NULL)
		return behind;
	return n > 0 && s[n] == ' ' ? s + n + strspn(s + n, " ") : s;
}

/* The text up to a remark in brackets: “Docker（推荐）”. */
static const char *
without_remark(struct import *im, const char *s, size_t len)
{
	static const char *const marks[] = { "（", "(", "【", NULL };

	for (size_t i = 0; marks[i] != NULL; i++) {
		const char *at = memmem(s, len, marks[i], strlen(marks[i]));

		if (at != NULL && at > s)
			len = (size_t)(at - s);
	}
	while (len > 0 && strchr(" :", s[len - 1]) != NULL)
		len--;
	return arena_strndup(im->p.arena, s, len);
}

/* “方法一：Docker”, “Option B - packages” */
static const char *
numbered(struct import *im, const char *s)
{
	static const char *const words[] = { "方式", "方法", "方案", "option ",
		"method ", "alternative ", NULL };
	static const char *const numbers[] = { "一", "二", "三", "四", "五",
		"六", NULL };
	static const char *const signs[] = { "：", ":", "、", ".", "-", " ",
		NULL };
	const char *end, *start = s;
	size_t i = 0, n = 0;

	while (
	    words[i] != NULL && strncasecmp(s, words[i], strlen(words[i])) != 0)
		i++;
	if (words[i] == NULL)
		return NULL;
	s += strlen(words[i]);
	s += strspn(s, " ");
	for (size_t k = 0; numbers[k] != NULL && n == 0; k++)
		n = text_starts(s, numbers[k]) ? strlen(numbers[k]) : 0;
	if (n == 0 && isalnum((unsigned char)s[0]) &&
	    !isalnum((unsigned char)s[1]))
		n = 1;
	if (n == 0)
		return NULL;
	end = s + n;
	for (s = end; n > 0; s += n)
		for (n = i = 0; signs[i] != NULL && n == 0; i++)
			n = text_starts(s, signs[i]) ? strlen(signs[i]) : 0;
	s = without_remark(im, s, strlen(s));
	return s[0] != '\0' && strpbrk(s, "\"'\\{}[]<>`*|#,") == NULL &&
		text_characters(s) <= 30
	    ? s
	    : arena_strndup(im->p.arena, start, (size_t)(end - start));
}

/* “ansible 部署方式” */
static const char *
named(struct import *im, const char *s)
{
	static const char *const words[] = { "部署方式", "安装方式", NULL };
	const char *at = NULL;
	size_t n;

	for (size_t i = 0; words[i] != NULL && at == NULL; i++)
		at = strstr(s, words[i]);
	n = at != NULL ? (size_t)(at - s) : 0;
	while (n > 0 && s[n - 1] == ' ')
		n--;
	for (size_t i = 0; i < n; i++)
		if (strchr(" \"'\\{}[]<>`*|#,()", s[i]) != NULL)
			return NULL;
	return n > 0 && n <= 30 ? arena_strndup(im->p.arena, s, n) : NULL;
}

static const char *
name_of(struct import *im, const struct node *h)
{
	const char *title = behind_number(text_title(&im->p, h)), *name;

	name = numbered(im, title);
	return name != NULL ? name : named(im, title);
}

/* The next heading of the document behind it, or NULL. */
static const struct node *
next_heading(const struct node *n)
{
	for (n = n->next; n != NULL && n->type != NODE_H;)
		n = n->next;
	return n;
}

/* The next heading of its level with the same one around, or NULL. */
static const struct node *
next_sibling(const struct node *h)
{
	const struct node *n = next_heading(h);

	while (n != NULL && n->number > h->number)
		n = next_heading(n);
	return n != NULL && n->number == h->number ? n : NULL;
}

/* Proposes the parameter and the conditions. */
static void
put_choice(struct import *im, const struct node *const *headings,
    const char *const *names, size_t count)
{
	const char *label = names[0], *list, *parameter;

	list = arena_printf(im->p.arena, "\"%s\"", names[0]);
	for (size_t i = 1; i < count; i++) {
		label = arena_printf(im->p.arena, "%s / %s", label, names[i]);
		list = arena_printf(im->p.arena, "%s, \"%s\"", list, names[i]);
	}
	parameter = import_hole_named(im, "method", label);
	if (parameter == NULL)
		return;
	for (size_t i = 0; i < im->holes_count; i++)
		if (strcmp(im->holes[i].name, parameter) == 0)
			im->holes[i].choices = list;
	import_note(im, headings[0]->at,
	    message_arena(
		im->p.arena, "import_alternatives parameter=%s", parameter));
	for (size_t i = 0;
	     i < count && im->branches_count < IMPORT_BRANCHES_MAX; i++)
		im->branches[im->branches_count++] = (struct branch){
			headings[i],
			arena_printf(
			    im->p.arena, "%s == '%s'", parameter, names[i])
		};
}

static bool
is_known(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* The alternatives from this heading on; returns how many. */
static size_t
read_group(struct import *im, const struct node *h)
{
	const struct node *headings[CHOICES_MAX];
	const char *names[CHOICES_MAX], *name;
	size_t count = 0;

	for (; h != NULL && count < CHOICES_MAX; h = next_sibling(h)) {
		name = name_of(im, h);
		if (name == NULL || is_known(names, count, name))
			break;
		headings[count] = h;
		names[count++] = name;
	}
	if (count > 1)
		put_choice(im, headings, names, count);
	return count;
}

void
alternatives_find(struct import *im)
{
	const struct node *n = im->p.doc->first;

	if (n != NULL && n->type != NODE_H)
		n = next_heading(n);
	for (; n != NULL; n = next_heading(n))
		if (alternatives_when(im, n) == NULL &&
		    !blocks_is_comment(&im->p, n->at))
			read_group(im, n);
}

const char *
alternatives_when(const struct import *im, const struct node *h)
{
	for (size_t i = 0; i < im->branches_count; i++)
		if (im->branches[i].heading == h)
			return im->branches[i].when;
	return NULL;
}
