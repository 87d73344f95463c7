/*
 * options.c: parts of a text that exclude each other.
 *
 * “**CentOS:**” and “**Ubuntu:**” before blocks, tabs, and items such as
 * “- from the registry:” are written one behind the other, and readers take the
 * one that is theirs.  Their steps get a condition on a parameter with these
 * choices.  Parts that may as well be done one by one, such
 * as those of databases or environments, are listed.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "import/choice/options.h"
#include "base/message.h"
#include "base/text.h"
#include "import/choice/alternatives.h"
#include "import/block/containers.h"
#include "import/import_own.h"
#include "import/items.h"
#include "import/notes.h"
#include "compiler/parse/slug.h"
#include "compiler/parse/source.h"

#define LABEL 40 /* characters of a text that leads to a way */

enum {
	NAMED = -2, /* “方式 A” */
	SYSTEM = 0,
	MACHINE,
	MEANS,
	SOURCE,
	MODE,
	SIZE,
	STAGE,
	DATABASE
};

/* Longer words stand before those that are a part of them. */
/* clang-format off */
static const struct word {
	int family;
	const char *word, *name;
} all[] = {
	{ SYSTEM, "ubuntu", "Ubuntu" }, { SYSTEM, "debian", "Debian" },
	{ SYSTEM, "centos", "CentOS" }, { SYSTEM, "rhel", "RHEL" },
	{ SYSTEM, "redhat", "RHEL" }, { SYSTEM, "red hat", "RHEL" },
	{ SYSTEM, "fedora", "Fedora" }, { SYSTEM, "rocky", "Rocky" },
	{ SYSTEM, "almalinux", "AlmaLinux" }, { SYSTEM, "opensuse", "SUSE" },
	{ SYSTEM, "suse", "SUSE" }, { SYSTEM, "alpine", "Alpine" },
	{ SYSTEM, "macos", "macOS" }, { SYSTEM, "windows", "Windows" },
	{ SYSTEM, "arch linux", "Arch" },
	{ MACHINE, "amd64", "amd64" }, { MACHINE, "x86_64", "amd64" },
	{ MACHINE, "arm64", "arm64" }, { MACHINE, "aarch64", "arm64" },
	{ MEANS, "docker-compose", "Docker Compose" },
	{ MEANS, "docker compose", "Docker Compose" },
	{ MEANS, "docker run", "Docker run" },
	{ MEANS, "docker swarm", "Swarm" },
	{ MEANS, "docker", "Docker" },
	{ MEANS, "kubernetes", "Kubernetes" },
	{ MEANS, "k8s", "Kubernetes" }, { MEANS, "helm", "Helm" },
	{ MEANS, "podman", "Podman" },
	{ MEANS, "containerd", "containerd" }, { MEANS, "swarm", "Swarm" },
	{ MEANS, "systemd", "systemd" }, { MEANS, "pm2", "PM2" },
	{ MEANS, "binary", "binary" }, { MEANS, "二进制", "二进制" },
	{ MEANS, "bare metal", "bare metal" },
	{ MEANS, "裸机", "裸机" }, { MEANS, "源码", "源码" },
	{ MEANS, "源代码", "源码" }, { MEANS, "本地环境", "本地" },
	{ MEANS, "本地部署", "本地" },
	{ MEANS, "apt", "apt" }, { MEANS, "yum", "yum" }, { MEANS, "dnf", "dnf" },
	{ MEANS, "pip", "pip" }, { MEANS, "npm", "npm" },
	{ MEANS, "yarn", "yarn" }, { MEANS, "pnpm", "pnpm" },
	{ MEANS, "brew", "brew" }, { MEANS, "rpm", "rpm" },
	{ MEANS, "在线", "在线" }, { MEANS, "离线", "离线" },
	{ MEANS, "online", "online" }, { MEANS, "offline", "offline" },
	{ MEANS, "脚本升级", "脚本" }, { MEANS, "脚本更新", "脚本" },
	{ MEANS, "脚本方式", "脚本" }, { MEANS, "命令行", "命令行" },
	{ MEANS, "手工更新", "手动" }, { MEANS, "manual upgrade", "manual" },
	{ MEANS, "manual update", "manual" },
	{ MEANS, "automatic upgrade", "automatic" },
	{ MEANS, "automatic update", "automatic" },
	{ MEANS, "自动升级", "自动" }, { MEANS, "手动升级", "手动" },
	{ MEANS, "手工升级", "手动" }, { MEANS, "一键升级", "自动" },
	{ MEANS, "自动更新", "自动" }, { MEANS, "手动更新", "手动" },
	{ SOURCE, "从镜像仓库", "镜像仓库" },
	{ SOURCE, "从本地文件", "本地文件" },
	{ MODE, "非安全模式", "非安全模式" }, { MODE, "安全模式", "安全模式" },
	{ SIZE, "大版本", "大版本" }, { SIZE, "小版本", "小版本" },
	{ SIZE, "单机", "单机" }, { SIZE, "集群", "集群" },
	{ STAGE, "stage", "staging" }, { STAGE, "staging", "staging" },
	{ STAGE, "production", "production" }, { STAGE, "prod", "production" },
	{ STAGE, "testing", "test" }, { STAGE, "test", "test" },
	{ STAGE, "development", "development" },
	{ STAGE, "dev", "development" }, { STAGE, "测试环境", "test" },
	{ STAGE, "生产环境", "production" }, { STAGE, "预发环境", "staging" },
	{ STAGE, "开发环境", "development" },
	{ DATABASE, "mysql", "MySQL" }, { DATABASE, "mariadb", "MariaDB" },
	{ DATABASE, "postgresql", "PostgreSQL" },
	{ DATABASE, "postgres", "PostgreSQL" }, { DATABASE, "sqlite", "SQLite" },
	{ DATABASE, "oracle", "Oracle" }, { DATABASE, "sqlserver", "SQL Server" },
};
/* clang-format on */

