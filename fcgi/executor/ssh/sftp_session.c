/*
 * sftp_session.c: sends the requests of an SFTP session and reads the replies.
 */
#include <string.h>

#include "base/message.h"
#include "executor/ssh/sftp_session.h"

#define PACKET_MAX (512u * 1024)

enum sftp_code
sftp_cut(struct sftp *s, enum ssh_result result, const char *why)
{
	if (s->result == SSH_OK) {
		s->result = result;
		buf_puts(&s->why, why);
	}
	return SFTP_CUT;
}

void
sftp_begin(struct sftp *s, int type)
{
	buf_reset(&s->out);
	sftp_out_u32(&s->out, 0);
	buf_putc(&s->out, (char)type);
	if (type != FXP_INIT)
		sftp_out_u32(&s->out, ++s->id);
}

void
sftp_put_path(struct sftp *s, const char *path)
{
	sftp_out_text(&s->out, path, strlen(path));
}

void
sftp_put_attrs(struct sftp *s, uint32_t mode, int64_t mtime)
{
	sftp_out_u32(&s->out, 0x4u | 0x8u);
	sftp_out_u32(&s->out, mode & 07777);
	sftp_out_u32(&s->out, (uint32_t)mtime);
	sftp_out_u32(&s->out, (uint32_t)mtime);
}

bool
sftp_send(struct sftp *s)
{
	uint32_t len = (uint32_t)s->out.len - 4;
	enum ssh_result result;

	if (s->result != SSH_OK)
		return false;
	for (int i = 0; i < 4; i++)
		s->out.data[i] = (char)(len >> (24 - 8 * i));
	result = stream_put(s->stream, s->out.data, s->out.len, &s->why);
	s->result = result;
	return result == SSH_OK;
}

/* The next reply, valid until the next one. */
bool
sftp_receive(struct sftp *s, struct sftp_reply *r)
{
	const char *p;
	size_t len;

	if (s->result != SSH_OK)
		return false;
	stream_take(s->stream, s->held);
	s->held = 0;
	s->result = stream_get(s->stream, 4, &p, &s->why);
	if (s->result != SSH_OK)
		return false;
	r->in = (struct sftp_in){ (const unsigned char *)p, 4, false };
	len = sftp_in_u32(&r->in);
	if (len < 5 || len > PACKET_MAX) {
		sftp_cut(s, SSH_REFUSED, MESSAGE("sftp_none"));
		return false;
	}
	s->result = stream_get(s->stream, 4 + len, &p, &s->why);
	if (s->result != SSH_OK)
		return false;
	s->held = 4 + len;
	r->in = (struct sftp_in){ (const unsigned char *)p + 5, len - 1,
		false };
	r->type = (unsigned char)p[4];
	r->id = sftp_in_u32(&r->in);
	return true;
}

/* The code of a status reply. */
enum sftp_code
sftp_code_of(struct sftp *s, struct sftp_reply *r)
{
	uint32_t code;
	const char *text;
	size_t len;

	if (r->type != FXP_STATUS)
		return sftp_cut(s, SSH_REFUSED, MESSAGE("sftp_unasked"));
	code = sftp_in_u32(&r->in);
	if (r->in.bad || code >= SFTP_CUT)
		return sftp_broken(s);
	text = sftp_in_text(&r->in, &len);
	if (code > SFTP_EOF) {
		buf_reset(&s->message);
		buf_put(&s->message, text, len < 200 ? len : 200);
	}
	return (enum sftp_code)code;
}

/*
 * Sends the request and waits for its reply: one of the given type, or a
 * status.
 */
enum sftp_code
sftp_ask(struct sftp *s, int type, struct sftp_reply *r)
{
	if (!sftp_send(s) || !sftp_receive(s, r))
		return SFTP_CUT;
	if (r->id != s->id)
		return sftp_cut(s, SSH_REFUSED, MESSAGE("sftp_other"));
	if (r->type == type && type != FXP_STATUS)
		return SFTP_DONE;
	return sftp_code_of(s, r);
}

enum sftp_code
sftp_broken(struct sftp *s)
{
	return sftp_cut(s, SSH_REFUSED, MESSAGE("sftp_broken"));
}

enum sftp_code
sftp_ask_status(struct sftp *s)
{
	struct sftp_reply r;

	return sftp_ask(s, FXP_STATUS, &r);
}

enum sftp_code
sftp_take_handle(struct sftp *s, struct buf *handle)
{
	enum sftp_code code;
	const char *text;
	struct sftp_reply r;
	size_t len;

	if ((code = sftp_ask(s, FXP_HANDLE, &r)) != SFTP_DONE)
		return code;
	text = sftp_in_text(&r.in, &len);
	if (r.in.bad || len > 256)
		return sftp_broken(s);
	buf_reset(handle);
	buf_put(handle, text, len);
	return SFTP_DONE;
}

enum sftp_code
sftp_close_handle(struct sftp *s, struct buf *handle)
{
	sftp_begin(s, FXP_CLOSE);
	sftp_out_text(&s->out, handle->data, handle->len);
	buf_clear(handle);
	return sftp_ask_status(s);
}
