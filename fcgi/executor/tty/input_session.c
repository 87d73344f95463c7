/*
 * input_session.c: sends the answers of a step, and input of people, to its
 * terminal.
 *
 * A prompt is searched in the text shown since the last reply.  The first
 * answer of the block whose prompt is found counts; lines with the same prompt
 * take turns, so that a menu that appears twice can be answered in two ways.
 * The reply is sent after the program has been silent for a moment: then it
 * waits for input, and has turned the echo off if it reads a password.
 *
 * A reply ends with CR, as from the Enter key; a terminal makes a line end of
 * it for programs that read lines.  Control characters in a value would act as
 * keys such as Ctrl-C, and are refused.
 *
 * tty_input.c reads input of people and adds it to the same queue.  Bytes are
 * counted: they stay in the queue until the terminal has accepted them, so that
 * after a lost connection sending continues at the terminal's position, and
 * nothing is lost or sent twice.  If the program reads nothing, no more input
 * is read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/answers.h"
#include "lang/regex.h"
#include "executor/actions/fill.h"
#include "executor/tty/input_session.h"

#define SEEN_MAX 8192
#define SETTLE_MS 60
#define LINE_BYTES 200
#define QUEUE_MAX (16 * 1024) /* that waits for the program */

struct answer {
	const char *prompt;
	struct regex *re;
	struct buf reply;
	int used;
};

struct input_session {
	struct answer *answers;
	size_t count;
	struct buf seen;
	size_t from;      /* start of the text since the last reply */
	int64_t due;      /* when to search a prompt, or 0 */
	struct buf queue; /* bytes that the terminal has not accepted */
	int64_t begin;    /* bytes accepted: before the queue */
	size_t sent;      /* of the queue */
	const char *tired;
	const char *unclear;
	struct tty_input *input; /* NULL: no input of people */
};

static enum err
wrong(struct fault *fault, const char *prompt, const char *why)
{
	return fault_set(fault, ERR_INVALID, "answers", NULL,
	    "answer_wrong prompt=%.200s reason=%s", prompt, why);
}

static enum err
read_answer(const struct job_spec *spec, const struct answers_line *line,
    struct answer *a, struct fault *fault)
{
	struct buf why = { 0 };
	char message[160];
	enum err err = ERR_OK;
	size_t at;

	a->prompt = arena_strndup(
	    spec->message.arena, line->prompt, line->prompt_len);
	a->re = regex_new(a->prompt, &at, message, sizeof(message));
	if (a->re == NULL)
		err = wrong(fault, a->prompt, message);
	else if (!fill_line(
		     spec, line->reply, line->reply_len, &a->reply, &why))
		err = wrong(fault, a->prompt, buf_text(&why));
	else if (a->reply.len > INPUT_LINE)
		err = wrong(fault, a->prompt, MESSAGE("answer_long"));
	for (size_t i = 0; i < a->reply.len && err == ERR_OK; i++)
		if ((unsigned char)a->reply.data[i] < ' ' ||
		    a->reply.data[i] == 0x7f)
			err = wrong(
			    fault, a->prompt, MESSAGE("answer_control"));
	buf_putc(&a->reply, '\r');
	buf_clear(&why);
	return err;
}

enum err
input_session_new(const struct job_spec *spec, struct input_session **ret,
    struct fault *fault)
{
	struct input_session *t = mem_calloc(1, sizeof(*t));
	struct answers_line line;
	size_t at = 0, cap = 0;
	enum err err = ERR_OK;

	while (err == ERR_OK && answers_next(spec->step.answers, &at, &line)) {
		struct answer *a = mem_grow(
		    &t->answers, &cap, t->count++, sizeof(*a));

		err = read_answer(spec, &line, a, fault);
	}
	if (err == ERR_OK)
		*ret = t;
	else
		input_session_free(t);
	return err;
}

static void
wipe(struct buf *b)
{
	if (b->data != NULL)
		explicit_bzero(b->data, b->len);
	buf_clear(b);
}

void
input_session_free(struct input_session *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->count; i++) {
		regex_free(t->answers[i].re);
		wipe(&t->answers[i].reply);
	}
	tty_input_close(t->input);
	free(t->answers);
	wipe(&t->seen);
	wipe(&t->queue);
	free(t);
}

enum err
input_session_listen(struct input_session *t, const char *target)
{
	t->input = tty_input_open(target);
	return t->input != NULL ? ERR_OK : ERR_IO;
}

void
input_session_fds(const struct input_session *t, struct pollfd fds[2])
{
	fds[0].fd = fds[1].fd = -1;
	if (t->input != NULL && t->queue.len < QUEUE_MAX)
		tty_input_fds(t->input, fds);
}

