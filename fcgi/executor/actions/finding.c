/* finding.c: records a finding of a preflight and shows it. */
#include <string.h>

#include "base/json.h"
#include "executor/actions/finding.h"

void
preflight_found(
    struct job *job, const char *check, const char *state, const char *text)
{
	struct json_object *o = json_object_new_object();
	struct buf masked = { 0 }, line = { 0 };

	mask_cut_text(job->output->redact, text, strlen(text), &masked);
	json_set_text(o, "check", check);
	json_set_text(o, "state", state);
	json_set_text(o, "text", buf_text(&masked));
	json_object_array_add(job->result.checks, o);
	buf_printf(&line, "%s: %s. %s\n", check, state, text);
	output_show(job->output, line.data, line.len);
	if (strcmp(state, "failed") == 0)
		act_end(job, ENDING_FAILED, "%s", text);
	buf_clear(&masked);
	buf_clear(&line);
}
