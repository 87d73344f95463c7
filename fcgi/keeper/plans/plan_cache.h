/* plan_cache.h: the plans of runs. */
#ifndef KEEPER_PLANS_PLAN_CACHE_H
#define KEEPER_PLANS_PLAN_CACHE_H

#include "keeper/keeper.h"

/*
 * The plan of a row of STMT_RUN_GET; it belongs to the cache, and is valid
 * until the command ends.  ERR_FORBIDDEN: plan_load().  ERR_INTERNAL: there is
 * neither plan nor document.  Others: compile_ask().
 */
enum err plan_cache_get(struct keeper *k, struct json_object *row,
    const struct plan **ret, struct fault *fault);

void plan_cache_free(struct keeper *k);

#endif
