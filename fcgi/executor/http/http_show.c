/*
 * http_show.c: formats answers for people, and checks addresses.
 *
 * JSON is indented token by token: each token stays unchanged, so that no
 * library alters a large number or the order of keys.  Other text is shown
 * unchanged.
 */
#include <netinet/in.h>
#include <string.h>

#include "base/text.h"
#include "executor/http/act_http.h"
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

/*
 * Checks the address inside an IPv6 one as well: ::ffff:0.0.0.0 is 0.0.0.0.
 * Clouds give out credentials at link-local addresses; some use others, which
 * are refused as well.
 */
static bool
may_connect4(const unsigned char b[4])
{
	static const unsigned char metadata[][4] = {
		{ 100, 100, 100, 200 },
		{ 168, 63, 129, 16 },
	};

	for (size_t i = 0; i < sizeof(metadata) / 4; i++)
		if (memcmp(b, metadata[i], 4) == 0)
			return false;
	return b[0] != 0 && b[0] < 224 && !(b[0] == 169 && b[1] == 254);
}

/*
 * The IPv4 address that a router or tunnel extracts from an IPv6 one (NAT64,
 * 6to4, Teredo, SIIT, ISATAP).  False: there is none.
 */
static bool
embedded(const unsigned char b[16], unsigned char ret[4])
{
	static const struct {
		unsigned char bytes[12];
		size_t from, len; /* of the prefix to compare */
		size_t at;        /* of the IPv4 address */
	} forms[] = {
		{ { 0, 0x64, 0xff, 0x9b }, 0, 12, 12 },
		{ { 0x20, 0x02 }, 0, 2, 2 },
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, 0, 12, 12 },
		{ { 0, 0, 0x5e, 0xfe }, 8, 4, 12 },
		{ { 2, 0, 0x5e, 0xfe }, 8, 4, 12 },
	};
	static const unsigned char local[6] = { 0, 0x64, 0xff, 0x9b, 0, 1 };
	static const unsigned char teredo[4] = { 0x20, 1 };

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (memcmp(b + forms[i].from, forms[i].bytes, forms[i].len) ==
		    0) {
			memcpy(ret, b + forms[i].at, 4);
			return true;
		}
	if (memcmp(b, local, 6) == 0) { /* RFC 6052, a /48 */
		memcpy(ret, b + 6, 2);
		memcpy(ret + 2, b + 9, 2);
		return true;
	}
	for (size_t i = 0; i < 4; i++)
		ret[i] = b[12 + i] ^ 0xff;
	return memcmp(b, teredo, 4) == 0;
}

bool
http_may_connect(const struct sockaddr *address)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const unsigned char zero[12];
	static const unsigned char metadata[16] = { 0xfd, 0, 0x0e,
		0xc2, [14] = 0x02, [15] = 0x54 };
	unsigned char inside[4];
	const unsigned char *b;

	if (address->sa_family == AF_INET)
		return may_connect4((const unsigned char *)&(
		    (const struct sockaddr_in *)(const void *)address)
					->sin_addr);
	if (address->sa_family != AF_INET6)
		return false;
	b = ((const struct sockaddr_in6 *)(const void *)address)
		->sin6_addr.s6_addr;
	if (memcmp(b, mapped, 12) == 0)
		return may_connect4(b + 12);
	if (memcmp(b, zero, 12) == 0) /* :: and IPv4-compatible */
		return memcmp(b + 12, "\0\0\0\1", 4) == 0;
	if (embedded(b, inside) && !may_connect4(inside))
		return false;
	if (memcmp(b, metadata, 16) == 0)
		return false;
	return b[0] != 0xff && !(b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
}
