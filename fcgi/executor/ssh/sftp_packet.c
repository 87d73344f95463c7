/*
 * sftp_packet.c: the bytes of SFTP (draft-ietf-secsh-filexfer-02).
 *
 * The server is not trusted: lengths are checked against the rest of the
 * packet, and a name in a folder is one name, so that no listing leads out of
 * the requested folder.
 */
#include <string.h>

#include "executor/ssh/sftp_packet.h"

#define ATTR_SIZE 0x1u
#define ATTR_OWNER 0x2u
#define ATTR_MODE 0x4u
#define ATTR_TIMES 0x8u
#define ATTR_EXTENDED 0x80000000u

static const unsigned char *
take(struct sftp_in *in, size_t n)
{
	const unsigned char *p = in->p;

	if (in->bad || n > in->left) {
		in->bad = true;
		in->left = 0;
		return NULL;
	}
	in->p += n;
	in->left -= n;
	return p;
}

uint32_t
sftp_in_u32(struct sftp_in *in)
{
	const unsigned char *p = take(in, 4);

	return p == NULL ? 0
			 : (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		(uint32_t)p[2] << 8 | p[3];
}

uint64_t
sftp_in_u64(struct sftp_in *in)
{
	uint64_t high = sftp_in_u32(in);

	return high << 32 | sftp_in_u32(in);
}

const char *
sftp_in_text(struct sftp_in *in, size_t *ret_len)
{
	size_t len = sftp_in_u32(in);
	const unsigned char *p = take(in, len);

	*ret_len = p != NULL ? len : 0;
	return p != NULL ? (const char *)p : "";
}

void
sftp_in_attrs(struct sftp_in *in, struct sftp_attrs *ret)
{
	uint32_t flags = sftp_in_u32(in), n;
	uint64_t size;
	size_t len;

	*ret = (struct sftp_attrs){ .uid = UINT32_MAX };
	if (flags & ATTR_SIZE) {
		size = sftp_in_u64(in);
		ret->size = size <= INT64_MAX ? (int64_t)size : INT64_MAX;
	}
	if (flags & ATTR_OWNER) {
		ret->uid = sftp_in_u32(in);
		(void)sftp_in_u32(in);
	}
	if (flags & ATTR_MODE)
		ret->mode = sftp_in_u32(in);
	if (flags & ATTR_TIMES) {
		(void)sftp_in_u32(in);
		ret->mtime = sftp_in_u32(in);
	}
	n = flags & ATTR_EXTENDED ? sftp_in_u32(in) : 0;
	for (; n > 0 && !in->bad; n--) {
		(void)sftp_in_text(in, &len);
		(void)sftp_in_text(in, &len);
	}
}

bool
sftp_in_names(struct sftp_in *in, sftp_name_fn fn, void *ctx)
{
	uint32_t n = sftp_in_u32(in);
	struct sftp_attrs attrs;
	const char *name;
	size_t len, unused;

	for (; n > 0; n--) {
		name = sftp_in_text(in, &len);
		(void)sftp_in_text(in, &unused);
		sftp_in_attrs(in, &attrs);
		if (in->bad || len == 0 || memchr(name, '/', len) != NULL ||
		    memchr(name, '\0', len) != NULL)
			return false;
		if ((len == 1 && name[0] == '.') ||
		    (len == 2 && memcmp(name, "..", 2) == 0))
			continue;
		fn(ctx, name, len);
	}
	return !in->bad;
}

void
sftp_out_u32(struct buf *out, uint32_t v)
{
	const unsigned char b[4] = { (unsigned char)(v >> 24),
		(unsigned char)(v >> 16), (unsigned char)(v >> 8),
		(unsigned char)v };

	buf_put(out, b, 4);
}

void
sftp_out_u64(struct buf *out, uint64_t v)
{
	sftp_out_u32(out, (uint32_t)(v >> 32));
	sftp_out_u32(out, (uint32_t)v);
}

void
sftp_out_text(struct buf *out, const char *s, size_t len)
{
	sftp_out_u32(out, (uint32_t)len);
	buf_put(out, s, len);
}
