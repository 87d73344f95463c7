/*
 * imperative.c: guesses about sentences: which of them tell somebody to do
 * something.
 *
 * Plain lists of words.  English puts the verb first, perhaps behind an adverb
 * or a clause.  Chinese has no blanks between words: there an order is told by
 * how a clause begins.  Verbs are nouns too in both languages ("Update notes",
 * “升级说明”), so what follows the verb counts.  A grammar was rejected:
 * authors write these sentences in haste, and every guess is read by a person.
 */
#include <string.h>
#include <strings.h>

#include "import/imperative.h"
#include "base/text.h"

/* clang-format off */
static const char verbs[] =
	" access acknowledge activate add adjust alter announce append apply"
	" approve archive ask assign attach authenticate back backup begin boot"
	" bring build bump call cancel capture cd change check checkout choose"
	" clean clear click clone close collect commit compare compile complete"
	" configure confirm connect consider continue convert copy cordon create cut"
	" deactivate decommission decompress decrease define delete demote deploy"
	" detach detect determine disable disconnect dismiss do double-check"
	" download drain drop dump duplicate edit eject empty enable ensure enter"
	" erase establish evict examine exec execute exit expand export extract"
	" fail fetch fill find finish fix flush follow force generate get give go"
	" grant halt have hit identify import increase inform init initialise"
	" initialize insert inspect install instruct invoke issue join keep kill"
	" launch let list load locate lock log login make manually mark merge"
	" migrate modify monitor mount move navigate notify obtain open optimize"
	" overwrite pack paste patch pause perform pick point populate power prepare"
	" press promote provide provision prune publish pull purge push put query"
	" quit re-deploy re-enable re-run read reapply reboot rebuild recheck"
	" recompile reconfigure record recreate redeploy reduce refresh register"
	" reindex reinstall reload relocate remember remount remove rename repair"
	" repeat replace replicate request rerun reset resize resolve restart"
	" restore resume retrieve return revert review revoke roll rotate run"
	" save scale schedule select send set shut shutdown sign skip snapshot"
	" spin split start stop store submit substitute suspend switch sync"
	" synchronise synchronize tag take tear tell terminate test trigger"
	" truncate turn type uncomment undeploy undo uninstall unlock unmount"
	" unpack unset untar unzip update upgrade upload use vacuum validate"
	" verify view visit wait watch wipe write ";

/* They may stand before the verb. */
static const char *const adverbs[] = { "please ", "always ", "then ", "first ", "next ",
	"finally ", "now ", "again ", "also ", "once more ", "carefully ",
	"optionally ", "manually ", "simply ", "lastly ", "afterwards ",
	"you must ", "you need to ", "you should ", "you have to ",
	"make sure to ", "be sure to ", "we need to ", NULL };

/* They begin a clause behind which the verb stands. */
static const char openings[] =
	" if when once after before to on in from as for using with while"
	" unless depending until at ";

/* Behind the first word they tell that it was a noun. */
static const char *const nouns[] = { "is ", "are ", "was ", "were ", "will ",
	"has ", "have ", "had ", "can ", "may ", "should ", "of ", "notes",
	"guide", "not ", "instructions", "procedure", "process", "path ", "failed",
	"failure", "results", "history", NULL };

static const char *const chinese_before[] = { "首先", "然后", "接着", "接下来",
	"最后", "随后", "其次", "之后", "再次", "先", "再", "并", "请", "务必",
	"必须", "需要", "需", "应当", "应该", "要", "则", "建议", "强烈建议",
	"可以", "手动", "手工", "临时", "及时", "立即", "依次", "逐个",
	"逐台", "逐一", "分别", "单独", "重新", "同时", "统一", "批量", "提前",
	"事先", "继续", "尝试", "开始", "进行", "一定要", "我们", "你", "您",
	"所以", "因此", "网页", "浏览器", "此时", "还要", "还需", "记得", "注意",
	"，", ",", "、", "：", " ", NULL };

