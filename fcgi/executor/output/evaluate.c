/*
 * evaluate.c: evaluates the output of a script.
 *
 * Regexes are applied to one line at a time, as the output passes, so that a
 * gigabyte of it costs no memory.  A line of more than 8 MB, or one that a
 * regex gave up on, leaves the result open; an open result fails the step, as
 * success must be certain.  Captures of the whole output or by JSON pointer
 * store its first megabyte and refuse longer ones.  Captured text is untrusted:
 * it is checked here like a parameter, since later steps use it.  It goes into
 * the journal and on pages unchanged, so a value that contains a secret is
 * refused: redacted, it would be another value.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "executor/output/evaluate.h"
#include "executor/output/lines.h"
#include "executor/output/pointer.h"
#include "executor/output/watched.h"
#include "wire/exec.h"

#define EXCERPT 200       /* bytes of a line that are shown */
#define EXCERPT_BEFORE 60 /* of these, before the match */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct evaluate {
	const struct job_spec *spec;
	const struct mask *mask;
	struct watched expect;
	struct watched reject;
	struct watched *captures; /* parallel to spec->captures */
	struct escapes escapes;
	struct lines lines;
	struct lines unshown;
	struct buf clear; /* without escape sequences */
	struct buf saved;
	bool by_line;
	bool stores_output; /* for captures that are no regex */
	bool taken;         /* evaluate_take() replaces the output */
	bool too_long;      /* longer than EVALUATE_SAVE */
};

static void see_line(void *ctx, const char *line, size_t len, bool cut);

enum err
evaluate_new(const struct job_spec *spec, const struct mask *mask,
    struct evaluate **ret, struct fault *fault)
{
	struct evaluate *e = mem_calloc(1, sizeof(*e));
	enum err err = ERR_OK;

	e->spec = spec;
	e->mask = mask;
	e->lines = (struct lines){
		.most = EVALUATE_LINE, .ctx = e, .see = see_line
	};
	e->unshown = e->lines;
	e->captures = mem_calloc(
	    spec->step.captures_count + 1, sizeof(e->captures[0]));
	if (spec->step.expect != NULL)
		err = watched_compile(spec->step.expect, &e->expect, fault);
	if (spec->step.reject != NULL && err == ERR_OK)
		err = watched_compile(spec->step.reject, &e->reject, fault);
	e->reject.reject = true;
	for (size_t i = 0; i < spec->step.captures_count && err == ERR_OK;
	     i++) {
		if (spec->step.captures[i].how != CAPTURE_REGEX) {
			e->stores_output = true;
			continue;
		}
		e->by_line = e->captures[i].first = true;
		err = watched_compile(
		    spec->step.captures[i].what, &e->captures[i], fault);
	}
	if (spec->step.expect != NULL || spec->step.reject != NULL)
		e->by_line = true;
	if (err == ERR_OK)
		*ret = e;
	else
		evaluate_free(e);
	return err;
}

void
evaluate_free(struct evaluate *e)
{
	if (e == NULL)
		return;
	watched_clear(&e->expect);
	watched_clear(&e->reject);
	for (size_t i = 0; i < e->spec->step.captures_count; i++)
		watched_clear(&e->captures[i]);
	free(e->captures);
	buf_clear(&e->lines.line);
	buf_clear(&e->unshown.line);
	buf_clear(&e->clear);
	buf_clear(&e->saved);
	free(e);
}

void
evaluate_reset(struct evaluate *e)
{
	watched_forget(&e->expect);
	watched_forget(&e->reject);
	for (size_t i = 0; i < e->spec->step.captures_count; i++)
		watched_forget(&e->captures[i]);
	e->escapes = (struct escapes){ 0 };
	lines_reset(&e->lines);
	lines_reset(&e->unshown);
	buf_reset(&e->saved);
	e->too_long = e->taken = false;
}

static void
see_line(void *ctx, const char *line, size_t len, bool cut)
{
	struct evaluate *e = ctx;

	if (len >= 3 && memcmp(line, BYTE_ORDER_MARK, 3) == 0) {
		line += 3; /* skip a byte order mark */
		len -= 3;
	}
	watched_match(&e->expect, line, len, cut);
	watched_match(&e->reject, line, len, cut);
	for (size_t i = 0; i < e->spec->step.captures_count; i++)
		watched_match(&e->captures[i], line, len, cut);
}

static void
store_output(struct evaluate *e, const char *data, size_t len)
{
	size_t room = EVALUATE_SAVE - e->saved.len;

	if (len > room)
		e->too_long = true;
	buf_put(&e->saved, data, len < room ? len : room);
}

