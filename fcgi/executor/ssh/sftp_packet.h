/* sftp_packet.h: the bytes of SFTP: only this file reads data of a server. */
#ifndef EXECUTOR_SSH_SFTP_PACKET_H
#define EXECUTOR_SSH_SFTP_PACKET_H

#include <stdbool.h>

#include "executor/ssh/sftp.h"

/*
 * The rest of a packet.  After a read beyond its end `bad` is set, and all
 * reads return 0 or empty.
 */
struct sftp_in {
	const unsigned char *p;
	size_t left;
	bool bad;
};

uint32_t sftp_in_u32(struct sftp_in *in);
uint64_t sftp_in_u64(struct sftp_in *in);
/* A string: bytes of the packet, and their number. */
const char *sftp_in_text(struct sftp_in *in, size_t *ret_len);
void sftp_in_attrs(struct sftp_in *in, struct sftp_attrs *ret);

/*
 * Calls the function with each name of a SSH_FXP_NAME except "." and "..".
 * False: the packet is malformed, or a name is invalid (empty, with a slash or
 * a NUL).
 */
bool sftp_in_names(struct sftp_in *in, sftp_name_fn fn, void *ctx);

void sftp_out_u32(struct buf *out, uint32_t v);
void sftp_out_u64(struct buf *out, uint64_t v);
void sftp_out_text(struct buf *out, const char *s, size_t len);

#endif
