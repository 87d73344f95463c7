/* finding.c: records a finding of a preflight and shows it. */
#include <string.h>

#include "base/catalogue.h"
#include "base/json.h"
#include "base/message.h"
#include "executor/actions/finding.h"

static void
mask_part(void *ctx, const char *text, struct buf *out)
{
	mask_cut_text(ctx, text, strlen(text), out);
}

void
preflight_found(
    struct job *job, const char *check, const char *state, const char *text)
{
	struct json_object *o = json_object_new_object();
	struct buf masked = { 0 }, line = { 0 };

	message_map(text, mask_part, (void *)job->output->redact, &masked);
	json_set_text(o, "check", check);
	json_set_text(o, "state", state);
	message_set(o, "text", buf_text(&masked));
	json_object_array_add(job->result.checks, o);
	buf_printf(
	    &line, "%s: %s. %s\n", check, state, catalogue_english(text));
	output_show(job->output, line.data, line.len);
	if (strcmp(state, "failed") == 0)
		act_end(job, ENDING_FAILED, "%s", text);
	buf_clear(&masked);
	buf_clear(&line);
}
