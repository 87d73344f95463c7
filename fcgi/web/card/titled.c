/*
 * titled.c: a verb and the title of a step, without saying the verb twice.
 *
 * A title says the verb itself if it begins with it, and the word ends there:
 * "Signal the peers" does not say "Sign".  Chinese has no spaces to tell by:
 * behind 签字 a title goes on with what is signed, or 签字笔 is a pen.  So the
 * nouns that begin with such a verb are listed, with the words that begin like
 * one: 确认书 is a letter, but 确认书面材料 asks to confirm one.  A noun that
 * the list lacks costs the verb; the reverse, a list of what may follow the
 * verb, was rejected, as it would say the verb twice in most titles.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/catalogue.h"
#include "base/text.h"
#include "web/card/titled.h"
#include "web/web.h"

#define COLON "\xef\xbc\x9a" /* of Chinese */

/* The verb and one of `ends` is a noun, but where one of `unless` stands. */
struct nouns {
	const char *verb;
	const char *const *ends;
	const char *const *unless;
};

/* clang-format off */
static const char *const letters[] = { "书", "函", "单", "码", "号", NULL };
static const char *const permits[] = { "书", "函", "单", "号", "文号", "人",
	NULL };
static const char *const objects[] = { "书面", "书写", "书籍", "函数", "单据",
	"单元", "单位", "单独", "单个", "单号", "单价", "单机", "单点", "单台",
	"单次", "码头", "号码", "号段", "人员", "人数", "人工", "人手", NULL };
static const char *const of_signing[] = { "笔", "页", "版", "人", "方", "件",
	"稿", "本", "单", "表", "栏", "处", "权", "样", "仪式", NULL };
static const char *const of_probing[] = { "器", "仪", "率", "针", NULL };
static const char *const none[] = { NULL };
static const struct nouns nouns[] = {
	{ "确认", letters,    objects },
	{ "批准", permits,    objects },
	{ "签字", of_signing, none },
	{ "探测", of_probing, none },
};
/* Words before the verb that do not change it. */
static const char *const openings[] = { "Please ", "请先", "请再次", "请",
	"再次" };
/* clang-format on */

static bool
begins_with_one(const char *s, const char *const *words)
{
	for (; *words != NULL; words++)
		if (text_starts(s, *words))
			return true;
	return false;
}

/* The verb is only the beginning of another word, which ends with `rest`. */
static bool
is_of_a_noun(const char *verb, size_t len, const char *rest)
{
	for (size_t i = 0; i < sizeof(nouns) / sizeof(nouns[0]); i++)
		if (strlen(nouns[i].verb) == len &&
		    strncmp(nouns[i].verb, verb, len) == 0)
			return begins_with_one(rest, nouns[i].ends) &&
			    !begins_with_one(rest, nouns[i].unless);
	return false;
}

/* A letter of a Latin word, or a hyphen: "Sign-off", "Signé". */
static bool
is_of_latin(const char *s)
{
	unsigned char c = (unsigned char)*s;

	return isalnum(c) || c == '-' || c == '_' || (c >= 0xc3 && c <= 0xc9);
}

static const char *
without_opening(const char *title)
{
	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
		size_t len = strlen(openings[i]);

		if (strncasecmp(title, openings[i], len) == 0)
			return title + len;
	}
	return title;
}

/* The title begins with the verb of the text, "Confirm: {title}". */
static bool
has_verb(const char *text, const char *title)
{
	const char *end = strstr(text, "{title}");
	size_t len = end != NULL ? (size_t)(end - text) : 0;

	while (len > 0 && strchr(": ", text[len - 1]) != NULL)
		len--;
	if (len >= 3 && memcmp(text + len - 3, COLON, 3) == 0)
		len -= 3;
	title = without_opening(title);
	if (len == 0 || strncasecmp(text, title, len) != 0)
		return false;
	return (unsigned char)text[0] >= 0x80
	    ? !is_of_a_noun(text, len, title + len)
	    : !is_of_latin(title + len);
}

const char *
titled(const struct req *req, const char *key, const char *title)
{
	const char *other = catalogue_other(req->lang);

	return has_verb(request_text(req, key), title) ||
		has_verb(catalogue_get(req->web->catalogue, other, key), title)
	    ? title
	    : request_fill(req, key, "title", title, NULL);
}
