/*
 * cjk.c: classifies Chinese, Japanese and Korean characters.
 *
 * Markdown separates words by blanks and does not tell punctuation apart.  In
 * text without blanks its rules fail: emphasis that ends behind a colon, an
 * address before a comma, a continued line.
 */
#include "base/text.h"
#include "compiler/parse/cjk.h"

static const struct {
	uint32_t from, to;
} letters[] = {
	{ 0x2e80, 0x2fdf }, { 0x3005, 0x3007 }, { 0x3021, 0x302f },
	{ 0x3031, 0x3035 }, { 0x3038, 0x303c }, { 0x3041, 0x3096 },
	{ 0x309d, 0x309f }, { 0x30a1, 0x30fa }, { 0x30fc, 0x31ff },
	{ 0x3400, 0x4dbf }, { 0x4e00, 0x9fff }, { 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff }, { 0xff10, 0xff19 }, { 0xff21, 0xff3a },
	{ 0xff41, 0xff5a }, { 0xff66, 0xffdc }, { 0x20000, 0x3ffff },
}, marks[] = {
	{ 0x2014, 0x2014 }, { 0x2018, 0x201d }, { 0x2026, 0x2026 },
	{ 0x3000, 0x3004 }, { 0x3008, 0x3020 }, { 0x3030, 0x3030 },
	{ 0x303d, 0x303f }, { 0x30fb, 0x30fb }, { 0xff01, 0xff0f },
	{ 0xff1a, 0xff20 }, { 0xff3b, 0xff40 }, { 0xff5b, 0xff65 },
};

bool
cjk_is_letter(uint32_t cp)
{
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (cp >= letters[i].from && cp <= letters[i].to)
			return true;
	return false;
}

bool
cjk_is_punctuation(uint32_t cp)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (cp >= marks[i].from && cp <= marks[i].to)
			return true;
	return false;
}

uint32_t
cjk_before(const char *s, size_t at)
{
	size_t from = at;

	if (at == 0)
		return 0;
	do
		from--;
	while (from > 0 && at - from < 4 &&
	    ((unsigned char)s[from] & 0xc0) == 0x80);
	return cjk_at(s, at, from);
}

uint32_t
cjk_at(const char *s, size_t len, size_t at)
{
	uint32_t cp;

	if (at >= len || text_utf8_next(s + at, len - at, &cp) == 0)
		return 0;
	return cp;
}
