/*
 * target_variables.h: the variables that a script gets for a target (with=).
 */
#ifndef LANG_TARGET_VARIABLES_H
#define LANG_TARGET_VARIABLES_H

#include <json-c/json.h>
#include <stdbool.h>

#define TARGET_VARIABLE_MAX 96 /* bytes of a name */

/*
 * Called for each variable.  `secret`: the value is the content of a key that
 * names a secret.
 */
typedef void (*target_variable_fn)(
    void *ctx, const char *name, const char *value, bool secret);

/*
 * The variables of a resolved target: CS_NAME_HOST and so on, of the name that
 * the document has, and with `first` those of the usual client of its kind,
 * such as PGHOST.  `here`: the script runs on the console's machine, where the
 * files of the target are.
 */
void target_variables(const char *written, struct json_object *target,
    bool first, bool here, target_variable_fn fn, void *ctx);

/*
 * The kind of client that the target is for: "mysql", "aws"; NULL if none.  Of
 * several targets with one client, the first has its variables.
 */
const char *target_client(struct json_object *target);

/* A target of this kind gives variables. */
bool target_gives(const char *kind);

/*
 * "db-1" and "host" to "CS_DB_1_HOST"; the name is an id.  Both names give the
 * same variables if the results are equal for one suffix.
 */
void target_variable_name(
    const char *written, const char *suffix, char out[TARGET_VARIABLE_MAX]);

/* All suffixes, in lower case; NULL ends them. */
extern const char *const target_suffixes[];

/*
 * The address of the target means another machine on each: it is a loopback
 * address, a socket or a file.
 */
bool target_is_beside(struct json_object *target);

#endif