#define WORDS (sizeof(all) / sizeof(all[0]))

/* The first word of the same name. */
static size_t
first_of(size_t i)
{
	size_t k = 0;

	while (all[k].family != all[i].family ||
	    strcmp(all[k].name, all[i].name) != 0)
		k++;
	return k;
}

/* Finds the word, and takes it out of the text. */
static bool
take_word(char *text, const char *word)
{
	size_t n = strlen(word);
	bool found = false;

	for (char *s = text; (s = strcasestr(s, word)) != NULL; s += n)
		if ((unsigned char)word[0] >= 0x80 ||
		    ((s == text || !isalnum((unsigned char)s[-1])) &&
			!isalnum((unsigned char)s[n]) && s[n] != '-')) {
			memset(s, ' ', n);
			found = true;
		}
	return found;
}

bool
options_read(const char *text, struct option *ret)
{
	char copy[LABEL * 4 + 1];
	struct option way = { .words = 0 };
	size_t len = strlen(text), base = 0;

	if (len >= sizeof(copy) || text_characters(text) > LABEL)
		return false;
	memcpy(copy, text, len + 1);
	for (size_t i = 0; i < WORDS; i++) {
		if (i == 0 || all[i].family != all[i - 1].family) {
			if (way.words != 0)
				break;
			base = i;
		}
		if (take_word(copy, all[i].word))
			way.words |= (uint64_t)1 << (first_of(i) - base);
		way.family = all[i].family;
	}
	if (way.words == 0)
		return false;
	way.family = all[base].family;
	way.chosen = way.family != STAGE && way.family != DATABASE;
	*ret = way;
	return true;
}

bool
options_is_all(const char *text)
{
	char copy[LABEL * 4 + 1];
	size_t len = strlen(text);

	if (len == 0 || len >= sizeof(copy))
		return false;
	memcpy(copy, text, len + 1);
	for (size_t i = 0; i < WORDS; i++)
		if (all[i].family == MEANS || all[i].family == SYSTEM)
			(void)take_word(copy, all[i].word);
	return strspn(copy, " /,&()") == len;
}

