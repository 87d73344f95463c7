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

#include "import/choice/alternatives.h"
#include "base/message.h"
#include "base/text.h"
#include "import/block/code.h"
#include "import/block/placeholders.h"
#include "import/import_own.h"
#include "import/imperative.h"
#include "import/notes.h"
#include "import/pieces.h"
#include "import/choice/options.h"
#include "compiler/parse/slug.h"

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

/* The text without remarks in brackets; NULL where a choice cannot have it. */
static const char *
clean(struct import *im, const char *s)
{
	s = without_remark(im, s, strlen(s));
	return s[0] != '\0' && strpbrk(s, "\"'\\{}[]<>`*|#,") == NULL &&
		text_characters(s) <= 30
	    ? s
	    : NULL;
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
	s = clean(im, s);
	return s != NULL
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

const char *
alternatives_name(struct import *im, const char *text)
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

bool
alternatives_choose(struct import *im, size_t at, const char *const *names,
    size_t count, const char **ret_whens)
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
	import_note(im, at,
	    message_arena(
		im->p.arena, "import_alternatives parameter=%s", parameter));
	for (size_t i = 0; i < count; i++)
		ret_whens[i] = arena_printf(
		    im->p.arena, "%s == '%s'", parameter, names[i]);
	return true;
}

/* The headings become conditions; false: there is no room. */
static bool
put_choice(struct import *im, const struct node *const *headings,
    const char *const *names, size_t count)
{
	const char *whens[CHOICES_MAX + 1];

	if (!alternatives_choose(im, headings[0]->at, names, count, whens))
		return false;
	for (size_t i = 0; i < count; i++)
		im->branches[im->branches_count++] = (struct branch){
			.heading = headings[i], .when = whens[i]
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

/* “升级 Docker”: what is upgraded, and no way to do it. */
static bool
names_object(const char *title)
{
	static const char *const verbs[] = { "升级", "安装", "更新", "部署",
		"启动", "停止", "重启", "备份", "卸载", "upgrade ", "install ",
		"update ", "start ", "stop ", "restart ", "remove ", "back up ",
		NULL };
	size_t n;

	title = behind_number(title);
	for (size_t i = 0; verbs[i] != NULL; i++) {
		n = strlen(verbs[i]);
		if (strncasecmp(title, verbs[i], n) == 0 && title[n] != '\0')
			return true;
	}
	return false;
}

/* Headings that exclude each other, while they are found. */
struct headings {
	const struct node *all[CHOICES_MAX + 1], *last;
	const char *names[CHOICES_MAX + 1];
	size_t count;
};

static void
add(struct headings *g, const struct node *h, const char *name)
{
	g->last = h;
	if (g->count > CHOICES_MAX)
		return;
	g->all[g->count] = h;
	g->names[g->count++] = name;
}

/* “方法一：Docker”, “allinone 部署方式” */
static void
find_named(struct import *im, const struct node *h, struct headings *ret)
{
	for (; h != NULL; h = next_sibling(h)) {
		const char *name = alternatives_name(im, text_title(&im->p, h));

		if (name == NULL || is_known(ret->names, ret->count, name))
			return;
		add(ret, h, name);
	}
}

/* “Docker Compose 升级”, “Kubernetes 升级” */
static void
find_ways(struct import *im, const struct node *h, struct headings *ret)
{
	uint64_t before = 0;
	struct option way;

	for (int family = -1; h != NULL && ret->count <= CHOICES_MAX;
	     h = next_sibling(h)) {
		const char *title = text_title(&im->p, h);

		if (!options_read(title, &way) || !way.chosen ||
		    names_object(title) ||
		    (family >= 0 && way.family != family) ||
		    (before & way.words) != 0)
			return;
		family = way.family;
		before |= way.words;
		add(ret, h, options_name(im, &way));
	}
}

/* “用 Helm 来升级”, “Upgrading via APT”: the means, or NULL. */
static const char *
means_of(struct import *im, const char *title)
{
	static const char *const by[] = { "使用", "用", "通过", "利用", "采用",
		"using ", "via ", NULL };
	static const char *const verbs[] = { "来升级", "进行升级", "升级",
		"来更新", "更新", "安装", "部署", NULL };
	static const char *const infix[] = { " via ", " using ", NULL };
	const char *name, *found;
	size_t n = 0, len;

	title = behind_number(title);
	len = strlen(title);
	for (size_t i = 0; infix[i] != NULL; i++)
		if (text_has_any(title, len,
			(const char *const[]){
			    "pgrad", "pdat", "nstall", NULL }) &&
		    (found = strstr(title, infix[i])) != NULL)
			return clean(im, found + strlen(infix[i]));
	for (size_t i = 0; by[i] != NULL && n == 0; i++)
		if (strncasecmp(title, by[i], strlen(by[i])) == 0)
			n = strlen(by[i]);
	for (size_t i = 0; verbs[i] != NULL && n > 0; i++)
		if (text_ends(title, verbs[i]) && len > n + strlen(verbs[i])) {
			name = arena_strndup(
			    im->p.arena, title + n, len - n - strlen(verbs[i]));
			return clean(im, name + strspn(name, " "));
		}
	return NULL;
}

/* Headings that say by which means, each by another. */
static void
find_means(struct import *im, const struct node *h, struct headings *ret)
{
	for (; h != NULL; h = next_sibling(h)) {
		const char *name = means_of(im, text_title(&im->p, h));

		if (name == NULL || is_known(ret->names, ret->count, name))
			return;
		add(ret, h, name);
	}
}

/* The number of ways that the text offers; 1: it says no number; 0: none. */
static size_t
count_offered(const char *text)
{
	static const struct {
		const char *words[8];
		size_t count;
	} numbers[] = {
		{ { "两种", "二种", "2种", "2 种", "two ", NULL }, 2 },
		{ { "三种", "3种", "3 种", "three ", NULL }, 3 },
		{ { "四种", "4种", "4 种", "four ", NULL }, 4 },
		{ { "任选", "之一", "一种", "one of", "either", NULL }, 1 },
	};
	static const char *const kinds[] = { "方式", "方法", "方案", "途径",
		"选", " way", "method", "option", "approach", NULL };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (pieces_has(text, numbers[i].words) &&
		    pieces_has(text, kinds))
			return numbers[i].count;
	return 0;
}

/* The text between the heading before and this one, which is below it, says
 * that there are so many ways. */
static size_t
offered_between(
    struct import *im, const struct node *before, const struct node *h)
{
	size_t offered = 0, n;

	if (before == NULL || before->number >= h->number)
		return 0;
	for (before = before->next; before != h; before = before->next) {
		n = before->type == NODE_P && before->at != NOWHERE
		    ? count_offered(text_title(&im->p, before))
		    : 0;
		offered = n > 0 ? n : offered;
	}
	return offered;
}

/* Below “there are two ways”, two headings. */
static void
find_offered(struct import *im, const struct node *h, size_t offered,
    struct headings *ret)
{
	for (; offered > 0 && h != NULL && ret->count <= CHOICES_MAX;
	     h = next_sibling(h)) {
		const char *name = clean(
		    im, behind_number(text_title(&im->p, h)));

		if (name == NULL || is_known(ret->names, ret->count, name)) {
			ret->count = 0;
			return;
		}
		add(ret, h, name);
	}
	if (offered > 1 ? ret->count != offered : ret->count != 2)
		ret->count = 0;
}

/*
 * The alternatives from this heading on.  All of them get a condition or none:
 * one without would always be executed.  Returns the last of those that get
 * none, lest they are taken for a smaller group; options_note() lists them.
 */
static const struct node *
read_group(
    struct import *im, const struct node *before, const struct node *first)
{
	struct headings g = { .count = 0 };

	find_named(im, first, &g);
	if (g.count < 2) {
		g.count = 0;
		find_ways(im, first, &g);
	}
	if (g.count < 2) {
		g.count = 0;
		find_means(im, first, &g);
	}
	if (g.count < 2) {
		g.count = 0;
		find_offered(im, first, offered_between(im, before, first), &g);
	}
	return g.count < 2 || put_choice(im, g.all, g.names, g.count) ? first
								      : g.last;
}

void
alternatives_read_comments(struct import *im, const struct node *n)
{
	const char *s = n->text, *end = n->text + n->len;

	for (int i = 0; s < end; i++) {
		size_t len = strcspn(s, "\n"), blank = strspn(s, " \t");
		size_t at = import_line_at(&im->p, n, i, s, len);

		if (s[blank] == '#' && at != NOWHERE)
			options_note(im,
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
	const struct node *n = im->p.doc->first, *before = NULL;

	if (n != NULL && n->type != NODE_H)
		n = next_heading(n);
	for (; n != NULL; before = n, n = next_heading(n))
		if (alternatives_when(im, n) == NULL &&
		    !blocks_is_comment(&im->p, n->at))
			n = read_group(im, before, n);
}

const char *
alternatives_when(const struct import *im, const struct node *h)
{
	for (size_t i = 0; i < im->branches_count; i++)
		if (im->branches[i].heading == h)
			return im->branches[i].when;
	return NULL;
}
