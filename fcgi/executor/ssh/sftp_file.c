/*
 * sftp_file.c: reads and writes one file by SFTP, with pipelined requests.
 *
 * Replies are expected in the order of the requests, as every server sends them
 * in practice; another order ends the session rather than mixing bytes.  A
 * short reply to a read invalidates the requests after it, which are sent
 * again.
 */
#include "base/message.h"
#include "executor/ssh/sftp_file.h"
#include "executor/ssh/sftp_session.h"

static enum sftp_code
open_file(struct sftp *s, const char *path, uint32_t flags)
{
	sftp_begin(s, FXP_OPEN);
	sftp_put_path(s, path);
	sftp_out_u32(&s->out, flags);
	sftp_out_u32(&s->out, 0x4u);
	sftp_out_u32(&s->out, 0600);
	s->first = s->count = 0;
	s->failed = SFTP_DONE;
	return sftp_take_handle(s, &s->handle);
}

enum sftp_code
sftp_read(struct sftp *s, const char *path, int64_t from, int64_t size)
{
	s->at = s->requested = from;
	s->size = size;
	return open_file(s, path, 0x1u);
}

/* Requests the next pieces, as far ahead as allowed. */
static bool
ask_ahead(struct sftp *s)
{
	struct sftp_slot *slot;

	while (s->requested < s->size && s->count < SFTP_SLOTS &&
	    s->count * s->piece < SFTP_AHEAD) {
		slot = &s->slots[(s->first + s->count) % SFTP_SLOTS];
		slot->at = s->requested;
		slot->len = s->size - s->requested < (int64_t)s->piece
		    ? (uint32_t)(s->size - s->requested)
		    : (uint32_t)s->piece;
		sftp_begin(s, FXP_READ);
		slot->id = s->id;
		sftp_out_text(&s->out, s->handle.data, s->handle.len);
		sftp_out_u64(&s->out, (uint64_t)slot->at);
		sftp_out_u32(&s->out, slot->len);
		if (!sftp_send(s))
			return false;
		s->requested += slot->len;
		s->count++;
	}
	return true;
}

enum sftp_code
sftp_next(struct sftp *s, const char **ret, size_t *ret_len)
{
	enum sftp_code code;
	struct sftp_slot slot;
	struct sftp_reply r;
	size_t len;

	for (*ret_len = 0; s->at < s->size;) {
		if (!ask_ahead(s) || !sftp_receive(s, &r))
			return SFTP_CUT;
		slot = s->slots[s->first];
		s->first = (s->first + 1) % SFTP_SLOTS;
		s->count--;
		if (r.id != slot.id)
			return sftp_cut(s, SSH_REFUSED, MESSAGE("sftp_order"));
		if (r.type != FXP_DATA) {
			code = sftp_code_of(s, &r);
			if (slot.at != s->at && code != SFTP_CUT)
				continue;
			return code == SFTP_EOF ? SFTP_DONE : code;
		}
		*ret = sftp_in_text(&r.in, &len);
		if (r.in.bad || len == 0 || len > slot.len)
			return sftp_broken(s);
		if (slot.at != s->at)
			continue; /* requested again after a short reply */
		s->at += (int64_t)len;
		if (len < slot.len)
			s->requested = s->at;
		*ret_len = len;
		return SFTP_DONE;
	}
	return SFTP_DONE;
}

enum sftp_code
sftp_write(struct sftp *s, const char *path, int64_t from)
{
	s->at = from;
	s->size = 0;
	/* write; or write, create, fail if it exists */
	return open_file(s, path, from > 0 ? 0x2u : 0x2u | 0x8u | 0x20u);
}

/* Reads replies to writes until no more than `most` are pending. */
static enum sftp_code
settle(struct sftp *s, size_t most)
{
	enum sftp_code code;
	struct sftp_reply r;

	while (s->count > most) {
		if (!sftp_receive(s, &r))
			return SFTP_CUT;
		s->count--;
		code = sftp_code_of(s, &r);
		if (code == SFTP_CUT)
			return code;
		if (s->failed == SFTP_DONE)
			s->failed = code;
	}
	return s->failed;
}

enum sftp_code
sftp_put(struct sftp *s, const char *data, size_t len)
{
	enum sftp_code code = SFTP_DONE;

	while (len > 0 && code == SFTP_DONE) {
		size_t n = len < s->piece ? len : s->piece;

		sftp_begin(s, FXP_WRITE);
		sftp_out_text(&s->out, s->handle.data, s->handle.len);
		sftp_out_u64(&s->out, (uint64_t)s->at);
		sftp_out_text(&s->out, data, n);
		if (!sftp_send(s))
			return SFTP_CUT;
		s->count++;
		s->at += (int64_t)n;
		data += n;
		len -= n;
		code = settle(s, SFTP_AHEAD / s->piece - 1);
	}
	return code;
}

/* Drops the replies to reads that are still pending. */
static enum sftp_code
drain(struct sftp *s)
{
	struct sftp_reply r;

	for (; s->count > 0; s->count--)
		if (!sftp_receive(s, &r))
			return SFTP_CUT;
	return SFTP_DONE;
}

enum sftp_code
sftp_end(struct sftp *s, uint32_t mode, int64_t mtime)
{
	enum sftp_code code, closed;

	if (s->handle.len == 0)
		return SFTP_DONE;
	code = s->size > 0 ? drain(s) : settle(s, 0);
	if (code == SFTP_DONE && mode != 0) {
		sftp_begin(s, FXP_FSETSTAT);
		sftp_out_text(&s->out, s->handle.data, s->handle.len);
		sftp_put_attrs(s, mode, mtime);
		code = sftp_ask_status(s);
	}
	if (code == SFTP_DONE && mode != 0 && s->fsync) {
		sftp_begin(s, FXP_EXTENDED);
		sftp_put_path(s, "fsync@openssh.com");
		sftp_out_text(&s->out, s->handle.data, s->handle.len);
		code = sftp_ask_status(s);
	}
	closed = s->result == SSH_OK ? sftp_close_handle(s, &s->handle)
				     : SFTP_CUT;
	buf_clear(&s->handle);
	return code == SFTP_DONE ? closed : code;
}
