/*
 * topics.c: guesses about what a heading or a sentence is about.
 *
 * Plain lists of words, as in imperative.c: what is below a heading, what a
 * list behind a sentence is, what a step does.
 */
#include <stdint.h>
#include <string.h>

#include "import/topics.h"
#include "base/text.h"
#include "import/imperative.h"

bool
topic_names_check(const char *title)
{
	static const char *const words[] = { "验证", "检查", "核对", "验收",
		"verif", "Verif", "checks", "Checks", "checklist", "Checklist",
		NULL };
	static const char *const other[] = { "方法", "说明", "原理", "证书",
		"结果", "失败", "how ", "How ", NULL };

	return text_characters(title) <= 24 &&
	    text_has_any(title, strlen(title), words) &&
	    !text_has_any(title, strlen(title), other);
}

bool
topic_names_backup(const char *title)
{
	static const char *const backup[] = { "备份", "快照", "backup",
		"Backup", "Back up", "back up", "snapshot", "Snapshot", NULL };
	static const char *const other[] = { "恢复", "还原", "回滚", "回退",
		"删除", "清理", "备份目录", "备份文件", "restor", "Restor",
		"roll", "Roll", "remove", "Remove", "delete", "Delete", "from",
		"备份到本地", "备份的", NULL };

	const char *rest = imperative_next_clause(title);
	size_t first = rest != NULL ? (size_t)(rest - title) : strlen(title);
	const char *remark = strstr(title, "（");

	if (remark != NULL && (size_t)(remark - title) < first)
		first = (size_t)(remark - title);
	return text_has_any(title, strlen(title), backup) &&
	    !text_has_any(title, first, other);
}

bool
topic_is_backup(const char *title)
{
	const char *behind = imperative_behind_number(title);

	return topic_names_backup(title) &&
	    imperative_is(behind != NULL ? behind : title);
}

bool
topic_offers(const char *title)
{
	static const char *const choices[] = { "一种", "之一", "任选", "二选一",
		"两种", "三种", "几种", "多种", "2种", "2 种", "3种", "3 种",
		"可以选择", "可选择", "one of", "either", "any of", "two ways",
		"three ways", "several ways", "two methods", "two options",
		"multiple ways", "following options", "following methods",
		"following ways", NULL };

	return text_has_any(title, strlen(title), choices);
}

bool
topic_leads(const char *title)
{
	static const char *const words[] = { "以下", "下列", "如下", "下面",
		"following", "these", NULL };
	size_t len = strlen(title);

	return !topic_offers(title) &&
	    (text_ends(title, ":") || text_ends(title, "：")) &&
	    text_has_any(title, len, words);
}

bool
topic_explains(const char *title)
{
	static const char *const words[] = { "了解", "包括", "包含", "内容",
		"说明", "includ", "about", "for:", "learn", NULL };

	return (text_ends(title, ":") || text_ends(title, "：")) &&
	    text_has_any(title, strlen(title), words);
}

bool
topic_tells(const char *title)
{
	static const char *const words[] = { " will:", "会：", "会:", "会自动",
		"自动完成", "适用场景", "会做如下", "会做以下", "会执行如下",
		"会执行以下", "会进行", "会依次", "将：", "将:", "特性", "特点",
		"优势", "automatically", " does:", "will do", NULL };

	return (text_ends(title, ":") || text_ends(title, "：")) &&
	    (text_has_any(title, strlen(title), words) ||
		topic_names_no_task(title));
}

bool
topic_names_rehearsal(const char *text)
{
	static const char *const words[] = { "演练", "预演", "rehears",
		"Rehears", NULL };
	static const char *const where[] = { "测试环境", "预发", "test ",
		"staging", NULL };

	return text_has_any(text, strlen(text), words) &&
	    text_has_any(text, strlen(text), where);
}

/* “滚动升级方案设计思路”, “本次升级目标为：”: its last word says that nothing
 * is done below it. */
static bool
names_thoughts(const char *heading)
{
	static const char *const words[] = { "目标", "目的", "思路", "原理",
		"架构", "概述", "概览", "背景", "简介", "总结", "变更", "变动",
		"兼容性", "升级内容", "本次升级内容", "影响", "风险", "策略",
		"规范", "原则", "约定", "Goals", "goals", "Overview",
		"Background", "Summary", "Motivation", NULL };
	static const char *const signs[] = { "：", ":", "为", "是", "如下", " ",
		"说明", NULL };
	size_t len = strlen(heading);

	for (size_t i = 0; signs[i] != NULL; i++) {
		size_t n = strlen(signs[i]);

		if (len > n && memcmp(heading + len - n, signs[i], n) == 0) {
			len -= n;
			i = SIZE_MAX; /* from the first one on */
		}
	}
	for (size_t i = 0; words[i] != NULL; i++) {
		size_t n = strlen(words[i]);

		if (len >= n && memcmp(heading + len - n, words[i], n) == 0)
			return true;
	}
	return false;
}

bool
topic_names_no_task(const char *heading)
{
	static const char *const words[] = { "新增功能", "新功能", "特性",
		"变更内容", "主要变更", "重大变更", "更新内容", "更新日志",
		"变更日志", "常见问题", "最佳实践", "参考", "相关链接", "附录",
		"扩展阅读", "配置说明", "配置项", "注意事项", "建议", "会对",
		"会自动", "以下更改", "改动", "变化", "features", "Features",
		"What's new", "Changelog", "Release notes", "References",
		"See also", "Further reading", "FAQ", "Best practices", "Tips",
		" tips", NULL };

	return text_has_any(heading, strlen(heading), words) ||
	    names_thoughts(heading);
}

bool
topic_names_troubles(const char *heading)
{
	static const char *const words[] = { "常见问题", "故障排除", "故障处理",
		"故障排查", "排障", "问题排查", "疑难", "报错", "FAQ", "Q&A",
		"问题汇总", "问题总结", "问题记录", "问题解决", "问题处理",
		"问题及", "常见错误", "失败处理", "失败后", "异常处理", "踩坑",
		"遇到的问题", "roubleshoot", "nown issues", "ommon problems",
		"ommon errors", "ommon issues", NULL };
	const char *common = strstr(heading, "常见");

	return text_has_any(heading, strlen(heading), words) ||
	    (common != NULL && strstr(common, "问题") != NULL);
}

bool
topic_is_definition(const char *s)
{
	size_t n = strspn(s,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
	    "WXYZ0123456789_.-/<>=");

	n += strspn(s + n, " ");
	return n > 0 && (s[n] == ':' || text_starts(s + n, "："));
}
