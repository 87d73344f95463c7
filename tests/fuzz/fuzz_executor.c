/*
 * fuzz_executor.c: the bytes that others give a step: the order, what a
 * target's shell says, keys, JSON to capture from, output to mask and clean,
 * requests and their values, redirects, texts to compare, what people type. The
 * first byte says which.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "lang/host_key.h"
#include "lang/json_part.h"
#include "lang/http/http_fill.h"
#include "executor/http/http_aws.h"
#include "executor/http/http_redirect.h"
#include "executor/output/canonical.h"
#include "executor/output/utf8.h"
#include "executor/actions/diff.h"
#include "executor/tty/tty_input.h"
#include "executor/actions/fill.h"
#include "executor/output/lines.h"
#include "executor/output/redact.h"
#include "executor/job_spec.h"
#include "executor/output/parts.h"
#include "executor/output/pointer.h"
#include "executor/remote/remote_report.h"
#include "executor/tty/screen.h"
#include "executor/ssh/sftp_packet.h"
#include "executor/ssh/ssh_key.h"
#include "wire/tty_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
nothing(void *ctx)
{
	(void)ctx;
}

static void
count(void *ctx, const char *data, size_t len)
{
	(void)data;
	*(size_t *)ctx += len;
}

static void
ignore(void *ctx, int64_t n)
{
	(void)ctx;
	assert(n >= 0);
}

static void
try_order(const char *text, size_t len)
{
	struct job_spec o = { 0 };
	struct fault fault;

	if (job_spec_parse(text, len, &o, &fault) == ERR_OK) {
		(void)fill_folder(&o, &fault);
		job_spec_clear(&o);
	}
}

static void
try_report(const char *text, size_t len)
{
	size_t seen = 0;
	struct report r = { .nonce = "0123456789abcdef0123456789abcdef",
		.ctx = &seen,
		.on_started = nothing,
		.on_output = count,
		.on_accepted = ignore };

	report_reset(&r);
	report_err(&r, text, len / 2);
	report_err(&r, text + len / 2, len - len / 2);
	report_out(&r, text, len / 3);
	report_out(&r, text + len / 3, len - len / 3);
	assert((size_t)r.received == seen);
	report_clear(&r);
}

static void
try_key(const char *text, size_t len)
{
	char *copy = mem_strndup(text, len), type[64];
	struct ssh_key_facts facts;
	struct buf blob = { 0 };

	ssh_key_parse(text, len, &facts);
	(void)host_key_read(copy, type, &blob);
	host_key_type(text, len, type);
	buf_clear(&blob);
	free(copy);
}

/* The JSON of the parts is JSON, and has the part. */
static void
try_parts(const char *text, size_t len)
{
	const struct parts parts = { "s", &text, 1 };
	const char *end = memchr(text, '\0', len);
	struct buf json = { 0 }, out = { 0 }, again = { 0 }, why = { 0 };
	size_t n, m;

	if (end != NULL && json_part_is(text)) {
		buf_put(&json, end + 1, len - (size_t)(end + 1 - text));
		if (parts_choose(&parts, &json, &out, &n, &why)) {
			assert(n > 0);
			/* an index counts differently in what remains */
			assert(strpbrk(text, "0123456789") != NULL ||
			    (parts_choose(&parts, &out, &again, &m, &why) &&
				m == n));
		}
	}
	buf_clear(&json);
	buf_clear(&out);
	buf_clear(&again);
	buf_clear(&why);
}

/* A pointer, a zero byte, the JSON. */
static void
try_pointer(const char *text, size_t len)
{
	const char *end = memchr(text, '\0', len);
	struct buf out = { 0 };
	struct fault fault;

	if (end != NULL)
		(void)pointer_find(end + 1, len - (size_t)(end + 1 - text),
		    text, &out, &fault);
	buf_clear(&out);
	try_parts(text, len);
}

/* Cut anywhere, the result is the same, valid, and without the secrets. */
static void
try_output(const char *text, size_t len)
{
	static const char *const secrets[] = { "hunter22", "ab", "x\nlong line",
		"aabaab" };
	struct mask *m = mask_new(secrets, 4);
	struct mask_stream *s = mask_stream_new(m);
	struct buf whole = { 0 }, cut = { 0 }, utf8 = { 0 };
	struct utf8 c = { 0 };
	size_t at = len > 0 ? (unsigned char)text[0] % len : 0;

	mask_text(m, text, len, &whole);
	mask_put(s, text, at, &cut);
	mask_put(s, text + at, len - at, &cut);
	mask_finish(s, &cut);
	assert(whole.len == cut.len);
	assert(whole.len == 0 || memcmp(whole.data, cut.data, cut.len) == 0);
	assert(whole.len == 0 ||
	    memmem(whole.data, whole.len, "hunter22", 8) == NULL);
	utf8_put(&c, text, at, &utf8);
	utf8_put(&c, text + at, len - at, &utf8);
	utf8_finish(&c, &utf8);
	for (size_t i = 0; i < utf8.len; i++)
		if (utf8.data[i] == '\0')
			utf8.data[i] = ' ';
	assert(text_is_utf8(buf_text(&utf8), utf8.len));
	buf_clear(&whole);
	buf_clear(&cut);
	buf_clear(&utf8);
	mask_stream_free(s);
	mask_free(m);
}

