/*
 * script.h: programs for a shell: the script with its prelude, and values as
 * exported variables.
 */
#ifndef EXECUTOR_ACTIONS_SCRIPT_H
#define EXECUTOR_ACTIONS_SCRIPT_H

#include <stddef.h>

#include "base/buf.h"
#include "executor/job_spec.h"

/* Called for each variable: CS_NAME and its value. */
typedef void (*script_variable_fn)(
    void *ctx, const char *name, const char *value);

/* PATH of a script on this machine. */
const char *script_path(const struct job_spec *spec);

/*
 * All environment variables that we add: CS_ENVIRONMENT, CS_TARGET, CS_EXEC,
 * CS_RUN, then the values, then those of the targets of with=; a later one
 * takes precedence.
 */
void script_variables(const struct job_spec *spec, const char *target,
    script_variable_fn fn, void *ctx);

/*
 * Appends the script for its interpreter: for sh and bash the first line begins
 * with assignments of the values' names, made from the names alone; line
 * numbers do not change.
 */
void script_text(const struct job_spec *spec, struct buf *out);

/* Appends a line `name='value'`, for sh to read. */
void script_setting(const char *name, const char *value, struct buf *out);

/* Appends `CS_NAME='value'; export CS_NAME` lines, for sh to read. */
void script_exports(
    const struct job_spec *spec, const char *target, struct buf *out);

/*
 * Appends a here-document of the text for `command`, such as `cat >file`; the
 * delimiter is a random line.
 */
void script_here(const char *command, const struct buf *text, struct buf *out);

/*
 * The command line of an sh that reads a script from its standard input:
 * constant, except for the name of a user (job_spec_is_user()) to become.  The
 * caller frees it.
 */
char *script_command(const char *user);

/*
 * The interpreter's option before the file: "-u", so that python3 does not
 * buffer its output, or "--".
 */
const char *script_flag(const struct job_spec *spec);

/*
 * The program for python3 -c that executes the file in its next argument, so
 * that it finds the modules of the step's folder; NULL: not needed.
 */
const char *script_loader(const struct job_spec *spec);

#endif
