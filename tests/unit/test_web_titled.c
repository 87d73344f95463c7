/*
 * A verb and the title of a step: the verb is said once, and is said where the
 * title begins with another word.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/catalogue.h"
#include "web/card/titled.h"

static struct web web;

struct example {
	const char *key;
	const char *title;
	const char *en;
	const char *zh; /* NULL: the title says the verb */
};

static void
expect(const struct example *examples, size_t count)
{
	struct arena *arena = arena_new();
	struct req req = { .web = &web, .arena = arena };

	web.catalogue = catalogue_new();
	for (size_t i = 0; i < count; i++) {
		const struct example *e = &examples[i];

		req.lang = "en";
		assert_string_equal(titled(&req, e->key, e->title),
		    e->en != NULL ? e->en : e->title);
		req.lang = "zh-CN";
		assert_string_equal(titled(&req, e->key, e->title),
		    e->zh != NULL ? e->zh : e->title);
	}
	catalogue_free(web.catalogue);
	arena_free(arena);
}

/* clang-format off */
static const struct example once[] = {
	{ "label_confirm", "Confirm that all is well", NULL, NULL },
	{ "label_confirm", "confirm: all is well", NULL, NULL },
	{ "label_confirm", "Please confirm that all is well", NULL, NULL },
	{ "label_confirm", "Confirm数据已导入", NULL, NULL },
	{ "label_confirm", "确认所有副本正常", NULL, NULL },
	{ "label_confirm", "确认：副本正常", NULL, NULL },
	{ "label_confirm", "确认", NULL, NULL },
	{ "label_confirm", "请确认所有副本正常", NULL, NULL },
	{ "label_confirm", "请再次确认副本正常", NULL, NULL },
	{ "label_confirm", "确认书面材料齐全", NULL, NULL },
	{ "label_confirm", "确认单据无误", NULL, NULL },
	{ "label_confirm", "确认号码正确", NULL, NULL },
	{ "label_approve", "批准人员变更", NULL, NULL },
	{ "wait_sign", "签字并归档", NULL, NULL },
	{ "wait_sign", "Sign the change", NULL, NULL },
	{ "probe_title", "探测端口", NULL, NULL },
};
static const struct example other_words[] = {
	{ "label_confirm", "确认书已归档", "Confirm: 确认书已归档", "确认：确认书已归档" },
	{ "label_confirm", "确认函已发出", "Confirm: 确认函已发出", "确认：确认函已发出" },
	{ "label_confirm", "请确认单已打印", "Confirm: 请确认单已打印", "确认：请确认单已打印" },
	{ "label_confirm", "Confirmation is filed", "Confirm: Confirmation is filed",
	    "确认：Confirmation is filed" },
	{ "label_approve", "批准文号已登记", "Approve: 批准文号已登记", "批准：批准文号已登记" },
	{ "wait_sign", "签字笔已备好", "Sign: 签字笔已备好", "签字：签字笔已备好" },
	{ "wait_sign", "签字页已扫描", "Sign: 签字页已扫描", "签字：签字页已扫描" },
	{ "wait_sign", "Sign-off is given", "Sign: Sign-off is given", "签字：Sign-off is given" },
	{ "wait_sign", "Signé par le client", "Sign: Signé par le client",
	    "签字：Signé par le client" },
	{ "probe_title", "探测器已停用", "Probe: 探测器已停用", "探测：探测器已停用" },
};
/* clang-format on */

static void
a_verb_that_the_title_says_is_not_said_again(void **state)
{
	(void)state;
	expect(once, sizeof(once) / sizeof(once[0]));
}

static void
a_title_that_begins_with_another_word_has_the_verb_before_it(void **state)
{
	(void)state;
	expect(other_words, sizeof(other_words) / sizeof(other_words[0]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verb_that_the_title_says_is_not_said_again),
		cmocka_unit_test(
		    a_title_that_begins_with_another_word_has_the_verb_before_it),
	};

	return cmocka_run_group_tests_name("web/titled", tests, NULL, NULL);
}
