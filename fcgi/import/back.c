/*
 * back.c: what leads back, to the old version or to a backup.
 *
 * Few authors give the way back a heading of its own.  They write “If it fails,
 * roll back with:” or a label in bold letters, and what stands behind that
 * would be executed as the next step of the upgrade.  A heading gets the mark
 * of a rollback; all else stays text and is listed, since nobody but a person
 * knows which step it undoes.
 */
#include <string.h>
#include <strings.h>

#include "import/back.h"
#include "base/buf.h"
#include "base/message.h"
#include "base/text.h"
#include "import/import_own.h"
#include "import/imperative.h"
#include "import/items.h"
#include "import/notes.h"
#include "import/pieces.h"
#include "compiler/parse/slug.h"

static const char *const backups[] = { "备份", "快照", "backup", "back-up",
	"snapshot", "dump", NULL };

static const char *const upgrades[] = { "升级", "更新", "部署", "发布", "安装",
	"迁移", "upgrad", "updat", "deploy", "install", "migrat", NULL };
static const char *const both[] = { "与", "和", "及", "、", "/", "&", " and ",
	NULL };

/* Appends the text without what stands in brackets or behind a dash. */
static void
put_without_remarks(struct buf *out, const char *s)
{
	static const char *const open[] = { "(", "（", "【", "[", NULL };
	static const char *const close[] = { ")", "）", "】", "]", NULL };

	for (size_t n;
	     *s != '\0' && !text_starts(s, "——") && !text_starts(s, " — ");
	     s += n) {
		n = 1;
		for (size_t i = 0; open[i] != NULL && n == 1; i++) {
			const char *end = text_starts(s, open[i])
			    ? strstr(s, close[i])
			    : NULL;

			if (end != NULL)
				n = (size_t)(end - s) + strlen(close[i]);
		}
		if (n == 1)
			buf_putc(out, *s);
	}
}

/* It is about a rollback, and neither says that there is none nor prepares it.
 */
static bool
is_of_rollback(const char *text)
{
	static const char *const words[] = { "rollback", "roll back",
		"rolling back", "roll-back", "revert to", "reverting to",
		"revert the", "回退", "回滚", NULL };
	static const char *const other[] = { "不可回", "无法回", "不能回",
		"不支持回", "无回滚", "无回退", "便于", "以便", "用于回",
		"回滚点", "回滚约束", "历史回滚", "no rollback",
		"cannot be rolled", "for rollback", "for a rollback", NULL };

	return pieces_has(text, words) && !pieces_has(text, other);
}

bool
back_is_rollback(const char *heading)
{
	static const char *const fails[] = { "失败", "异常", "fail", NULL };
	struct buf text = { 0 };
	bool result;

	put_without_remarks(&text, heading);
	result = is_of_rollback(buf_text(&text)) &&
	    (!pieces_has(buf_text(&text), upgrades) ||
		!pieces_has(buf_text(&text), both) ||
		pieces_has(buf_text(&text), fails));
	buf_clear(&text);
	return result;
}

bool
back_is_restore(const char *heading)
{
	static const char *const chinese[] = { "恢复", "还原", NULL };
	static const char *const chinese_fails[] = { "失败", "异常", "出错",
		NULL };
	static const char *const english[] = { "restore", "restoring",
		"recover", "recovery", NULL };
	static const char *const from[] = { "previous", "old version",
		"if something", "goes wrong", "fail", NULL };
	const char *s = imperative_behind_number(heading);
	size_t n = 0;

	s = s != NULL ? s : heading;
	if (pieces_has(s, chinese))
		return text_characters(s) == 2 || pieces_has(s, backups) ||
		    pieces_has(s, chinese_fails);
	while (english[n] != NULL &&
	    strncasecmp(s, english[n], strlen(english[n])) != 0)
		n++;
	return (english[n] != NULL || back_is_backup_too(s)) &&
	    (pieces_has(s, english)) &&
	    (strchr(s, ' ') == NULL || pieces_has(s, backups) ||
		pieces_has(s, from));
}

bool
back_is_backup_too(const char *heading)
{
	return pieces_has(heading, backups) && pieces_has(heading, both);
}

bool
back_is_failure(const char *text)
{
	static const char *const conditions[] = { "如果", "若", "一旦", "如遇",
		"如升级", "如出现", "if ", "in case ", "should the ", NULL };
	static const char *const failures[] = { "失败", "异常", "出错",
		"出问题", "出现问题", "有问题", "遇到问题", "发现问题",
		"不成功", "不正常", " fail", "goes wrong", "went wrong",
		"go wrong", "unsuccessful", "problem occurs", "does not work",
		"doesn't work", "something breaks", NULL };

	return pieces_has(text, conditions) && pieces_has(text, failures);
}

bool
back_tells(const char *text)
{
	static const char *const restore[] = { "恢复备份", "从备份恢复",
		"用备份恢复", "还原备份", "restore the backup",
		"restore from the backup", "restore from backup",
		"restore a backup", "restore your backup", NULL };
	/* It prepares the way back, or says that there is none. */
	static const char *const other[] = { "以便", "便于", "方便", "用于回",
		"可回", "为了", "不可", "不能", "无法", "不支持", "方案",
		"计划", "脚本", "预案", "准备", "so that", "so you can",
		"order to", "able to", "for rollback", "for a rollback",
		"for rolling", "cannot", "can not", "can't", "not possible",
		" plan", "prepare", NULL };

	struct buf short_text = { 0 };
	const char *s;
	bool result;

	put_without_remarks(&short_text, text);
	s = buf_text(&short_text);
	result = back_is_failure(s) ||
	    ((is_of_rollback(s) || pieces_has(s, restore)) &&
		!pieces_has(s, other));
	buf_clear(&short_text);
	return result;
}

