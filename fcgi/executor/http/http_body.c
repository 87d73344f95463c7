/*
 * http_body.c: the body of one request.
 *
 * Artifacts are streamed from their files, so that a large one costs no memory,
 * and are sent byte for byte.  The boundary between parts is ours: 128 random
 * bits, which no value or file contains; the boundary in the document only
 * separates its own parts.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "executor/http/http_body.h"
#include "executor/output/artifact_input.h"
#include "executor/output/plan_file.h"

struct making {
	struct arena *arena;
	struct job *job;
	struct payload *payload;
	struct buf *why;
};

static void
add_text(struct making *m, const char *text, size_t len)
{
	struct payload *p = m->payload;

	p->pieces[p->count++] = (struct payload_piece){
		arena_strndup(m->arena, text, len), (off_t)len, -1
	};
	p->total += (off_t)len;
}

static bool
add_artifact(struct making *m, const char *name)
{
	const struct job_spec *o = m->job->spec;
	struct payload *p = m->payload;
	const char *what = message_arena(
	    m->arena, "artifact_sent name=%s", name);
	const struct job_artifact *a = artifact_input_find(o->artifacts,
	    o->artifacts_count, name, m->job->target->name, what, m->why);
	struct stat st;
	int fd;

	if (a == NULL || (fd = artifact_input_open(a, what, m->why)) < 0)
		return false;
	if (fstat(fd, &st) != 0)
		st.st_size = 0;
	p->pieces[p->count++] = (struct payload_piece){ NULL, st.st_size, fd };
	p->total += st.st_size;
	return true;
}

static bool
add_file(struct making *m, const char *name)
{
	struct buf text = { 0 };
	bool same = plan_file_read(m->job->spec, name, &text, m->why);

	if (same)
		add_text(m, buf_text(&text), text.len);
	buf_clear(&text);
	return same;
}

static bool
add_body(struct making *m, const struct http_body *b)
{
	if (b->artifact != NULL)
		return add_artifact(m, b->artifact);
	if (b->file != NULL)
		return add_file(m, b->file);
	if (b->text != NULL)
		add_text(m, b->text, b->len);
	return true;
}

static bool
add_parts(struct making *m, const struct http_request *q)
{
	char boundary[33];
	struct buf head = { 0 };
	bool ok = true;

	text_random_hex(boundary, 16);
	m->payload->type = arena_printf(
	    m->arena, "multipart/form-data; boundary=%s", boundary);
	for (size_t i = 0; i < q->parts_count && ok; i++) {
		const struct http_headers *h = &q->parts[i].headers;

		buf_reset(&head);
		buf_printf(&head, "%s--%s\r\n", i > 0 ? "\r\n" : "", boundary);
		for (size_t k = 0; k < h->count; k++)
			buf_printf(&head, "%s: %s\r\n", h->all[k].name,
			    h->all[k].value);
		buf_puts(&head, "\r\n");
		add_text(m, buf_text(&head), head.len);
		ok = add_body(m, &q->parts[i].body);
	}
	buf_reset(&head);
	buf_printf(&head, "\r\n--%s--\r\n", boundary);
	add_text(m, buf_text(&head), head.len);
	buf_clear(&head);
	return ok;
}

bool
payload_open(struct arena *a, struct job *job, const struct http_request *q,
    struct payload *ret, struct buf *why)
{
	struct making m = { a, job, ret, why };

	*ret = (struct payload){ .pieces = mem_calloc(2 * q->parts_count + 2,
				     sizeof(*ret->pieces)) };
	return q->parts_count > 0 ? add_parts(&m, q) : add_body(&m, &q->body);
}

void
payload_close(struct payload *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->pieces[i].fd >= 0)
			close(p->pieces[i].fd);
	free(p->pieces);
	*p = (struct payload){ 0 };
}

ssize_t
payload_read(struct payload *p, char *to, size_t size)
{
	const struct payload_piece *piece;
	ssize_t n;

	while (p->piece < p->count && p->at == p->pieces[p->piece].len) {
		p->piece++;
		p->at = 0;
	}
	if (p->piece == p->count)
		return 0;
	piece = &p->pieces[p->piece];
	if ((off_t)size > piece->len - p->at)
		size = (size_t)(piece->len - p->at);
	if (piece->fd < 0) {
		memcpy(to, piece->text + p->at, size);
		n = (ssize_t)size;
	} else if ((n = pread(piece->fd, to, size, p->at)) <= 0) {
		return -1; /* it was truncated */
	}
	p->at += n;
	return n;
}

void
payload_rewind(struct payload *p)
{
	p->piece = 0;
	p->at = 0;
}