static void
put(struct evaluate *e, const char *data, size_t len, bool by_line, bool saved)
{
	if (len == 0 || (!e->by_line && !e->stores_output))
		return;
	if (!escapes_none(&e->escapes, data, len)) {
		buf_reset(&e->clear);
		escapes_drop(&e->escapes, data, len, &e->clear);
		data = buf_text(&e->clear);
		len = e->clear.len;
	}
	if (by_line && e->by_line)
		lines_put(&e->lines, data, len);
	if (saved && e->stores_output && !e->taken)
		store_output(e, data, len);
}

void
evaluate_put(struct evaluate *e, const char *data, size_t len)
{
	put(e, data, len, true, true);
}

void
evaluate_lines(struct evaluate *e, const char *data, size_t len)
{
	put(e, data, len, true, false);
}

void
evaluate_unshown(struct evaluate *e, const char *data, size_t len)
{
	if (e->by_line)
		lines_put(&e->unshown, data, len);
}

void
evaluate_save(struct evaluate *e, const char *data, size_t len)
{
	if (e->stores_output && !e->taken)
		store_output(e, data, len);
}

void
evaluate_take(struct evaluate *e, const char *data, size_t len)
{
	e->taken = true;
	e->too_long = len > EVALUATE_SAVE;
	buf_reset(&e->saved);
	if (data != NULL)
		buf_put(&e->saved, data, e->too_long ? EVALUATE_SAVE : len);
}

const struct buf *
evaluate_saved(const struct evaluate *e)
{
	return &e->saved;
}

void
evaluate_next(struct evaluate *e)
{
	for (size_t i = 0; i < e->spec->step.captures_count; i++)
		watched_forget(&e->captures[i]);
	buf_reset(&e->saved);
	e->too_long = false;
}

/* NULL, or why the value is invalid, as the end of a sentence. */
static const char *
wrong_value(const struct capture *c, const char *s, size_t len)
{
	bool lines = c->list && c->how == CAPTURE_WHOLE;
	size_t digits = strspn(s, "-0123456789.");

	if (len > EXEC_MAX_CAPTURE)
		return MESSAGE("capture_long");
	if (memchr(s, '\0', len) != NULL || !text_is_utf8(s, len))
		return MESSAGE("capture_utf8");
	for (size_t i = 0; i < len; i++) {
		if ((s[i] == '\n' || s[i] == '\r') && !lines)
			return MESSAGE("capture_lines");
		if (((unsigned char)s[i] < ' ' &&
			strchr("\t\r\n", s[i]) == NULL) ||
		    s[i] == 0x7f)
			return MESSAGE("capture_control");
	}
	if (len > 0 && s[0] == '-' && digits < len)
		return MESSAGE("capture_dash");
	return NULL;
}

/* Adds the value; false with the reason if it is refused. */
static bool
put_capture(const struct evaluate *e, const struct capture *c, const char *s,
    size_t len, struct json_object *captures, struct buf *why)
{
	const char *wrong = wrong_value(c, s, len);

	if (wrong == NULL && mask_redacts(e->mask, s, len))
		wrong = MESSAGE("capture_secret");
	if (wrong != NULL) {
		message_put(
		    why, "capture_wrong name=%s reason=%s", c->name, wrong);
		return false;
	}
	json_object_object_add(
	    captures, c->name, json_object_new_string_len(s, (int)len));
	return true;
}

static bool
capture_whole(struct evaluate *e, const struct capture *c,
    struct json_object *captures, struct buf *why)
{
	const char *s = buf_text(&e->saved), *end = s + e->saved.len;

	while (s < end && strchr(" \t\r\n", *s) != NULL && *s != '\0')
		s++;
	while (end > s && strchr(" \t\r\n", end[-1]) != NULL && end[-1] != '\0')
		end--;
	if (s == end && !c->list) {
		message_put(why, "capture_no_output name=%s", c->name);
		return false;
	}
	return put_capture(e, c, s, (size_t)(end - s), captures, why);
}

static bool
capture_pointer(struct evaluate *e, const struct capture *c,
    struct json_object *captures, struct buf *why)
{
	struct buf value = { 0 };
	struct fault fault;
	bool ok = false;

	if (pointer_find(buf_text(&e->saved), e->saved.len, c->what, &value,
		&fault) != ERR_OK)
		message_put(why, "capture_not_found name=%s reason=%s", c->name,
		    fault.message);
	else
		ok = put_capture(
		    e, c, buf_text(&value), value.len, captures, why);
	buf_clear(&value);
	return ok;
}

static bool
capture(
    struct evaluate *e, size_t i, struct json_object *captures, struct buf *why)
{
	const struct capture *c = &e->spec->step.captures[i];
	const struct watched *w = &e->captures[i];

