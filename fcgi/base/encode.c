/*
 * encode.c: encodings in which a text may appear in output.
 *
 * Redaction searches for secrets in these encodings; the SSH action writes some
 * of them.  Hex and base64 are libsodium's.  The others are plain loops: the
 * texts are short, and the result must equal the output of other programs
 * exactly.
 */
#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "base/encode.h"

void
encode_base64(const void *data, size_t len, struct buf *out)
{
	size_t room = sodium_base64_ENCODED_LEN(
	    len, sodium_base64_VARIANT_ORIGINAL);
	char *to = buf_reserve(out, room);

	sodium_bin2base64(to, room, data, len, sodium_base64_VARIANT_ORIGINAL);
	out->len += room - 1;
}

void
encode_base64_inside(
    const void *data, size_t len, size_t before, struct buf *out)
{
	size_t first = (before * 8 + 5) / 6, last = (before + len) * 8 / 6;
	struct buf shifted = { 0 }, all = { 0 };

	buf_put(&shifted, "\0\0", before);
	buf_put(&shifted, data, len);
	encode_base64(buf_text(&shifted), shifted.len, &all);
	if (first < last)
		buf_put(out, all.data + first, last - first);
	buf_clear(&shifted);
	buf_clear(&all);
}

void
encode_hex(const void *data, size_t len, bool upper, struct buf *out)
{
	char *to = buf_reserve(out, 2 * len + 1);

	text_hex(data, len, to);
	for (size_t i = 0; upper && i < 2 * len; i++)
		if (to[i] >= 'a')
			to[i] = (char)(to[i] - 'a' + 'A');
	out->len += 2 * len;
}

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool
is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

void
encode_url_as(const void *data, size_t len, const char *keep, bool plus,
    bool lower, struct buf *out)
{
	const char *p = data;

	for (size_t i = 0; i < len; i++) {
		if (is_alphanumeric(p[i]) || is_one_of(p[i], keep))
			buf_putc(out, p[i]);
		else if (plus && p[i] == ' ')
			buf_putc(out, '+');
		else
			buf_printf(out, lower ? "%%%02x" : "%%%02X",
			    (unsigned char)p[i]);
	}
}

void
encode_url(const void *data, size_t len, struct buf *out)
{
	encode_url_as(data, len, "-._~", false, false, out);
}

/* Writes the character as one \uXXXX, or as a surrogate pair (RFC 8259). */
static void
put_u(uint32_t cp, struct buf *out)
{
	if (cp < 0x10000) {
		buf_printf(out, "\\u%04x", cp);
		return;
	}
	cp -= 0x10000;
	buf_printf(
	    out, "\\u%04x\\u%04x", 0xd800 + (cp >> 10), 0xdc00 + (cp & 0x3ff));
}

void
encode_json_as(const char *s, size_t len, unsigned how, struct buf *out)
{
	static const char plain[] = "\"\\\b\f\n\r\t", escaped[] = "\"\\bfnrt";
	uint32_t cp;

	for (size_t i = 0, n; i < len; i += n) {
		n = 1;
		if (is_one_of(s[i], plain)) {
			buf_putc(out, '\\');
			buf_putc(out, escaped[strchr(plain, s[i]) - plain]);
		} else if ((how & ENCODE_SLASH) && s[i] == '/') {
			buf_puts(out, "\\/");
		} else if ((unsigned char)s[i] < ' ' || s[i] == 0x7f ||
		    ((how & ENCODE_HTML) && is_one_of(s[i], "<>&"))) {
			put_u((unsigned char)s[i], out);
		} else if ((how & ENCODE_ASCII) && (s[i] & 0x80) &&
		    (n = text_utf8_next(s + i, len - i, &cp)) > 0) {
			put_u(cp, out);
		} else {
			buf_putc(out, s[i]);
			n = 1;
		}
	}
}

void
encode_json(const char *s, size_t len, struct buf *out)
{
	encode_json_as(s, len, 0, out);
}

static void
put_quoted(const char *s, size_t len, const char *quote, struct buf *out)
{
	buf_putc(out, '\'');
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\'')
			buf_puts(out, quote);
		else
			buf_putc(out, s[i]);
	}
	buf_putc(out, '\'');
}

