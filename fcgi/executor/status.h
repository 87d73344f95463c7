/*
 * status.h: what a step reports in its folder: status lines
 * (wire/status_line.h), and that its process is alive (wire/exec.h).
 */
#ifndef EXECUTOR_STATUS_H
#define EXECUTOR_STATUS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "plan/result.h"
#include "plan/state.h"

/* Opens the file `status` of the working folder for appending. */
enum err status_open(void);

/* True: it exists and is not empty: the attempt was executed. */
bool status_has_lines(void);

/* One line each, written at once, so that lines of processes do not mix. */
void status_running(const char *target);
void status_note(const char *target, const char *note, const char *message);

/*
 * Its progress on the target, "12 of 31"; the first at once, and then at most
 * one in two seconds: others are dropped.
 */
void status_progress(const char *target, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Durable lines. ERR_IO if they could not be written. */
enum err status_target(const char *target, const struct result *result);
/* `state` is succeeded, failed or unknown. */
enum err status_done(enum state state, const char *message);

/*
 * Reads the lines back: an object with the last line of each target that ended.
 * The caller puts it.
 */
struct json_object *status_read(void);

/* Creates the file that shows that the process is alive. */
enum err alive_open(void);

/*
 * Touches the file; `deadline` (monotonic, or 0) is the deadline of the current
 * action.  It may be called at any rate.
 */
void alive_beat(int64_t deadline);

#endif
