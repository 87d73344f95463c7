/*
 * status_line.h: the lines of an execution's status file, written and read.
 *
 * The executor appends them to the file EXEC_STATUS of its folder, the runner
 * passes each on to the keeper (runner_message.h).  A line is one JSON object;
 * "at" is milliseconds since 1970:
 *	{"at", "target", "state": "running"}	the step was started there
 *	{"at", "target", "note": "quiet|reconnecting|reconnected|try|
 *		output_open|progress|silent|answers", "message"}
 *	"silent" and "answers" are about the process of the target; the runner
 *	reports them, without a target, about the executor itself.  "progress"
 *	is for people ("12 of 31"), at most one in two seconds, as each is an
 *	event of the run.
 *	{"at", "target", "state": "succeeded|failed|unknown|not_started", and
 *		the other fields of plan/result.def}
 *					durable (fdatasync) and last of target
 *	{"at", "done": true, "state": "succeeded|failed|unknown", "message"}
 *						durable and last of all
 */
#ifndef WIRE_STATUS_LINE_H
#define WIRE_STATUS_LINE_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "plan/result.h"

enum status_kind {
	STATUS_RUNNING, /* target */
	STATUS_NOTE,    /* target or NULL, note, message */
	STATUS_ENDED,   /* target, result */
	STATUS_DONE,    /* result.state and result.message alone */
};

struct status_line {
	enum status_kind kind;
	int64_t at; /* 0: absent */
	const char *target;
	const char *note;
	const char *message; /* of a note */
	struct result result;
	struct json_object *json; /* of status_line_parse(): owns the texts */
};

/* The line as a new object. Objects of the result are shared with it. */
struct json_object *status_line_write(const struct status_line *line);

/* Appends the line and its line break. */
void status_line_put(const struct status_line *line, struct buf *out);

/*
 * Reads an object.  ERR_INVALID with a fault (which may be NULL): it has an
 * unknown key, lacks one, or has a value that is none.  *ret refers to the
 * object, which the caller keeps and puts.
 */
enum err status_line_read(
    struct json_object *o, struct status_line *ret, struct fault *fault);

/* The same for the text of a line; on success the caller puts ret->json. */
enum err status_line_parse(
    const char *text, size_t len, struct status_line *ret);

#endif