/* “tar xzf”, “tar -xf”: it unpacks. */
static bool
unpacks(const char *s)
{
	for (; (s = strstr(s, "tar ")) != NULL; s += strlen("tar ")) {
		const char *flags = s + strlen("tar ");
		size_t n = strcspn(flags, " \n");

		if (memchr(flags, 'x', n) != NULL)
			return true;
	}
	return false;
}

/* “mysql app < FILE” */
static bool
reads_dump(const char *s)
{
	static const char *const clients[] = { "mysql ", "mariadb ", "psql ",
		"sqlite3 ", "mysql -", NULL };

	for (; *s != '\0'; s += *s == '\n') {
		size_t len = strcspn(s, "\n");

		if (text_has_any(s, len, clients) &&
		    (memmem(s, len, "< ", 2) != NULL ||
			memmem(s, len, " <", 2) != NULL ||
			memmem(s, len, " -f ", 4) != NULL) &&
		    memmem(s, len, "mysqldump", strlen("mysqldump")) == NULL)
			return true;
		s += len;
	}
	return false;
}

bool
back_restores(const char *script)
{
	static const char *const words[] = { "restore", "recover", "unzip ",
		"gunzip ", "rollback", " rollout undo", NULL };

	return pieces_has(script, words) || unpacks(script) ||
	    reads_dump(script);
}

/* The title is about something else than a rollback, too. */
static bool
names_upgrade(const char *title)
{
	return pieces_has(title, upgrades);
}

bool
back_is_all(struct import *im)
{
	const char *title = im->p.runbook->plan.title;
	size_t at = im->p.body;
	bool first = true;

	for (const struct node *n = im->p.doc->first; n != NULL; n = n->next) {
		const char *text;

		if (n->type != NODE_H || blocks_is_comment(&im->p, n->at))
			continue;
		text = text_title(&im->p, n);
		if (first && title == NULL && n->number == 1) {
			title = text;
			at = n->at;
		} else if (names_upgrade(text) && !back_is_rollback(text)) {
			return false;
		}
		first = false;
	}
	if (title == NULL || !back_is_rollback(title) || names_upgrade(title))
		return false;
	import_note(im, at, MESSAGE("import_back_all"));
	return true;
}

bool
back_moves(struct import *im)
{
	static const char *const words[] = { "迁移", "搬迁", "migrat", " move",
		"moving", NULL };
	const char *title = im->p.runbook->plan.title;

	for (const struct node *n = im->p.doc->first;
	     n != NULL && title == NULL; n = n->next)
		if (n->type == NODE_H)
			title = text_title(&im->p, n);
	return title != NULL && pieces_has(title, words);
}

bool
back_is_label(struct import *im, const struct node *n)
{
	const char *title = text_title(&im->p, n);
	const struct node *c = n->first;

	if (n->parent != im->p.doc || text_characters(title) > 40)
		return false;
	return (c != NULL && c->type == NODE_STRONG && c->next == NULL) ||
	    (text_characters(title) <= 16 &&
		pieces_has(title,
		    (const char *const[]){
			"。", "，", ". ", ", ", "`", NULL }) == false &&
		(imperative_behind_number(title) != NULL ||
		    text_characters(title) <= 10));
}

/* The number that the label begins with: 'z' of Chinese, '1', or none. */
static char
label_number(const char *title)
{
	if (imperative_behind_number(title) == NULL)
		return '\0';
	return (unsigned char)title[strspn(title, "(")] >= 0x80 ? 'z' : '1';
}

static bool
goes_on(const char *text)
{
	static const char *const words[] = { "then ", "and ", "next", "after ",
		"finally", "also", "然后", "再", "接着", "最后", "并", "之后",
		"同时", NULL };

	for (size_t i = 0; words[i] != NULL; i++)
		if (strncasecmp(text, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

/* A list or a block stands behind it, or its mark says so. */
static bool
leads(const struct node *n, const char *text)
{
	const struct node *next = n->next;

	return text_ends(text, ":") || text_ends(text, "：") ||
	    (next != NULL &&
		(next->type == NODE_CODE || next->type == NODE_OL ||
		    next->type == NODE_UL));
}

/* “准备回滚方案：” */
static bool
prepares(const char *title)
{
	static const char *const words[] = { "准备", "确认", "制定", "编写",
		"以便", "便于", "方便", "无法", "不能", "不支持", "prepare",
		"make sure", "check", "write", "so that", "cannot", NULL };

	return pieces_has(title, words);
}

void
back_read(struct import *im, const struct node *n)
{
	const char *title, *text;
	bool label;

	if (n->at == NOWHERE || n->end == NOWHERE || n->end == 0)
		return;
	title = text_title(&im->p, n);
	text = items_text(im, n);
	label = back_is_label(im, n);
	if (label && !prepares(title) &&
	    (back_is_rollback(title) || back_is_restore(title))) {
		im->back = BACK_REST;
		im->back_in = n->parent;
		im->back_number = label_number(title);
	} else if (im->back == BACK_REST) {
		if (label && im->back_number != '\0' &&
		    label_number(title) == im->back_number)
			im->back = BACK_NOT;
	} else if (back_tells(text) && leads(n, text)) {
		im->back = BACK_BLOCK;
		im->back_in = n->parent;
	} else if (n->parent == im->back_in && !goes_on(title)) {
		im->back = BACK_NOT;
	}
}

bool
back_is_here(const struct import *im)
{
	bool marked = im->back_all || im->troubles > 0;

	for (int level = 1; level <= 6; level++)
		marked |= im->rollbacks[level];
	return im->back != BACK_NOT && !marked;
}

void
back_note(struct import *im, const struct node *n)
{
	import_note_line(im, n->at, MESSAGE("import_back"));
}
