/* plan_hops.h: whether version hops lead from one version to another. */
#ifndef LANG_PLAN_HOPS_H
#define LANG_PLAN_HOPS_H

#include "base/buf.h"
#include "plan/plan.h"

/*
 * NULL, or why no hops lead from one version to the other, as a sentence in
 * *scratch; *ret_field is "from" or "to".
 */
const char *plan_check_hops(const struct plan *plan, const char *from,
    const char *to, const char **ret_field, struct buf *scratch);

#endif
