/*
 * wire.h: messages between the programs, over stream sockets.
 *
 * A frame is its length (4 bytes, big endian) and fields: 'i' and 8 bytes big
 * endian, or 't', 4 bytes of length, the bytes and a NUL.  Structs are never
 * sent.  The writer and the reader of each message stand side by side.
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
 * A request: do `verb`.  Also a push of the keeper to the runner ("orders",
 * "cancel"), which gets no reply.
 */
struct wire_call {
	int64_t id;             /* the reply has the same id */
	const char *verb;       /* a name of plan/commands.def */
	const char *credential; /* "session:…", "bearer:…" or "" */
	const char *address;    /* of the client, for the record */
	int64_t run;            /* 0: none */
	const char *step;       /* "": none */
	const char *body;       /* JSON object; "" stands for {} */
	int64_t by; /* clock_monotonic(): nobody waits after it; 0: always */
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
 * Checks whether a complete frame stands at the start of the bytes. 1: yes, of
 * *ret_size bytes in all; 0: incomplete; -1: invalid, close.
 */
int wire_frame(const char *data, size_t len, size_t *ret_size);

/*
 * Reads a frame that wire_frame() found.  False: malformed.  The texts point
 * into `data`, which must stay valid.
 */
bool wire_get_call(const char *data, size_t size, struct wire_call *ret);
bool wire_get_reply(const char *data, size_t size, struct wire_reply *ret);

/*
 * Sends a call over a blocking socket and waits for the reply, with the end of
 * the wait as `by`.  `in` holds the texts of the reply; the caller clears it.
 * ERR_UNAVAILABLE: the peer closed the connection or did not reply within
 * timeout_ms; the command may have been carried out.
 */
enum err wire_ask(int fd, const struct wire_call *call, int timeout_ms,
    struct buf *in, struct wire_reply *ret);

#endif