const char *
options_name(struct import *im, const struct option *way)
{
	const char *name = "";
	size_t base = 0;

	while (all[base].family != way->family)
		base++;
	for (size_t i = base; i < WORDS && all[i].family == way->family; i++)
		if (first_of(i) == i && (way->words >> (i - base) & 1) != 0)
			name = name[0] == '\0'
			    ? all[i].name
			    : arena_printf(
				  im->p.arena, "%s / %s", name, all[i].name);
	return name;
}

/* Parts that exclude each other, while they are found. */
struct group {
	const struct node *labels[CHOICES_MAX + 1];
	struct option ways[CHOICES_MAX + 1];
	size_t count;
};

static bool
is_further(const struct group *g, const struct option *way)
{
	for (size_t i = 0; i < g->count; i++)
		if (g->ways[i].family != way->family ||
		    (g->ways[i].words & way->words) != 0)
			return false;
	return true;
}

static bool
is_content(const struct node *n)
{
	return n != NULL &&
	    (n->type == NODE_CODE || n->type == NODE_OL || n->type == NODE_UL);
}

/* The steps from `from` to before `to` get the condition. */
static void
put_range(struct import *im, size_t from, size_t to, const char *when)
{
	if (im->branches_count < IMPORT_BRANCHES_MAX)
		im->branches[im->branches_count++] = (struct branch){
			.from = from, .to = to, .when = when
		};
}

/* The place of what stands behind the node, in the nodes around it too. */
static size_t
end_of(const struct import *im, const struct node *n)
{
	for (; n != NULL; n = n->parent)
		for (const struct node *next = n->next; next != NULL;
		     next = next->next)
			if (next->at != NOWHERE)
				return next->at;
	return im->p.len + 1;
}

/* The end of the last part: behind the blocks and lists that follow it. */
static size_t
end_of_last(const struct import *im, const struct node *n)
{
	while (is_content(n->next))
		n = n->next;
	return end_of(im, n);
}

/* Conditions for the parts, if there are two or more. */
static void
close_group(struct import *im, struct group *g, bool items)
{
	const char *names[CHOICES_MAX + 1], *whens[CHOICES_MAX + 1];
	size_t count = g->count;

	g->count = 0;
	if (count < 2 || count > CHOICES_MAX)
		return;
	for (size_t i = 0; i < count; i++)
		names[i] = g->ways[i].family == NAMED
		    ? alternatives_name(im, text_title(&im->p, g->labels[i]))
		    : options_name(im, &g->ways[i]);
	if (!alternatives_choose(im, g->labels[0]->at, names, count, whens))
		return;
	for (size_t i = 0; i < count; i++) {
		const struct node *n = g->labels[i];

		put_range(im, n->at,
		    i + 1 < count ? g->labels[i + 1]->at
			: items   ? end_of(im, n->parent->parent)
				  : end_of_last(im, n),
		    whens[i]);
	}
}

static void
add(struct import *im, struct group *g, const struct node *n,
    const struct option *way, bool items)
{
	if (!is_further(g, way) || g->count > CHOICES_MAX)
		close_group(im, g, items);
	g->labels[g->count] = n;
	g->ways[g->count++] = *way;
}

/* “**CentOS:**” or “On CentOS:”, directly before a block or a list. */
static bool
is_label(struct import *im, const struct node *n, struct option *ret)
{
	const char *text;

	if (n->type != NODE_P || n->at == NOWHERE || n->end == NOWHERE ||
	    n->end == 0 || !is_content(n->next))
		return false;
	text = items_text(im, n);
	if ((n->first == NULL || n->first->type != NODE_STRONG ||
		n->first->next != NULL) &&
	    !text_ends(text, ":") && !text_ends(text, "："))
		return false;
	if (alternatives_name(im, text_title(&im->p, n)) != NULL) {
		*ret = (struct option){ .family = NAMED, .chosen = true };
		return true;
	}
	return options_read(text_title(&im->p, n), ret) && ret->chosen;
}