void
input_session_read(struct input_session *t, const struct pollfd fds[2])
{
	if (t->input != NULL)
		tty_input_read(t->input, fds, &t->queue, t->begin);
}

struct size
input_session_size(const struct input_session *t)
{
	return t->input != NULL ? tty_input_size(t->input)
				: (struct size){ 0, 0 };
}

void
input_session_reset(struct input_session *t)
{
	for (size_t i = 0; i < t->count; i++)
		t->answers[i].used = 0;
	buf_reset(&t->seen);
	buf_reset(&t->queue);
	t->from = 0;
	t->due = 0;
	t->begin = 0;
	t->sent = 0;
	t->tired = t->unclear = NULL;
	if (t->input != NULL)
		tty_input_reset(t->input);
}

/*
 * The first answer whose prompt is shown; NULL: there is none, or it is unclear
 * which.
 */
static struct answer *
find_prompt(struct input_session *t)
{
	const char *shown = t->seen.data + t->from;
	size_t start, len, size = t->seen.len - t->from;
	enum match match;

	for (size_t i = 0; i < t->count && t->unclear == NULL; i++) {
		struct answer *a = &t->answers[i];

		match = regex_find(a->re, shown, size, &start, &len);
		if (match == MATCH_YES)
			return a;
		/* the text may end within a character; wait for the rest */
		if (match == MATCH_GAVE_UP && text_is_utf8(shown, size))
			t->unclear = a->prompt;
	}
	return NULL;
}

/* The answer for the shown text; of those with one prompt the least used. */
static struct answer *
find(struct input_session *t)
{
	struct answer *found = find_prompt(t);

	for (size_t i = 0; found != NULL && i < t->count; i++) {
		struct answer *a = &t->answers[i];

		if (strcmp(a->prompt, found->prompt) == 0 &&
		    a->used < found->used)
			found = a;
	}
	return found;
}

void
input_session_see(struct input_session *t, const char *plain, size_t len)
{
	size_t over;

	if (len == 0)
		return;
	buf_put(&t->seen, plain, len);
	if (t->seen.len > SEEN_MAX) {
		over = t->seen.len - SEEN_MAX;
		buf_consume(&t->seen, over);
		t->from = t->from > over ? t->from - over : 0;
	}
	t->due = t->count > 0 ? clock_monotonic() + SETTLE_MS : 0;
}

/* The program is silent: checks whether it waits for an answer. */
static void
answer(struct input_session *t)
{
	struct answer *a = find(t);

	t->due = 0;
	if (a == NULL)
		return;
	t->from = t->seen.len;
	if (a->used == INPUT_MOST) {
		t->tired = a->prompt;
		return;
	}
	a->used++;
	buf_put(&t->queue, a->reply.data, a->reply.len);
}

int64_t
input_session_due(const struct input_session *t)
{
	return t->due;
}

const char *
input_session_next(struct input_session *t, size_t *ret_len)
{
	if (t->due > 0 && clock_monotonic() >= t->due)
		answer(t);
	*ret_len = t->queue.len - t->sent;
	return t->queue.data + t->sent;
}

void
input_session_sent(struct input_session *t, size_t n)
{
	t->sent += n;
}

/* Accepted bytes are wiped: the end of the queue moves over them. */
void
input_session_arrived(struct input_session *t, int64_t count)
{
	size_t n;

	if (count <= t->begin || count > t->begin + (int64_t)t->sent)
		return;
	n = (size_t)(count - t->begin);
	t->begin = count;
	t->sent -= n;
	buf_consume(&t->queue, n);
	explicit_bzero(t->queue.data + t->queue.len, n);
	if (t->input != NULL)
		tty_input_arrived(t->input, count);
}

void
input_session_resume(struct input_session *t, int64_t count)
{
	input_session_arrived(t, count);
	t->sent = 0;
}

void
input_session_last_line(const struct input_session *t, struct buf *out)
{
	const char *s = buf_text(&t->seen);
	size_t end = t->seen.len, start;

	while (end > 0 && (s[end - 1] == ' ' || s[end - 1] == '\n'))
		end--;
	for (start = end; start > 0 && s[start - 1] != '\n'; start--)
		;
	if (end - start > LINE_BYTES)
		start = end - LINE_BYTES;
	while (start < end && ((unsigned char)s[start] & 0xc0) == 0x80)
		start++;
	buf_put(out, s + start, end - start);
}

const char *
input_session_tired(const struct input_session *t)
{
	return t->tired;
}

const char *
input_session_unclear(const struct input_session *t)
{
	return t->unclear;
}
