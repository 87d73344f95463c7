/*
 * wire.h: what the programs say to each other, over stream sockets.
 *
 * A frame is its length (4 bytes, big endian) and fields: 'i' and 8 bytes
 * big endian, or 't', 4 bytes of length, the bytes and a NUL.  No struct ever
 * goes over the wire.  Both halves of each message stand side by side.
 */
#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define WIRE_MAX (4 * 1024 * 1024) /* bytes of a frame */

/*
 * A request: do `verb`.  Also what the keeper pushes to the runner ("order",
 * "cancel"), which is not answered.
 */
struct wire_call {
	int64_t id;             /* the reply carries it back */
	const char *verb;       /* a name of wire/verbs.def */
	const char *credential; /* "session:…", "bearer:…" or "" */
	const char *address;    /* of the client, for the record */
	int64_t run;            /* 0 where none */
	const char *step;       /* "" where none */
	const char *body;       /* JSON object; "" stands for {} */
};

struct wire_reply {
	int64_t id;
	enum err err;
	const char *body; /* JSON: the result, or {code,message,field} */
};

/* Appends a frame. */
void wire_put_call(struct buf *out, const struct wire_call *call);
void wire_put_reply(struct buf *out, const struct wire_reply *reply);

/*
 * Looks whether a whole frame stands at the start of the bytes.  1: yes, of
 * *ret_size bytes in all; 0: more must come; -1: not ours, close.
 */
int wire_frame(const char *data, size_t len, size_t *ret_size);

/*
 * Reads a frame that wire_frame() found.  False: malformed.  The texts point
 * into `data`, which the caller keeps.
 */
bool wire_get_call(const char *data, size_t size, struct wire_call *ret);
bool wire_get_reply(const char *data, size_t size, struct wire_reply *ret);

/*
 * Asks over a blocking socket and waits for the answer.  `in` holds what the
 * reply points into; the caller clears it.  ERR_UNAVAILABLE: the other side
 * went away or did not answer within timeout_ms; then whether the command
 * was carried out is not known.
 */
enum err wire_ask(int fd, const struct wire_call *call, int timeout_ms,
    struct buf *in, struct wire_reply *ret);

#endif
