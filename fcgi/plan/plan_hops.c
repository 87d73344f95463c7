/* plan_hops.c: whether version hops lead from one version to another. */
#include "lang/expr.h"
#include "plan/plan_hops.h"

const char *
plan_check_hops(const struct plan *plan, const char *from, const char *to,
    const char **ret_field, struct buf *scratch)
{
	bool any = false, begins = false, ends = false;

	for (size_t i = 0; i < plan->sections_count; i++) {
		const struct section *s = &plan->sections[i];

		if (s->hop_when == NULL || s->rollback)
			continue;
		any = true;
		begins |= version_compare(s->hop_from, from) == 0;
		ends |= version_compare(s->hop_to, to) == 0;
	}
	if (!any || (begins && ends && version_compare(from, to) < 0))
		return NULL;
	*ret_field = begins ? "to" : "from";
	buf_reset(scratch);
	if (!begins || !ends)
		buf_printf(scratch,
		    "No hop of this document %s %s. There "
		    "are:",
		    begins ? "ends at" : "begins at", begins ? to : from);
	else
		buf_printf(scratch,
		    "Nothing leads from %s to %s, which is not "
		    "later. There are:",
		    from, to);
	for (size_t i = 0; i < plan->sections_count; i++)
		if (plan->sections[i].hop_when != NULL &&
		    !plan->sections[i].rollback)
			buf_printf(scratch, " %s to %s,",
			    plan->sections[i].hop_from,
			    plan->sections[i].hop_to);
	scratch->data[scratch->len - 1] = '.';
	return buf_text(scratch);
}
