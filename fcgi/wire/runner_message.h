/*
 * runner_message.h: the messages between the keeper and the runner, written
 * and read.
 *
 * The body of a call (wire.h) is a JSON object.  The runner calls:
 *	runner_hello {}		what is open; the answer is
 *				{"attempts": [{"exec", "state", "cancelled"}],
 *				"dry_runs": [exec]}
 *	exec_starting {"exec"}	may this attempt be started now?
 *	exec_line {"exec", "line": {…}}		a status line (status_line.h)
 *	exec_lost {"exec", "message"}		it ended without a last line
 *	dry_run_ended {"exec", "results": {target: {…}}, "message"}
 *				a dry run: fields of plan/result.def, or a
 *				reason why there are none
 *	exec_input {"exec", "target", "typist", "arrived": n}
 *				the terminal has accepted n bytes of that input
 *				session (tty_message.h)
 * The keeper pushes RUNNER_PUSH_JOBS (without a body): call runner_hello; and
 * RUNNER_PUSH_INPUT, terminal input (tty_message.h).
 */
#ifndef WIRE_RUNNER_MESSAGE_H
#define WIRE_RUNNER_MESSAGE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define RUNNER_PUSH_JOBS "jobs"
#define RUNNER_PUSH_INPUT "type"

enum runner_message_kind {
	RUNNER_STARTING = 1,
	RUNNER_LINE = 2,
	RUNNER_LOST = 4,
	RUNNER_DRY_RUN_ENDED = 8,
	RUNNER_INPUT_ARRIVED = 16,
};

/* The members that the kind has; the others are NULL or 0. */
struct runner_message {
	const char *exec;
	struct json_object *line;
	struct json_object *results;
	const char *message; /* of an ended dry run: may be NULL */
	const char *target;
	const char *session;
	int64_t arrived;
};

/* An attempt that has not ended. */
struct runner_attempt {
	const char *exec;
	const char *state; /* a word of plan/states.def */
	bool cancelled;
};

/* The answer to runner_hello. */
struct runner_hello {
	const struct runner_attempt *attempts;
	size_t attempts_count;
	const char *const *dry_runs; /* their executions */
	size_t dry_runs_count;
};

/* The verb of a kind: "exec_line". */
const char *runner_message_verb(enum runner_message_kind kind);

/* The body as a new object; its objects are shared with the message. */
struct json_object *runner_message_write(
    enum runner_message_kind kind, const struct runner_message *m);

/*
 * Reads such a body.  ERR_INVALID with a fault: record_read() says what is
 * refused.  The texts belong to the arena, objects to the body.
 */
enum err runner_message_read(enum runner_message_kind kind,
    struct json_object *body, struct arena *arena, struct runner_message *ret,
    struct fault *fault);

/* The same for the answer to runner_hello. */
struct json_object *runner_hello_write(const struct runner_hello *h);
enum err runner_hello_read(struct json_object *body, struct arena *arena,
    struct runner_hello *ret, struct fault *fault);

#endif
