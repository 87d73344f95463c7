/*
 * remote_report.c: reads the control lines of remote.c's programs.
 *
 * Control lines are read from standard error alone, where the script never
 * writes, and only with the nonce that it does not know; standard output is the
 * script's after the line with the nonce.  All else that the host prints (login
 * scripts, sudo, a full disk) is noise, kept for messages.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "executor/remote/remote_report.h"

#define NOISE_MAX 2048
#define LINE_MAX_BYTES (64 * 1024)
#define NONCE_LEN 32

void
report_begin(struct report *r)
{
	r->state = REPORT_NOTHING;
	r->status = 0;
	r->marked = false;
	buf_reset(&r->word);
	buf_reset(&r->noise);
	buf_reset(&r->lead);
	buf_reset(&r->line);
}

void
report_reset(struct report *r)
{
	report_begin(r);
	r->started = false;
	r->received = 0;
	r->size = 0;
	r->code = 0;
	r->open = false;
}

void
report_clear(struct report *r)
{
	buf_clear(&r->word);
	buf_clear(&r->noise);
	buf_clear(&r->lead);
	buf_clear(&r->line);
}

static void
add_noise(struct report *r, const char *data, size_t len)
{
	size_t room = NOISE_MAX - r->noise.len;

	buf_put(&r->noise, data, len < room ? len : room);
}

void
report_out(void *ctx, const char *data, size_t len)
{
	struct report *r = ctx;
	const char *mark, *eol;
	size_t skip;

	if (r->marked) {
		r->received += (int64_t)len;
		r->on_output(r->ctx, data, len);
		return;
	}
	buf_put(&r->lead, data, len);
	mark = memmem(r->lead.data, r->lead.len, r->nonce, NONCE_LEN);
	skip = mark != NULL ? (size_t)(mark - r->lead.data) : 0;
	eol = mark != NULL ? memchr(mark, '\n', r->lead.len - skip) : NULL;
	if (eol == NULL) {
		if (r->lead.len > LINE_MAX_BYTES)
			buf_consume(&r->lead, r->lead.len - NONCE_LEN);
		return;
	}
	add_noise(r, r->lead.data, skip);
	skip = (size_t)(eol + 1 - r->lead.data);
	r->marked = true;
	r->received += (int64_t)(r->lead.len - skip);
	if (r->lead.len > skip)
		r->on_output(r->ctx, r->lead.data + skip, r->lead.len - skip);
	buf_reset(&r->lead);
}

/* The next word of the line as a number; false: it is not a number. */
static bool
take_number(char **rest, int64_t max, int64_t *ret)
{
	char *word = strsep(rest, " ");

	return word != NULL && text_int(word, 0, max, ret);
}

static void
take_exit(struct report *r, char *rest)
{
	int64_t code, size;

	if (!take_number(&rest, 255, &code) ||
	    !take_number(&rest, INT64_MAX, &size))
		return;
	r->state = REPORT_EXIT;
	r->code = (int)code;
	r->size = size;
	r->open = rest != NULL && strcmp(rest, "open") == 0;
}

static void
take_control(struct report *r, char *rest)
{
	char *verb = strsep(&rest, " ");
	int64_t size;

	if (strcmp(verb, "started") == 0 || strcmp(verb, "attached") == 0) {
		r->started = true;
		r->on_started(r->ctx);
	} else if (strcmp(verb, "typed") == 0) {
		if (take_number(&rest, INT64_MAX, &size))
			r->on_accepted(r->ctx, size);
	} else if (strcmp(verb, "exit") == 0) {
		take_exit(r, rest);
	} else if (strcmp(verb, "ended") == 0) {
		if (!take_number(&rest, INT64_MAX, &size))
			return;
		r->state = REPORT_ENDED;
		r->size = size;
	} else if (strcmp(verb, "alive") == 0) {
		r->state = REPORT_ALIVE;
	} else if (strcmp(verb, "refused") == 0 || strcmp(verb, "lost") == 0) {
		r->state = *verb == 'r' ? REPORT_REFUSED : REPORT_LOST;
		buf_reset(&r->word);
		buf_puts(&r->word, rest != NULL ? rest : "");
	}
}

static void
take_line(struct report *r)
{
	char *text = r->line.len > 0 ? r->line.data : NULL;

	if (text == NULL)
		return;
	if (r->line.len > NONCE_LEN && text[NONCE_LEN] == ' ' &&
	    text_same_secret(text, r->nonce, NONCE_LEN)) {
		take_control(r, text + NONCE_LEN + 1);
	} else {
		add_noise(r, text, r->line.len);
		add_noise(r, " ", 1);
	}
	buf_reset(&r->line);
}

void
report_err(void *ctx, const char *data, size_t len)
{
	struct report *r = ctx;
	size_t n, room;

	while (len > 0) {
		const char *eol = memchr(data, '\n', len);

		n = eol != NULL ? (size_t)(eol - data) : len;
		room = LINE_MAX_BYTES - r->line.len;
		buf_put(&r->line, data, n < room ? n : room);
		if (eol == NULL)
			return;
		take_line(r);
		data += n + 1;
		len -= n + 1;
	}
}
