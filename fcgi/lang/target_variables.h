/*
 * target_variables.h: the variables that a script gets for a target (with=).
 */
#ifndef LANG_TARGET_VARIABLES_H
#define LANG_TARGET_VARIABLES_H

#include <json-c/json.h>
#include <stdbool.h>

#define TARGET_VARIABLE_MAX 96 /* bytes of a name */

/*
 * Called for each variable of a target.  `secret`: the value is the content of
 * a key that names a secret.
 */
typedef void (*target_variable_fn)(void *ctx, const char *target,
    const char *name, const char *value, bool secret);

/*
 * All that a script may have of a resolved target of the run: its name, its
 * kind, and the keys of which a variable is made.  NULL: there is no such
 * target.  The caller puts it.
 */
struct json_object *target_given(struct json_object *targets, const char *name);

/*
 * The variables of the targets of with=, each as target_given() has it, by the
 * name that the document has: CS_NAME_HOST and so on.  The first target of
 * each client also gives those that the client reads, such as PGHOST.  `here`:
 * the script runs on the console's machine, where the files of the targets are.
 */
void target_variables(
    struct json_object *with, bool here, target_variable_fn fn, void *ctx);

/* A target of this kind gives variables. */
bool target_gives(const char *kind);

/*
 * "db-1" and "host" to "CS_DB_1_HOST"; the name is an id.  Both names give the
 * same variables if the results are equal for one suffix.
 */
void target_variable_name(
    const char *written, const char *suffix, char out[TARGET_VARIABLE_MAX]);

/* The same as a name in braces: "cs_db_1_host". */
void target_value_name(
    const char *written, const char *suffix, char out[TARGET_VARIABLE_MAX]);

/*
 * The values of these targets in braces, by such names: {{cs_db_host}}.  Files
 * of the console's machine are none.
 */
void target_values(struct json_object *with, target_variable_fn fn, void *ctx);

/* All suffixes, in lower case; NULL ends them. */
extern const char *const target_suffixes[];

/*
 * The address of the target means another machine on each: it is a loopback
 * address, a socket or a file.
 */
bool target_is_beside(struct json_object *target);

#endif
