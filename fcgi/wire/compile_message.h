/*
 * compile_message.h: what the keeper asks countersign-compile, and its answer.
 *
 * A request is one line with its key (the SHA-256 of what follows, in hex), one
 * line of JSON, and the bytes of document and targets.yml, as they are in their
 * files.  The answer is one JSON object, which names the key.  Both pass
 * through standard input and output of a program that is started for each
 * request.
 */
#ifndef WIRE_COMPILE_MESSAGE_H
#define WIRE_COMPILE_MESSAGE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "plan/plan.h"

#define COMPILE_KEY 64                         /* hex digits */
#define COMPILE_REQUEST_MOST (8 * 1024 * 1024) /* bytes */
#define COMPILE_ANSWER_MOST (32 * 1024 * 1024)

enum compile_kind {
	COMPILE_TARGETS = 1,  /* targets.yml: its environments */
	COMPILE_DOCUMENT = 2, /* a document, for a new run */
	COMPILE_RUN = 4,      /* that of a run which has no compiled plan */
};

/* The members that the kind has; the others are NULL or 0. */
struct compile_request {
	enum compile_kind kind;
	const char *document; /* may hold any bytes */
	int64_t document_bytes;
	const char *targets; /* targets.yml; the same */
	int64_t targets_bytes;
	const char *folder; /* of targets.yml */
	const char *environment;
	struct json_object *values; /* {parameter: text}; NULL: unknown yet */
	struct json_object *groups; /* those of a run's resolved targets */

	/* Set by compile_request_read(). */
	char key[COMPILE_KEY + 1];
	struct arena *arena;
	struct json_object *json;
};

/* An entry of a plan's resolved targets. */
struct compile_use {
	const char *name;
	bool way; /* used to reach others alone */
};

struct compile_environment {
	const char *name, *label;
	bool production;
	struct json_object *approvals; /* rules, as a run has them */
	struct json_object *values;    /* {parameter: text} */
	struct json_object *targets;   /* {name: target or group} */
};

/* A struct fault. */
struct compile_refusal {
	int err;
	const char *code;
	const char *field;
	const char *message;
};

struct compile_answer {
	const char *key; /* of the request */

	/* Of a document: NULL if it has errors, which `refused` then names. */
	struct json_object *plan_json;

	/*
	 * The targets of its steps, by name, once the items of all lists are
	 * known; if that cannot be resolved, the plan is there and `refused`
	 * too.
	 */
	const struct compile_use *uses;
	size_t uses_count;
	const struct compile_environment *environments; /* of targets.yml */
	size_t environments_count;
	const struct compile_refusal *refused; /* one at most */
	size_t refused_count;

	/* Set by compile_answer_read(); released by compile_answer_clear(). */
	struct plan *plan;
	struct arena *arena;
	struct json_object *json;
};

/* Appends the request, and sets `key`, of COMPILE_KEY + 1 bytes. */
void compile_request_write(
    const struct compile_request *r, struct buf *out, char *key);

/* Reads it: document and targets point into `data`. ERR_INVALID, a fault. */
enum err compile_request_read(const char *data, size_t len,
    struct compile_request *ret, struct fault *fault);
void compile_request_clear(struct compile_request *r);

/* Appends the answer, of which `plan`, `arena` and `json` are not used. */
void compile_answer_write(const struct compile_answer *a, struct buf *out);

/*
 * Reads the answer to the request of that kind and key; the caller clears it.
 * ERR_INVALID with a fault: it answers another request, lacks what this kind
 * asks for, or has a plan that plan_read() refuses or that is not canonical:
 * its bytes differ from those that plan_write() makes of it.
 */
enum err compile_answer_read(const char *data, size_t len,
    enum compile_kind kind, const char *key, struct compile_answer *ret,
    struct fault *fault);
void compile_answer_clear(struct compile_answer *a);

#endif
