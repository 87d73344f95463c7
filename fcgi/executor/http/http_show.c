/*
 * http_show.c: judges answers, and formats them for people.
 *
 * JSON is indented token by token: each token stays unchanged, so that no
 * library alters a large number or the order of keys.  Other text is shown
 * unchanged.
 */
#include <string.h>

#include "base/text.h"
#include "executor/http/http_show.h"
#include "executor/output/json_scan.h"

#define SHOWN (256 * 1024)

static void
newline(struct buf *out, int depth)
{
	buf_putc(out, '\n');
	for (int i = 0; i < depth; i++)
		buf_puts(out, "  ");
}

/* The length of the string at s, with its quotes. */
static size_t
string_len(const char *s, size_t len)
{
	size_t i = 1;

	while (i < len && s[i] != '"')
		i += s[i] == '\\' ? 2 : 1;
	return i < len ? i + 1 : len;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/*
 * Indents text that json_scan() has accepted; stops at `most` bytes and returns
 * how many it consumed.
 */
static size_t
indent(const char *s, size_t len, size_t most, struct buf *out)
{
	int depth = 0;
	size_t i = 0, n, start = out->len;

	while (i < len && out->len - start < most) {
		char c = s[i];

		n = 1;
		if (is_space(c)) {
			i++;
			continue;
		}
		if (c == '}' || c == ']')
			newline(out, --depth);
		if (c == '"')
			n = string_len(s + i, len - i);
		buf_put(out, s + i, n);
		i += n;
		if (c == ':')
			buf_putc(out, ' ');
		if (c == ',')
			newline(out, depth);
		if (c != '{' && c != '[')
			continue;
		while (i < len && is_space(s[i]))
			i++;
		if (i < len && (s[i] == '}' || s[i] == ']'))
			buf_putc(out, s[i++]);
		else
			newline(out, ++depth);
	}
	return i;
}

void
http_show_body(const char *body, size_t len, struct buf *out)
{
	struct json_piece json;
	size_t taken = len < SHOWN ? len : SHOWN;

	while (taken > 0 && taken < len &&
	    ((unsigned char)body[taken] & 0xc0) == 0x80)
		taken--;
	if (!text_is_utf8(body, taken)) {
		buf_printf(out, "(%zu bytes that are not text)\n", len);
		return;
	}
	if ((body[0] == '{' || body[0] == '[') && json_scan(body, len, &json))
		taken = indent(body, len, SHOWN, out);
	else
		buf_put(out, body, taken);
	if (out->len > 0 && out->data[out->len - 1] != '\n')
		buf_putc(out, '\n');
	if (taken < len)
		buf_printf(
		    out, "(%zu more bytes are not shown)\n", len - taken);
}

bool
http_status_fits(const char *codes, long status)
{
	const char *s = codes != NULL ? codes : "2xx";

	while (*s != '\0') {
		size_t n = strcspn(s, ",");
		long code = status;

		if (n == 3) {
			bool fits = true;

			for (size_t i = 3; i-- > 0; code /= 10)
				if (s[i] != 'x' && s[i] != 'X' &&
				    s[i] != '0' + code % 10)
					fits = false;
			if (fits)
				return true;
		}
		s += n + (s[n] == ',');
		s += strspn(s, " ");
	}
	return false;
}