/* Of what was sealed, printed as it is, nothing is left. */
static void
try_content(const char *text, size_t len)
{
	struct mask *m = mask_new(NULL, 0);
	struct buf out = { 0 };

	mask_add_content(m, text, len);
	mask_text(m, text, len, &out);
	assert(len < MASK_SHORTEST || strcmp(buf_text(&out), MASK_TEXT) == 0);
	buf_clear(&out);
	mask_free(m);
}

/* A request remains one request with any value or redirect. */
static void
check_request(const struct http_request *q)
{
	assert(http_is_field(q->url) && strchr(q->url, ' ') == NULL);
	for (size_t i = 0; i < q->headers.count; i++)
		assert(http_is_field(q->headers.all[i].value));
	for (size_t k = 0; k < q->parts_count; k++)
		for (size_t i = 0; i < q->parts[k].headers.count; i++)
			assert(http_is_field(q->parts[k].headers.all[i].value));
}

static void
try_sign(struct arena *a, const struct http_request *q)
{
	struct json_object *aws = json_object_new_object();
	struct payload none = { 0 };
	struct http_headers added;

	json_object_object_add(
	    aws, "service", json_object_new_string(q->line % 2 ? "s3" : "es"));
	assert(http_sign(a, aws, q, &none, 1369353600000, &added));
	for (size_t i = 0; i < added.count; i++)
		assert(http_is_field(added.all[i].value));
	json_object_put(aws);
}

static const char *
value_of(void *spec, const char *name)
{
	return job_spec_value(spec, name);
}

/* A value, a zero byte, the text of the step. */
static void
try_http(const char *text, size_t len)
{
	const char *end = memchr(text, '\0', len);
	struct arena *a = arena_new();
	struct http_text all;
	struct fault fault;
	char *copy;

	if (end == NULL || !text_is_utf8(text, (size_t)(end - text)))
		goto out;
	copy = arena_strndup(a, end + 1, len - (size_t)(end + 1 - text));
	if (!text_is_utf8(copy, strlen(copy)) ||
	    http_parse(a, copy, 1, &all, &fault) != ERR_OK)
		goto out;
	for (size_t i = 0; i < all.count; i++) {
		struct job_spec_value v = { "v", text };
		struct job_spec o = { .values = &v, .values_count = 1 };
		struct http_filling from = { .arena = a,
			.value = value_of,
			.ctx = &o,
			.base = "https://h/base" };
		struct http_request q;

		if (http_fill(&from, &all.all[i], &q, &fault) != ERR_OK)
			continue;
		assert(text_starts(q.url, "https://h/") ||
		    text_starts(q.url, "https://h?") ||
		    strcasecmp(q.url, "https://h") == 0 ||
		    strncasecmp(q.url, "https://h", 9) == 0);
		assert(q.headers.count == all.all[i].headers.count);
		assert(q.parts_count == all.all[i].parts_count);
		check_request(&q);
		try_sign(a, &q);
	}
out:
	arena_free(a);
}

/* The address of a redirect from https://h/a. */
static void
try_follow(const char *text, size_t len)
{
	struct arena *a = arena_new();
	struct http_header own = { "Authorization", "Bearer x", 1 };
	struct hop hop = { .body = true,
		.request = { .method = "GET",
		    .url = "https://h/a",
		    .headers = { &own, 1 } } };
	char *to = arena_strndup(a, text, len);

	if (http_follow(a, 302, to, &hop) == NULL) {
		check_request(&hop.request);
		assert(strncasecmp(hop.request.url, "https://", 8) == 0);
		assert(hop.stranger == (hop.request.headers.count == 0));
		assert(hop.stranger ||
		    strncasecmp(hop.request.url + 8, "h", 1) == 0);
	}
	arena_free(a);
}

static size_t
lines_of(const struct buf *b)
{
	size_t n = b->len > 0 && b->data[b->len - 1] != '\n';

	for (size_t i = 0; i < b->len; i++)
		n += b->data[i] == '\n';
	return n;
}

/* Two texts with a zero byte between them. */
static void
try_compare(const char *text, size_t len)
{
	const char *end = memchr(text, '\0', len);
	struct buf was = { 0 }, is = { 0 }, out = { 0 }, again = { 0 };
	struct diff_count d;

	if (canonical_json(text, len, false, &out)) {
		assert(canonical_json(out.data, out.len, false, &again));
		assert(again.len == out.len &&
		    memcmp(again.data, out.data, out.len) == 0);
		buf_reset(&out);
	}
	if (end != NULL &&
	    memchr(end + 1, '\0', len - (size_t)(end + 1 - text)) == NULL) {
		buf_put(&was, text, (size_t)(end - text));
		buf_put(&is, end + 1, len - (size_t)(end + 1 - text));
		d = diff_texts(&was, &is, "a", "b", &out);
		assert(lines_of(&was) + d.added == lines_of(&is) + d.gone);
	}
	buf_clear(&was);
	buf_clear(&is);
	buf_clear(&out);
	buf_clear(&again);
}

