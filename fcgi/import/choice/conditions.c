/*
 * conditions.c: guesses about sentences that do not hold for all readers.
 *
 * “If you use SQLite, also copy the file:” is no step of every upgrade.  It may
 * be skipped without a reason, and its title says when it is meant.  Plain
 * lists of words, as in imperative.c.  “If all is well, go on” is a condition
 * that each upgrade fulfils; one of a failure is for back.c.
 */
#include <string.h>
#include <strings.h>

#include "import/choice/conditions.h"
#include "base/text.h"
#include "import/imperative.h"
#include "import/pieces.h"

/* clang-format off */
static const char *const before[] = { "!!! ", "??? ", "???+ ", "note", "tip",
	"question", "info", "warning", "\"", "“", "*", "另外", "此外", "同时",
	"注意", "提示", "注", "此时", "然后", "，", ",", "：", ":", " ",
	"\xe3\x80\x80", NULL };
static const char *const openings[] = { "若", "假如", "倘若", "仅当", "针对", "对于", "低于", "早于", "高于",
	"可选", "比如", "例如", "示例", "或者", "或使用", "或直接", "或用", "或：", "也可", "想要", "视情况", "按需", "有需要", "根据需要", "当使用", "当您",
	"当你", "or ", "or:", "alternatively", "for example", "e.g.",
	"when using ", "if ", "only if ", "optional",
	"in case ", "for users ", "should you ",
	"where applicable", "where necessary", NULL };
static const char *const general[] = { "对于每", "对于所有", "对于各", "针对每",
	"针对所有", "如果一切", "if everything", "if all ", NULL };
static const char *const success[] = { "正常", "无误", "没问题", "没有问题",
	"成功", "通过", "无异常", "没有报错", "无报错", "没有异常", "success",
	"no error", "works", "passes", "passed", "is fine", "are fine",
	"correct", "as expected", NULL };
static const char *const marks[] = { "（可选", "(可选", "【可选", "[可选",
	"可选：", "可选步骤", "（选做", "(选做", "（如果", "(如果", "（如需", "(如需",
	"（如有", "(如有", "（若", "(若", "（按需", "(按需", "（视情况", "(视情况",
	"（非必", "(非必", "非必须", "不是必须", "可跳过", "可以跳过", "则跳过",
	"可忽略", "可以忽略", "可略过", "解决办法", "解决方法", "(optional",
	"optional)", "[optional", "optional:", "optional step", "(if ",
	"(only if ", "be skipped", "can skip", "may skip",
	"skip this", "not required", "workaround", NULL };
static const char *const offers[] = { "可使用", "可以使用", "可用", "可以用",
	"可执行", "可以执行", "也可", "还可", "can also", "you may ",
	"optionally", NULL };
static const char *const extras[] = { "性能优化", "优化建议", "日常维护",
	"日常运维", "定期清理", "定期维护", "自定义", "高级用法", "高级配置",
	"进阶", "指定版本", "特定版本", "Advanced", "Customiz", "Performance tuning", NULL };
/* clang-format on */

/* “如部署了 X”, and not “如下” */
static bool
begins_with_ru(const char *s)
{
	static const char *const other[] = { "如下", "如何", "如图", "如上",
		"如同", "如此", "如今", "如期", "如前", "如实", NULL };

	return text_starts(s, "如") && imperative_begins(other, s) == 0;
}

/* The sentence begins with a condition that some readers do not fulfil. */
static bool
begins_with_condition(const char *s)
{
	const char *behind = imperative_behind_number(s), *end;
	size_t n;

	s = behind != NULL ? behind : s;
	while ((n = imperative_begins(before, s)) > 0)
		s += n;
	if ((imperative_begins(openings, s) == 0 && !begins_with_ru(s)) ||
	    imperative_begins(general, s) > 0)
		return false;
	end = imperative_next_clause(s);
	n = end != NULL ? (size_t)(end - s) : strlen(s);
	return !text_has_any(s, n, success);
}

bool
condition_is(const char *text)
{
	return pieces_has(text, marks) || begins_with_condition(text);
}

bool
condition_leads(const char *text)
{
	static const char *const ends[] = { "。", "！", "？", "；", ". ", "! ",
		"? ", NULL };
	const char *last = text;

	for (const char *s = text; *s != '\0'; s++) {
		size_t n = imperative_begins(ends, s);

		if (n > 0 && s[n] != '\0')
			last = s + n + strspn(s + n, " ");
	}
	return pieces_has(text, marks) || begins_with_condition(last);
}

bool
condition_offers(const char *words)
{
	return pieces_has(words, offers);
}

bool
condition_names_extras(const char *heading)
{
	return condition_is(heading) || pieces_has(heading, extras) ||
	    strcmp(heading, "优化") == 0;
}