static const char *const chinese[] = { "停止", "停掉", "停用", "停服", "停机",
	"暂停", "启动", "启用", "拉起", "重启", "重载", "重做", "重建", "重命名",
	"重置", "备份", "恢复", "还原", "执行", "运行", "部署", "安装", "卸载",
	"升级", "更新", "更换", "更改", "回滚", "回退", "下载", "上传", "复制",
	"拷贝", "移动", "移走", "移除", "删除", "删掉", "干掉", "清理", "清空",
	"清除", "创建", "新建", "建立", "添加", "增加", "新增", "加上", "加入",
	"修改", "改为", "改成", "编辑", "替换", "设置", "设定", "配置", "导出",
	"导入", "迁移", "同步", "登录", "登陆", "进入", "打开", "关闭", "关停",
	"检查", "核对", "核实", "确认", "确保", "验证", "校验", "测试", "通知",
	"告知", "联系", "解压", "打包", "提交", "发布", "合并", "等待", "点击",
	"单击", "双击", "选择", "勾选", "取消", "使用", "用", "将", "把", "准备",
	"拉取", "拉起", "推送", "查看", "观察", "查询", "查找", "找到", "对比", "比对",
	"比较", "记录", "保存", "写入", "填写", "填入", "输入", "调整", "访问",
	"做好", "做", "完成", "处理", "申请", "审批", "授权", "分配", "切换",
	"摘除", "下线", "上线", "挂载", "卸下", "扩容", "缩容", "构建", "编译",
	"生成", "制作", "初始化", "注册", "注释", "取出", "获取", "收集", "转移",
	"转换", "覆盖", "屏蔽", "放开", "放到", "放入", "杀掉", "杀死", "结束",
	"终止", "断开", "连接", "接入", "刷新", "触发", "调用", "发送", "导", "开启",
	"关注", "监控", "返回", "退出", "跳过", "参考", "按照", "利用", "通过",
	"产生", "新加", "传到", "传输", "去掉", "滚动", "废弃", "回收", "锁定", "解锁",
	NULL };

/* “在 X 上执行”: the verb stands behind. */
static const char *const chinese_openings[] = { "在", "到", "从", "对", "向",
	"为", "给", "于", "以", "按", "根据", "依据", NULL };

/* They begin with such a word, and are another. */
static const char *const chinese_other[] = { "在线", "以下", "以上", "以及", "以便",
	"为了", "对于", "从而", "给定", NULL };

/* Behind the verb they tell that it was a noun, or is over. */
static const char *const chinese_nouns[] = { "说明", "日志", "环境", "方式",
	"方法", "步骤", "流程", "过程", "时间", "内容", "须知", "记录", "计划",
	"指南", "手册", "教程", "要求", "条件", "前提", "失败", "成功", "完成",
	"完毕", "结束", "后", "前", "时", "中", "期间", "了", "过", "的", "者",
	"人员", "功能", "原因", "结果", "情况", "状态", "策略", "规则", "范围",
	"只做", "只会", "只是", "仅", "会", "可能", "通常", "一般",
	"包", "路径", "报错", "异常", "户", "致", "航", "法", "和",
	"与", "及", "在", "于", "途", "量", "例", "位于", "存放", NULL };

/* These verbs have such a word for their object: “查看日志”. */
static const char *const chinese_looks[] = { "查看", "观察", "打开", "收集",
	"监控", "清理", "清空", "清除", "导出", NULL };
static const char *const chinese_objects[] = { "日志", "环境", "时间", "内容",
	"记录", "条件", "原因", "结果", "情况", "状态", "路径", "报错", "异常",
	"规则", "策略", NULL };

/* “将” tells of what will be, not of what is taken. */
static const char *const chinese_future[] = { "将会", "将按", "将自动", "将被",
	"将在", "将于", "将导致", "将影响", "将无法", "将不", "将是", "将继续",
	"将显示", "将提示", "将出现", "将得到", "将看到", "将获得", "将保留",
	"将支持", "将失效", "将由", NULL };

static const char *const chinese_told[] = { "被", "已经", "已", "不会", "不再",
	"会自动", "自动", "无需", "不需要", "了", NULL };
/* clang-format on */

size_t
imperative_begins(const char *const *words, const char *s)
{
	for (; *words != NULL; words++)
		if (strncasecmp(s, *words, strlen(*words)) == 0)
			return strlen(*words);
	return 0;
}

static size_t
word_length(const char *s)
{
	size_t n = 0;

	while (((s[n] | 0x20) >= 'a' && (s[n] | 0x20) <= 'z') ||
	    (n > 0 && s[n] == '-'))
		n++;
	return n;
}

