/* plan_files.h: files of the runbook folder that a plan's steps use. */
#ifndef PLAN_PLAN_FILES_H
#define PLAN_PLAN_FILES_H

#include <json-c/json.h>

#include "plan/plan.h"

#define PLAN_FILES_MAX (16 * 1024 * 1024) /* bytes of each */

/* {"./path": {"step", "line"}} of the first step that uses each.  New. */
struct json_object *plan_files_list(const struct plan *plan);

/*
 * Adds those of the list to the resolved targets: {"./path": {"kind": "file",
 * "file", "bytes", "sha256", "shared": true}}.  It reads all of them.
 * ERR_INVALID with a fault: one is no regular file below `dir`, is too large,
 * is reached over a symbolic link, or holds a private key.
 */
enum err plan_files_hash(const char *dir, struct json_object *list,
    struct json_object *resolved, struct fault *fault);

/* The same for all files of the plan. */
enum err plan_files_resolve(const char *dir, const struct plan *plan,
    struct json_object *resolved, struct fault *fault);

#endif