/* Each of its items leads to another way. */
static void
find_items(struct import *im, const struct node *list)
{
	struct group g = { .count = 0 };
	struct option way;

	for (const struct node *li = list->first; li != NULL; li = li->next) {
		if (li->first == NULL || !is_label(im, li->first, &way) ||
		    !is_further(&g, &way) || g.count > CHOICES_MAX)
			return;
		g.labels[g.count] = li->first;
		g.ways[g.count++] = way;
	}
	close_group(im, &g, true);
}

static void
find_in(struct import *im, const struct node *first)
{
	struct group g = { .count = 0 };
	struct option way;

	for (const struct node *n = first; n != NULL; n = n->next) {
		if (n->type == NODE_H)
			close_group(im, &g, false);
		else if (is_label(im, n, &way))
			add(im, &g, n, &way, false);
		if (n->type == NODE_UL)
			find_items(im, n);
		if (n->type < NODE_P)
			find_in(im, n->first);
	}
	close_group(im, &g, false);
}

/* The name of a tab, “离线升级(linux/arm64)”, or its number. */
static const char *
tab_name(struct import *im, const char *name, size_t number)
{
	return name[0] != '\0' && text_characters(name) <= LABEL &&
		strpbrk(name, "\"'\\{}[]<>`*|#,") == NULL
	    ? name
	    : arena_printf(im->p.arena, "tab %zu", number);
}

/* The tabs of one group, by their names. */
static void
find_tabs(struct import *im, const struct tabs *tabs, size_t first)
{
	const char *names[CHOICES_MAX + 1], *whens[CHOICES_MAX + 1];
	size_t at[CHOICES_MAX + 1], count = 0;
	const struct parse *p = &im->p;

	for (size_t i = first; i < tabs->count && count <= CHOICES_MAX; i++) {
		if (tabs->all[i].group != tabs->all[first].group)
			continue;
		names[count] = tab_name(im, tabs->all[i].name, count + 1);
		for (size_t k = 0; k < count; k++)
			if (strcmp(names[k], names[count]) == 0)
				names[count] = tab_name(im, "", count + 1);
		at[count++] = i;
	}
	if (count < 2 || count > CHOICES_MAX ||
	    !alternatives_choose(im,
		source_line_start(p, tabs->all[first].first), names, count,
		whens))
		return;
	for (size_t i = 0; i < count; i++)
		put_range(im, source_line_start(p, tabs->all[at[i]].first),
		    source_line_start(p, tabs->all[at[i]].end), whens[i]);
}

void
options_find(struct import *im)
{
	for (size_t i = 0; im->tabs != NULL && i < im->tabs->count; i++)
		if (i == 0 ||
		    im->tabs->all[i].group > im->tabs->all[i - 1].group)
			find_tabs(im, im->tabs, i);
	find_in(im, im->p.doc->first);
}

const char *
options_when(struct import *im)
{
	const char *all_of = NULL;

	for (size_t i = 0; i < im->branches_count; i++) {
		const struct branch *b = &im->branches[i];

		if (b->heading != NULL || im->at < b->from || im->at >= b->to ||
		    (all_of != NULL && strstr(all_of, b->when) != NULL))
			continue;
		all_of = all_of == NULL
		    ? b->when
		    : arena_printf(im->p.arena, "%s and %s", all_of, b->when);
	}
	return all_of != NULL
	    ? arena_printf(im->p.arena, " when=\"%s\"", all_of)
	    : "";
}

void
options_note(struct import *im, const char *text, size_t at)
{
	struct option way;
	const char *name = alternatives_name(im, text);

	if (text_characters(text) > LABEL)
		return;
	if (alternatives_parts(text, strlen(text))) {
		import_note_line(im, at, MESSAGE("import_or"));
		return;
	}
	way.family = -1;
	if (options_when(im)[0] != '\0' ||
	    (name == NULL && !options_read(text, &way)))
		return;
	if (name == NULL)
		name = options_name(im, &way);
	if (im->way != NULL && im->way_family == way.family &&
	    strcmp(im->way, name) != 0) {
		import_note_line(im, im->way_at, MESSAGE("import_or"));
		import_note_line(im, at, MESSAGE("import_or"));
	}
	im->way = name;
	im->way_family = way.family;
	im->way_at = at;
}
