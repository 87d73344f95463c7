/*
 * reply.h: one answer: complete before its first byte is sent, but for exports,
 * which are sent while they are made (reply_flush()).
 */
#ifndef WEB_HTTP_REPLY_H
#define WEB_HTTP_REPLY_H

#include "web/http/request.h"

/* Takes the next bytes.  False: nginx has gone. */
typedef bool (*reply_sink)(void *ctx, const char *data, size_t len);

/* A body that is made while it is sent. */
struct reply_stream {
	/*
	 * Passes `len` bytes (-1: all) from `from` on to the sink, or less if
	 * something fails.
	 */
	void (*send)(void *ctx, int64_t from, int64_t len, reply_sink sink,
	    void *sink_ctx);
	void (*close)(void *ctx); /* frees ctx */
	void *ctx;
};

struct reply {
	int status;
	const char *type;   /* Content-Type */
	const char *cache;  /* Cache-Control */
	const char *policy; /* Content-Security-Policy; NULL: that of pages */
	struct buf headers; /* further ones, with line ends */
	struct buf body;
	struct reply_stream stream; /* in place of the body; send NULL: none */
	int64_t stream_from;
	int64_t stream_len; /* -1: all of it, and nobody knows how much */
	/* Sends body, and before the first part status and headers; or NULL. */
	void (*send)(void *ctx, struct reply *reply);
	void *ctx;
	bool is_begun;  /* a part was sent */
	bool is_broken; /* and the rest cannot be made */
};

void reply_init(struct reply *reply);
void reply_clear(struct reply *reply);
void reply_reset(struct reply *reply); /* owns the memory */

/* Adds a header; a value with control characters is a bug and aborts. */
void reply_header(struct reply *reply, const char *name, const char *value);

/*
 * Renders the model through a template, with the common key "_". Takes the
 * model over.
 */
enum err reply_page(struct req *req, struct reply *reply, const char *template,
    const char *title, struct json_object *model);

/* The part of "_" that pages of a language share: words, version of files. */
struct json_object *reply_shared(const struct req *req);

/* The two halves of it: adds "_" to the model; renders it, once it has that. */
void reply_common(struct req *req, struct reply *reply, const char *title,
    struct json_object *model);
enum err reply_render(struct req *req, const char *template,
    struct json_object *model, struct buf *out);

/* The model as JSON, without its keys that begin with "_".  Takes it over. */
enum err reply_json(
    struct req *req, struct reply *reply, struct json_object *model);

/* Page or JSON, as the request asks. */
enum err reply_model(struct req *req, struct reply *reply, const char *template,
    const char *title, struct json_object *model);

/*
 * Between two parts of an export: sends what stands in the body if that is
 * much, and empties it. An error after it ends the connection, so that the
 * client sees that something is missing.
 */
void reply_flush(struct reply *reply);

/* 303 to a path of ours. */
enum err reply_redirect(
    struct req *req, struct reply *reply, const char *location);

/* Has nginx send the content of an internal address. */
enum err reply_internal(struct req *req, struct reply *reply,
    const char *address, const char *type);

/* The error page or the JSON error, from req->fault and req->problem. */
void reply_fault(struct req *req, struct reply *reply, enum err err);

/* The model of that error: {"code", "message", "field", …}. */
struct json_object *reply_problem(const struct req *req, enum err err);

/* The status of an error. */
int reply_status(enum err err, const char *code);

/*
 * Puts the bytes for FastCGI: status, headers, and the body unless HEAD; when a
 * part has been sent the body alone. Of a part, and of the whole or its end. A
 * stream is left to the caller, with reply->stream_len as what is to be sent.
 */
void reply_part(const struct reply *reply, enum method method, struct buf *out);
void reply_finish(struct reply *reply, enum method method, struct buf *out);

/* A page of the navigation; paths below it belong to it. */
struct reply_place {
	const char *path; /* paths begin with it; the first place counts */
	const char *key;  /* of _.nav in templates/_header.html */
	const char *page;
	const char *text; /* its name in the catalogue */
	enum verb verb;   /* of those who may see it */
};

/* The place to which the path belongs, or NULL. */
const struct reply_place *reply_place(const char *path);

/* A path of ours to go back to, or the fallback: never another site. */
const char *reply_local_path(const char *path, const char *fallback);

#endif