	if (c->how == CAPTURE_REGEX && !w->found && w->unclear != NULL) {
		message_put(why, "capture_unclear name=%s pattern=%s reason=%s",
		    c->name, c->what, w->unclear);
		return false;
	}
	if (c->how == CAPTURE_REGEX && !w->found) {
		message_put(why, "capture_no_line pattern=%s name=%s", c->what,
		    c->name);
		return false;
	}
	if (c->how == CAPTURE_REGEX)
		return put_capture(e, c, w->value, w->len, captures, why);
	if (e->too_long) {
		message_put(why, "capture_large name=%s", c->name);
		return false;
	}
	return c->how == CAPTURE_WHOLE ? capture_whole(e, c, captures, why)
				       : capture_pointer(e, c, captures, why);
}

static bool
is_success(const struct job_spec *o, int code)
{
	for (size_t i = 0; i < o->step.exit_count; i++)
		if (o->step.exit[i] == code)
			return true;
	return false;
}

static void
report_exit(
    const struct job_spec *o, int code, const char *target, struct buf *why)
{
	struct buf wanted = { 0 };

	for (size_t i = 0; i < o->step.exit_count; i++)
		buf_printf(&wanted, "%s%d", i > 0 ? ", " : "", o->step.exit[i]);
	if (code == 0)
		message_put(why, "evaluate_exit_zero target=%s codes=%s",
		    target, buf_text(&wanted));
	else if (code > 128 && code < 128 + 65 &&
	    sigabbrev_np(code - 128) != NULL)
		message_put(why,
		    "evaluate_exit_signal code=%d target=%s number=%d "
		    "signal=%s",
		    code, target, code - 128, sigabbrev_np(code - 128));
	else
		message_put(
		    why, "evaluate_exit code=%d target=%s", code, target);
	buf_clear(&wanted);
}

/* The rejected line, redacted; of a long one, the part around the match. */
static void
put_excerpt(const struct evaluate *e, struct buf *why)
{
	const struct watched *w = &e->reject;
	struct buf line = { 0 }, match = { 0 };
	const char *text, *at;
	size_t from = 0;

	if (e->spec->sealed) {
		buf_puts(why, MESSAGE("evaluate_sealed"));
		return;
	}
	mask_text(e->mask, w->value, w->len, &line);
	mask_text(e->mask, w->value + w->at, w->size, &match);
	text = buf_text(&line);
	at = memmem(text, line.len, buf_text(&match), match.len);
	if (line.len > EXCERPT && at != NULL && at > text + EXCERPT_BEFORE)
		from = (size_t)(at - text) - EXCERPT_BEFORE;
	while (from > 0 && ((unsigned char)text[from] & 0xc0) == 0x80)
		from++;
	buf_printf(why, "%s%.*s", from > 0 ? "… " : "", EXCERPT, text + from);
	buf_clear(&line);
	buf_clear(&match);
}

/* Checks expect= and reject=. `ok`: no failure before. */
static bool
check_lines(const struct evaluate *e, bool ok, struct buf *why)
{
	const char *blank = ok ? "" : " ";
	struct buf line = { 0 };

	if (e->reject.found) {
		put_excerpt(e, &line);
		buf_puts(why, blank);
		message_put(why, "evaluate_reject pattern=%s line=%s",
		    e->spec->step.reject, buf_text(&line));
		buf_clear(&line);
		return false;
	}
	if (e->reject.unclear != NULL) {
		buf_puts(why, blank);
		message_put(why, "evaluate_reject_unclear pattern=%s reason=%s",
		    e->spec->step.reject, e->reject.unclear);
		return false;
	}
	if (!ok || e->expect.regex == NULL || e->expect.found)
		return ok;
	if (e->expect.unclear != NULL)
		message_put(why, "evaluate_expect_unclear pattern=%s reason=%s",
		    e->spec->step.expect, e->expect.unclear);
	else
		message_put(
		    why, "evaluate_expect pattern=%s", e->spec->step.expect);
	return false;
}

bool
evaluate_end(struct evaluate *e, int code, const char *target,
    struct json_object **ret_captures, struct buf *why)
{
	struct json_object *captures = json_object_new_object();
	bool ok = is_success(e->spec, code);

	lines_finish(&e->lines);
	lines_finish(&e->unshown);
	if (!ok)
		report_exit(e->spec, code, target, why);
	ok = check_lines(e, ok, why);
	for (size_t i = 0; ok && i < e->spec->step.captures_count; i++)
		ok = capture(e, i, captures, why);
	if (ok)
		*ret_captures = captures;
	else
		json_object_put(captures);
	return ok;
}

bool
evaluate_contradicts(const struct evaluate *e)
{
	return e->reject.found || e->reject.unclear != NULL;
}