/* The word is one of a list with a blank around each. */
static bool
is_among(const char *list, const char *s, size_t len)
{
	char word[32] = " ";

	if (len == 0 || len > sizeof(word) - 3)
		return false;
	for (size_t i = 0; i < len; i++)
		word[i + 1] = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] | 0x20)
							 : s[i];
	word[len + 1] = ' ';
	word[len + 2] = '\0';
	return strstr(list, word) != NULL;
}

static const char *
behind_adverbs(const char *s)
{
	size_t n;

	while ((n = imperative_begins(adverbs, s)) > 0 ||
	    (n = (size_t)(*s == ',' || *s == ' ')) > 0)
		s += n;
	return s;
}

/* The clause begins with an English verb. */
static bool
begins_with_verb(const char *s)
{
	size_t n, next;

	s = behind_adverbs(s);
	n = word_length(s);
	if (!is_among(verbs, s, n) ||
	    (s[n] != ' ' && s[n] != '\0' && s[n] != ':' &&
		(unsigned char)s[n] < 0x80))
		return false;
	next = n + strspn(s + n, " ");
	if (n == 6 && strncasecmp(s, "access to ", 10) == 0)
		return false;
	return imperative_begins(nouns, s + next) == 0;
}

static bool
is_english_order(const char *s)
{
	const char *comma;

	s = behind_adverbs(s);
	if (begins_with_verb(s))
		return true;
	if (!is_among(openings, s, word_length(s)))
		return false;
	comma = strstr(s, ", ");
	return comma != NULL && begins_with_verb(comma + 2);
}

static const char *
behind_chinese_adverbs(const char *s)
{
	size_t n;

	while ((n = imperative_begins(chinese_before, s)) > 0)
		s += n;
	return s;
}

static bool
begins_with_chinese_verb(const char *s)
{
	size_t n;

	s = behind_chinese_adverbs(s);
	n = imperative_begins(chinese, s);
	if (imperative_begins(chinese_future, s) > 0)
		return false;
	if (imperative_begins(chinese_looks, s) > 0 &&
	    imperative_begins(chinese_objects, s + n) > 0)
		return true;
	if (n == 0)
		return begins_with_verb(s) && (unsigned char)*s < 0x80;
	return imperative_begins(chinese_nouns, s + n) == 0;
}

const char *
imperative_next_clause(const char *s)
{
	static const char *const ends[] = { "，", "后", "前，", "时，", ", ",
		",", NULL };

	for (; *s != '\0' && !text_starts(s, "。"); s++)
		if (imperative_begins(ends, s) > 0)
			return s + imperative_begins(ends, s);
	return NULL;
}

/* “X 新增字段 Y”: it tells of something, unless it is a condition. */
static bool
is_statement(const char *s, size_t len)
{
	static const char *const conditions[] = { "如", "若", "当", "等", "待",
		"在", "因", "因为", NULL };

	return imperative_begins(conditions, s) == 0 &&
	    imperative_begins(chinese, s) == 0 && text_has_any(s, len, chinese);
}

/* “接口调用时需要将 X 改为 Y”: an order that names its subject first. */
static bool
has_must(const char *s, size_t len)
{
	static const char *const musts[] = { "需要将", "需将", "须将", "必须将",
		"应将", "要把", "需要把", "需要手动", "需手动", NULL };
	static const char *const conditions[] = { "如", "若", "当", "不",
		NULL };

	return imperative_begins(conditions, s) == 0 &&
	    text_has_any(s, len, musts);
}

static bool
is_chinese_order(const char *s)
{
	const char *c = imperative_next_clause(s);
	const char *behind = behind_chinese_adverbs(s);
	size_t first = c != NULL ? (size_t)(c - s) : strlen(s);

	if (begins_with_chinese_verb(s))
		return true;
	if (text_has_any(s, strlen(s), chinese_told))
		return false;
	if (c != NULL && behind > c)
		behind = s;
	if (imperative_begins(chinese_openings, behind) > 0 &&
	    imperative_begins(chinese_other, behind) == 0 &&
	    (text_has_any(behind, first - (size_t)(behind - s), chinese) ||
		(text_starts(behind, "对") && strstr(behind, "进行") != NULL)))
		return true;
	for (const char *m = s; *m != '\0'; m += strspn(m, " ")) {
		const char *next = imperative_next_clause(m);

		if (next == NULL)
			next = strstr(m, "。") != NULL
			    ? strstr(m, "。") + strlen("。")
			    : m + strlen(m);
		if (has_must(m, (size_t)(next - m)))
			return true;
		m = next;
	}
	for (; c != NULL && !is_statement(s, first);
	     c = imperative_next_clause(c))
		if (begins_with_chinese_verb(c))
			return true;
	return false;
}

