/*
 * http_fill_xml.c: inserts a value into XML: text, an attribute or CDATA.
 *
 * Elsewhere than in CDATA a reference to the character is right at any place. A
 * section of CDATA knows no references, so a value that could end it is
 * refused.
 */
#include <string.h>

#include "base/message.h"
#include "base/text.h"
#include "lang/http/http_fill_xml.h"

/*
 * True if the text before the value leaves a CDATA section open.  A section
 * inside a comment does not count.
 */
static bool
is_cdata(const char *s, size_t len)
{
	static const struct {
		const char *begin, *end;
	} kinds[] = { { "<![CDATA[", "]]>" }, { "<!--", "-->" } };
	const char *at = s, *end = s + len;

	while ((at = memmem(at, (size_t)(end - at), "<!", 2)) != NULL) {
		int kind = text_starts(at, kinds[1].begin) ? 1 : 0;

		if (!text_starts(at, kinds[kind].begin)) {
			at += 2;
			continue;
		}
		at += strlen(kinds[kind].begin);
		at = at < end
		    ? memmem(at, (size_t)(end - at), kinds[kind].end, 3)
		    : NULL;
		if (at == NULL)
			return kind == 0;
	}
	return false;
}

/*
 * In CDATA a value is inserted unchanged, unless it could end the section, also
 * together with the text around it.
 */
static const char *
place_cdata(const char *value, struct buf *out)
{
	size_t len = strlen(value);

	if (strstr(value, "]]>") != NULL ||
	    (len > 0 &&
		(strchr("]>", value[0]) != NULL || value[len - 1] == ']')))
		return MESSAGE("http_value_cdata");
	buf_puts(out, value);
	return NULL;
}

const char *
http_fill_xml(
    const char *before, size_t before_len, const char *value, struct buf *out)
{
	bool cdata = is_cdata(before, before_len);

	for (const char *s = value; *s != '\0'; s++) {
		if ((unsigned char)*s < ' ' && strchr("\t\n\r", *s) == NULL)
			return MESSAGE("http_value_xml");
		if (cdata)
			continue;
		if (strchr("&<>\"'\t\n\r", *s) != NULL)
			buf_printf(out, "&#%d;", *s);
		else
			buf_putc(out, *s);
	}
	return cdata ? place_cdata(value, out) : NULL;
}
