/* plan_hops.c: whether version hops lead from one version to another. */
#include "base/message.h"
#include "lang/version.h"
#include "lang/plan_hops.h"

const char *
plan_check_hops(const struct plan *plan, const char *from, const char *to,
    const char **ret_field, struct buf *scratch)
{
	bool any = false, begins = false, ends = false;
	struct buf there = { 0 };

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
	for (size_t i = 0; i < plan->sections_count; i++)
		if (plan->sections[i].hop_when != NULL &&
		    !plan->sections[i].rollback)
			buf_printf(&there, "%s%s → %s",
			    there.len > 0 ? ", " : "",
			    plan->sections[i].hop_from,
			    plan->sections[i].hop_to);
	buf_reset(scratch);
	if (!begins)
		message_put(scratch, "hop_none_begins version=%s there=%s",
		    from, buf_text(&there));
	else if (!ends)
		message_put(scratch, "hop_none_ends version=%s there=%s", to,
		    buf_text(&there));
	else
		message_put(scratch, "hop_none from=%s to=%s there=%s", from,
		    to, buf_text(&there));
	buf_clear(&there);
	return buf_text(scratch);
}