void
encode_shell(const char *s, size_t len, struct buf *out)
{
	put_quoted(s, len, "'\\''", out);
}

void
encode_shell_double(const char *s, size_t len, struct buf *out)
{
	put_quoted(s, len, "'\"'\"'", out);
}

void
encode_shell_backslash(const char *s, size_t len, struct buf *out)
{
	for (size_t i = 0; i < len; i++) {
		if (!is_alphanumeric(s[i]) && !(s[i] & 0x80) &&
		    !is_one_of(s[i], "_@%+=:,./-"))
			buf_putc(out, '\\');
		buf_putc(out, s[i]);
	}
}

/* \n, \t … ; 0: the character has no short escape. */
static char
letter_of(char c, unsigned how)
{
	static const char plain[] = "\n\r\t\a\b\f\v", letters[] = "nrtabfv";

	if (how & ENCODE_MYSQL)
		return c == '\n' ? 'n' : c == '\r' ? 'r' : c == 0x1a ? 'Z' : 0;
	return (how & ENCODE_CONTROLS) && is_one_of(c, plain)
	    ? letters[strchr(plain, c) - plain]
	    : 0;
}

/* A character that is not ASCII. Returns its length in bytes. */
static size_t
put_foreign(const char *s, size_t len, unsigned how, struct buf *out)
{
	uint32_t cp;
	size_t n;

	if ((how & ENCODE_POINTS) && (n = text_utf8_next(s, len, &cp)) > 0) {
		buf_printf(out,
		    cp < 0x100         ? "\\x%02x"
			: cp < 0x10000 ? "\\u%04x"
				       : "\\U%08x",
		    cp);
		return n;
	}
	buf_printf(
	    out, how & ENCODE_OCTAL ? "\\%03o" : "\\x%02x", (unsigned char)*s);
	return 1;
}

void
encode_escaped(
    const char *s, size_t len, const char *set, unsigned how, struct buf *out)
{
	unsigned any = ENCODE_BYTES | ENCODE_OCTAL | ENCODE_POINTS;
	char letter;

	for (size_t i = 0, n; i < len; i += n) {
		n = 1;
		if ((letter = letter_of(s[i], how)) != 0) {
			buf_putc(out, '\\');
			buf_putc(out, letter);
		} else if (((s[i] & 0x80) && (how & any)) ||
		    ((how & ENCODE_CONTROLS) && (unsigned char)s[i] < ' ')) {
			n = put_foreign(s + i, len - i, how, out);
		} else {
			if (is_one_of(s[i], set))
				buf_putc(out, '\\');
			buf_putc(out, s[i]);
		}
	}
}

void
encode_doubled(const char *s, size_t len, const char *set, struct buf *out)
{
	for (size_t i = 0; i < len; i++) {
		if (is_one_of(s[i], set))
			buf_putc(out, s[i]);
		buf_putc(out, s[i]);
	}
}

void
encode_html_as(const char *s, size_t len, const char *set,
    const char *const *as, bool numbers, struct buf *out)
{
	uint32_t cp;

	for (size_t i = 0, n; i < len; i += n) {
		n = 1;
		if (s[i] == '&' || s[i] == '<')
			buf_puts(out, s[i] == '&' ? "&amp;" : "&lt;");
		else if (is_one_of(s[i], set))
			buf_puts(out, as[strchr(set, s[i]) - set]);
		else if (numbers && (s[i] & 0x80) &&
		    (n = text_utf8_next(s + i, len - i, &cp)) > 0)
			buf_printf(out, "&#%u;", cp);
		else
			buf_putc(out, s[i]);
		n = n > 0 ? n : 1;
	}
}

bool
encode_unbase64(const char *s, size_t len, struct buf *out)
{
	size_t n;

	while (len > 0 && s[len - 1] == '=')
		len--;
	if (sodium_base642bin((unsigned char *)buf_reserve(out, len + 1), len,
		s, len, NULL, &n, NULL,
		sodium_base64_VARIANT_ORIGINAL_NO_PADDING) != 0)
		return false;
	out->len += n;
	out->data[out->len] = '\0';
	return true;
}