/* “X 可能导致 Y，不建议”, “如何 X”, “使用 X 的用户” */
static bool
is_advice(const char *s)
{
	static const char *const words[] = { "不建议", "不推荐", "可能导致",
		"可能会", "可能造成", NULL };
	static const char *const how[] = { "如何", "怎么", "怎样", "为什么",
		"how to ", "how do ", "why ", "what ", NULL };

	static const char *const whom[] = { "用户", "同学", "情况", "场景",
		"的人", NULL };

	for (size_t i = 0; whom[i] != NULL; i++)
		if (text_ends(s, whom[i]) && strstr(s, "，") == NULL &&
		    strstr(s, "的") != NULL)
			return true;
	return imperative_begins(how, s) > 0 ||
	    (text_has_any(s, strlen(s), words) && strstr(s, "请") == NULL);
}

/* “注册迁移：所有定义位于 X，会 …”: a label, and what it is. */
static bool
is_explained(const char *s)
{
	static const char *const words[] = { "位于", "提供", "会", "用于",
		"支持", "负责", "表示", NULL };
	const char *behind = strstr(s, "：");

	if (behind == NULL || behind - s > 36)
		return false;
	behind += strlen("：");
	return text_has_any(behind, strlen(behind), words) &&
	    !is_chinese_order(behind);
}

bool
imperative_is(const char *title)
{
	while (strchr("[*_(\"' ", *title) != NULL && *title != '\0')
		title++;
	if (is_advice(title) || is_explained(title))
		return false;
	return text_is_chinese(title) ? is_chinese_order(title)
				      : is_english_order(title);
}

static const char *
behind_digits(const char *s)
{
	static const char *const signs[] = { "0", "1", "2", "3", "4", "5", "6",
		"7", "8", "9", "一", "二", "三", "四", "五", "六", "七", "八",
		"九", "十", NULL };
	size_t count = 0, n;

	while (count++ < 3 && (n = imperative_begins(signs, s)) > 0)
		s += n;
	return count > 1 ? s : NULL;
}

/* “第三步”, “步骤 3”, “Step 3” */
static const char *
behind_step(const char *s)
{
	static const char *const before[] = { "第", "步骤", "step", NULL };
	static const char *const behind[] = { "：", ":", "，", "、", ". ", "-",
		" ", NULL };
	size_t n = imperative_begins(before, s);
	const char *end;

	if (n == 0)
		return NULL;
	end = behind_digits(s + n + strspn(s + n, " "));
	if (end == NULL || (text_starts(s, "第") && !text_starts(end, "步")))
		return NULL;
	if (text_starts(end, "步"))
		end += strlen("步");
	if (imperative_begins(behind, end) == 0)
		return NULL;
	while ((n = imperative_begins(behind, end)) > 0)
		end += n;
	return end;
}

/* “①”, “1、”, “(2)”, “3.” without a blank. */
static const char *
behind_mark(const char *s)
{
	static const char *const opening[] = { "(", "（", "【", "[", NULL };
	static const char *const closing[] = { "、", ")", "）", "】", "]", "．",
		".", NULL };
	size_t open = imperative_begins(opening, s), n;
	const char *end = behind_digits(s + open);

	if (open == 0 && (unsigned char)s[0] == 0xe2 &&
	    (unsigned char)s[1] == 0x91 && (unsigned char)s[2] >= 0xa0)
		return s + 3;
	n = end != NULL ? imperative_begins(closing, end) : 0;
	if (n == 0 || (*end == '.' && (unsigned char)end[1] < 0x80))
		return NULL;
	return end + n;
}

const char *
imperative_behind_number(const char *s)
{
	const char *end = behind_step(s);

	if (end == NULL)
		end = behind_mark(s);
	return end != NULL ? end + strspn(end, " ") : NULL;
}

bool
imperative_is_statement(const char *title)
{
	static const char *const words[] = { " is ", " are ", " was ", " were ",
		" will ", " has been ", " have been ", NULL };

	return is_advice(title) ||
	    ((unsigned char)title[0] < 0x80 && !is_english_order(title) &&
		text_has_any(title, strlen(title), words));
}
