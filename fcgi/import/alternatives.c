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
#include "import/block/code.h"
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
name_in(struct import *im, const char *text)
{
	const char *title = behind_number(text), *name = numbered(im, title);

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

/* Proposes the parameter and the conditions; false: there is no room. */
static bool
put_choice(struct import *im, const struct node *const *headings,
    const char *const *names, size_t count)
{
	const char *label = names[0], *list, *parameter;

	if (count > CHOICES_MAX ||
	    im->branches_count + count > IMPORT_BRANCHES_MAX)
		return false;
	list = arena_printf(im->p.arena, "\"%s\"", names[0]);
	for (size_t i = 1; i < count; i++) {
		label = arena_printf(im->p.arena, "%s / %s", label, names[i]);
		list = arena_printf(im->p.arena, "%s, \"%s\"", list, names[i]);
	}
	parameter = import_hole_named(im, "method", label);
	if (parameter == NULL)
		return false;
	for (size_t i = 0; i < im->holes_count; i++)
		if (strcmp(im->holes[i].name, parameter) == 0)
			im->holes[i].choices = list;
	import_note(im, headings[0]->at,
	    message_arena(
		im->p.arena, "import_alternatives parameter=%s", parameter));
	for (size_t i = 0; i < count; i++)
		im->branches[im->branches_count++] = (struct branch){
			headings[i],
			arena_printf(
			    im->p.arena, "%s == '%s'", parameter, names[i])
		};
	return true;
}

static bool
is_known(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/*
 * The alternatives from this heading on.  All of them get a condition or none:
 * one without would always be executed.  Returns the last of those that get
 * none, lest they are taken for a smaller group; alternatives_read() lists
 * them.
 */
static const struct node *
read_group(struct import *im, const struct node *first)
{
	const struct node *headings[CHOICES_MAX + 1], *h = first, *last = first;
	const char *names[CHOICES_MAX + 1], *name;
	size_t count = 0;

	for (; h != NULL; h = next_sibling(h)) {
		name = name_in(im, text_title(&im->p, h));
		if (name == NULL || is_known(names, count, name))
			break;
		last = h;
		if (count <= CHOICES_MAX) {
			headings[count] = h;
			names[count++] = name;
		}
	}
	return count < 2 || put_choice(im, headings, names, count) ? first
								   : last;
}

/* Words that name a way; those of one row exclude each other. */
static const char *const families[][16] = {
	{ "ubuntu", "debian", "centos", "rhel", "redhat", "fedora", "rocky",
	    "almalinux", "suse", "opensuse", "alpine", "macos", "windows",
	    "arch", NULL },
	{ "stage", "staging", "production", "prod", "test", "testing", "dev",
	    "development", "测试环境", "生产环境", "预发环境", "开发环境",
	    NULL },
	{ "docker", "kubernetes", "k8s", "docker-compose", "helm", "podman",
	    "swarm", "systemd", "binary", "二进制", "源码", NULL },
	{ "mysql", "mariadb", "postgresql", "postgres", "sqlite", "oracle",
	    "sqlserver", NULL },
	{ "apt", "yum", "dnf", "pip", "npm", "yarn", "pnpm", "brew", "rpm",
	    NULL },
};

#define FAMILIES ((int)(sizeof(families) / sizeof(families[0])))

static bool
has_word(const char *text, const char *word)
{
	size_t n = strlen(word);
	const char *s = text;

	for (; (s = strcasestr(s, word)) != NULL; s += n)
		if ((unsigned char)word[0] >= 0x80 ||
		    ((s == text || !isalnum((unsigned char)s[-1])) &&
			!isalnum((unsigned char)s[n]) && s[n] != '-'))
			return true;
	return false;
}

/* The only word of the row in the text, or NULL. */
static const char *
member_of(int family, const char *text)
{
	const char *found = NULL;

	for (size_t i = 0; families[family][i] != NULL; i++) {
		if (!has_word(text, families[family][i]))
			continue;
		if (found != NULL)
			return NULL;
		found = families[family][i];
	}
	return found;
}

void
alternatives_read(struct import *im, const char *text, size_t at)
{
	const char *name = name_in(im, text);
	int family = FAMILIES;

	if (text_characters(text) > 40)
		return;
	if (alternatives_parts(text, strlen(text))) {
		import_note_line(im, at, MESSAGE("import_or"));
		return;
	}
	for (int i = 0; i < FAMILIES && name == NULL; i++) {
		name = member_of(i, text);
		family = i;
	}
	if (name == NULL)
		return;
	if (im->way != NULL && im->way_family == family &&
	    strcmp(im->way, name) != 0) {
		import_note_line(im, im->way_at, MESSAGE("import_or"));
		import_note_line(im, at, MESSAGE("import_or"));
	}
	im->way = name;
	im->way_family = family;
	im->way_at = at;
}

void
alternatives_read_comments(struct import *im, const struct node *n)
{
	const char *s = n->text, *end = n->text + n->len;

	for (int i = 0; s < end; i++) {
		size_t len = strcspn(s, "\n"), blank = strspn(s, " \t");
		size_t at = import_line_at(&im->p, n, i, s, len);

		if (s[blank] == '#' && at != NOWHERE)
			alternatives_read(im,
			    without_remark(im, s + blank + 1, len - blank - 1),
			    at);
		s += len + (s[len] == '\n');
	}
}

bool
alternatives_parts(const char *s, size_t len)
{
	static const char *const words[] = { "or", "either", "alternatively",
		"或", "或者", "或者使用", "或使用", "或者执行", "或执行",
		"或是", "二选一", "任选其一", NULL };

	while (len > 0 && strchr("# ", *s) != NULL) {
		s++;
		len--;
	}
	while (len > 0 && strchr(" \t\r:,*_", s[len - 1]) != NULL)
		len--;
	while (len > 3 &&
	    (memcmp(s + len - 3, "：", 3) == 0 ||
		memcmp(s + len - 3, "，", 3) == 0))
		len -= 3;
	for (size_t i = 0; words[i] != NULL; i++)
		if (strlen(words[i]) == len &&
		    strncasecmp(s, words[i], len) == 0)
			return true;
	return false;
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
			n = read_group(im, n);
}

const char *
alternatives_when(const struct import *im, const struct node *h)
{
	for (size_t i = 0; i < im->branches_count; i++)
		if (im->branches[i].heading == h)
			return im->branches[i].when;
	return NULL;
}
