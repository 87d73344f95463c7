/*
 * script.h: the texts that a shell reads: the script with its prelude, and
 * values as exported variables.
 */
#ifndef EXECUTOR_ACTIONS_SCRIPT_H
#define EXECUTOR_ACTIONS_SCRIPT_H

#include <stddef.h>

#include "base/buf.h"
#include "executor/job_spec.h"

/* Called for each variable: CS_NAME and its value. */
typedef void (*script_variable_fn)(
    void *ctx, const char *name, const char *value);

/*
 * All variables of the environment that we add: CS_ENVIRONMENT, CS_TARGET,
 * CS_EXEC, CS_RUN, then the values, which outrank those.
 */
void script_variables(const struct job_spec *spec, const char *target,
    script_variable_fn fn, void *ctx);

/*
 * Appends the script as its interpreter reads it: for sh and bash its first
 * line begins with assignments of the values' names, made from the names
 * alone; no line moves.
 */
void script_text(const struct job_spec *spec, struct buf *out);

/* Appends `CS_NAME='value'; export CS_NAME` lines, for sh to read. */
void script_exports(
    const struct job_spec *spec, const char *target, struct buf *out);

/*
 * Appends a here-document of the text for `command`, such as `cat >file`;
 * its end is a random line.
 */
void script_here(const char *command, const struct buf *text, struct buf *out);

/*
 * The command line under which sh reads a script from its standard input:
 * constant, but for the name of a user (job_spec_is_user()), whom it becomes.
 * The caller frees it.
 */
char *script_command(const char *user);

/* The option with which the interpreter reads a file: "-u", so that python3
 * does not hold its output back, or "--". */
const char *script_flag(const struct job_spec *spec);

/* What python3 executes by -c to read the file behind it, so that it finds
 * the modules of the step's folder; NULL: it reads the file by itself. */
const char *script_loader(const struct job_spec *spec);

/* Appends the command line for sh that reads the file, a word of sh. */
void script_call(
    const struct job_spec *spec, const char *file, struct buf *out);

/*
 * Appends what sh checks before it runs the script: the interpreter and the
 * folder, into which it goes.  Where one is missing it calls the function
 * cs_refuse with a sentence.
 */
void script_checks(
    const struct job_spec *spec, const char *target, struct buf *out);

#endif