/* The answers of an SFTP server: names stay inside folder and packet. */
static void
see_name(void *ctx, const char *name, size_t len)
{
	assert(len > 0 && memchr(name, '/', len) == NULL);
	*(size_t *)ctx += len;
}

static void
try_sftp(const char *text, size_t len)
{
	struct sftp_in in = { (const unsigned char *)text, len, false };
	struct sftp_attrs attrs;
	size_t seen = 0, n;

	(void)sftp_in_names(&in, see_name, &seen);
	assert(seen <= len);
	in = (struct sftp_in){ (const unsigned char *)text, len, false };
	sftp_in_attrs(&in, &attrs);
	assert(attrs.size >= 0);
	while (!in.bad && in.left > 0)
		(void)sftp_in_text(&in, &n);
}

static bool
has_controls(const struct buf *b)
{
	return memchr(buf_text(b), 0x1b, b->len) != NULL ||
	    memchr(buf_text(b), '\r', b->len) != NULL;
}

/* A terminal: the text has no controls, and is the same however it is cut. */
static void
try_screen(const char *text, size_t len)
{
	struct shown whole = { 0 }, cut = { 0 };
	struct screen *s = screen_new();
	size_t at = len > 0 ? (unsigned char)text[0] % len : 0;

	screen_put(s, text, len, &whole);
	screen_finish(s, &whole);
	screen_put(s, text, at, &cut);
	screen_put(s, text + at, len - at, &cut);
	screen_finish(s, &cut);
	assert(!has_controls(&whole.text) && !has_controls(&whole.seen));
	assert(strcmp(buf_text(&whole.text), buf_text(&cut.text)) == 0);
	assert(strcmp(buf_text(&whole.seen), buf_text(&cut.seen)) == 0);
	screen_resize(s, len > 1 ? (unsigned char)text[1] % 198 + 2 : 2, &cut);
	screen_put(s, text, len, &cut);
	screen_resize(s, 200, &cut);
	screen_put(s, text, len, &cut);
	screen_finish(s, &cut);
	buf_clear(&whole.text);
	buf_clear(&whole.seen);
	buf_clear(&whole.plain);
	buf_clear(&cut.text);
	buf_clear(&cut.seen);
	buf_clear(&cut.plain);
	screen_free(s);
}

static void
count_bytes(void *ctx, const char *line, size_t len, bool cut)
{
	assert(len <= 64 && memchr(line, '\n', len) == NULL);
	assert(memchr(line, 0x1b, len) == NULL || cut);
	*(size_t *)ctx += len;
}

/* An output without a terminal: its lines, the same however it is cut. */
static void
try_lines(const char *text, size_t len)
{
	size_t at = len > 0 ? (unsigned char)text[0] % len : 0, seen[2] = { 0 };

	for (int i = 0; i < 2; i++) {
		struct escapes e = { 0 };
		struct lines l = {
			.most = 64, .ctx = &seen[i], .see = count_bytes
		};
		struct buf clear = { 0 };

		escapes_drop(&e, text, i == 0 ? len : at, &clear);
		lines_put(&l, buf_text(&clear), clear.len);
		buf_reset(&clear);
		if (i == 1)
			escapes_drop(&e, text + at, len - at, &clear);
		lines_put(&l, buf_text(&clear), clear.len);
		lines_finish(&l);
		buf_clear(&clear);
		buf_clear(&l.line);
	}
	assert(seen[0] == seen[1]);
}

/* Messages of input sessions, a line each; what they type never grows. */
static void
try_typing(const char *text, size_t len)
{
	static struct tty_input *e;
	const char *end = text + len, *eol;
	struct buf queue = { 0 };

	if (e == NULL) {
		e = tty_input_open("/tmp/cs-fuzz");
		assert(e != NULL);
		unlink("/tmp/cs-fuzz" TTY_SOCKET);
	}
	for (; text < end; text = eol + 1) {
		eol = memchr(text, '\n', (size_t)(end - text));
		if (eol == NULL)
			eol = end;
		tty_input_take(e, text, (size_t)(eol - text), &queue, 0);
	}
	assert(queue.len <= len && tty_input_size(e).rows <= TTY_ROWS_MOST);
	tty_input_arrived(e, (int64_t)queue.len);
	tty_input_reset(e);
	buf_clear(&queue);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(const char *, size_t) = { try_order,
		try_report, try_key, try_pointer, try_output, try_http,
		try_follow, try_compare, try_sftp, try_screen, try_typing,
		try_lines, try_content };
	const char *text = (const char *)data + 1;

	if (size > 0 && data[0] >= '0' &&
	    data[0] < '0' + sizeof(tries) / sizeof(tries[0]))
		tries[data[0] - '0'](text, size - 1);
	return 0;
}
