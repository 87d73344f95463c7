/*
 * fuzz_step.c: the bytes that others give a step: the order, what a target's
 * shell says, keys, JSON to capture from, output to mask and clean.  The
 * first byte says which.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "book/host_key.h"
#include "step/clean.h"
#include "step/mask.h"
#include "step/order.h"
#include "step/pointer.h"
#include "step/report.h"
#include "step/ssh_key.h"

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
try_order(const char *text, size_t len)
{
	struct order o = {0};
	struct fault fault;

	if (order_parse(text, len, &o, &fault) == ERR_OK)
		order_clear(&o);
}

static void
try_report(const char *text, size_t len)
{
	size_t seen = 0;
	struct report r = { .nonce = "0123456789abcdef0123456789abcdef",
		.ctx = &seen, .on_started = nothing, .on_output = count };

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
	struct buf blob = {0};

	ssh_key_parse(text, len, &facts);
	(void)host_key_read(copy, type, &blob);
	host_key_type(text, len, type);
	buf_clear(&blob);
	free(copy);
}

/* A pointer, a zero byte, the JSON. */
static void
try_pointer(const char *text, size_t len)
{
	const char *end = memchr(text, '\0', len);
	struct buf out = {0};
	struct fault fault;

	if (end != NULL)
		(void)pointer_find(end + 1, len - (size_t)(end + 1 - text),
		    text, &out, &fault);
	buf_clear(&out);
}

/* Cut anywhere, the result is the same, valid, and without the secrets. */
static void
try_output(const char *text, size_t len)
{
	static const char *const secrets[] = { "hunter22", "ab", "x\nlong line",
		"aabaab" };
	struct mask *m = mask_new(secrets, 4);
	struct mask_stream *s = mask_stream_new(m);
	struct buf whole = {0}, cut = {0}, clean = {0};
	struct clean c = {0};
	size_t at = len > 0 ? (unsigned char)text[0] % len : 0;

	mask_text(m, text, len, &whole);
	mask_put(s, text, at, &cut);
	mask_put(s, text + at, len - at, &cut);
	mask_finish(s, &cut);
	assert(whole.len == cut.len);
	assert(whole.len == 0 || memcmp(whole.data, cut.data, cut.len) == 0);
	assert(whole.len == 0 || memmem(whole.data, whole.len, "hunter22",
	    8) == NULL);
	clean_put(&c, text, at, &clean);
	clean_put(&c, text + at, len - at, &clean);
	clean_finish(&c, &clean);
	for (size_t i = 0; i < clean.len; i++)
		if (clean.data[i] == '\0')
			clean.data[i] = ' ';
	assert(text_is_utf8(buf_text(&clean), clean.len));
	buf_clear(&whole);
	buf_clear(&cut);
	buf_clear(&clean);
	mask_stream_free(s);
	mask_free(m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(const char *, size_t) = { try_order,
		try_report, try_key, try_pointer, try_output };
	const char *text = (const char *)data + 1;

	if (size > 0 && data[0] >= '0' && data[0] < '5')
		tries[data[0] - '0'](text, size - 1);
	return 0;
}
