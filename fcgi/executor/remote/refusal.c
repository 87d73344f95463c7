/*
 * refusal.c: what script.sh and edit.sh refuse, in the reader's language.
 *
 * A program says a code with at most one value.  A target may say anything, so
 * that only the codes of this list count.
 */
#include <string.h>

#include "base/json.h"
#include "base/message.h"
#include "executor/remote/refusal.h"

static const char *const codes[] = {
	"edit_backup_exists",
	"edit_backup_unwritten",
	"edit_file_absent",
	"edit_file_changed",
	"edit_file_irregular",
	"edit_file_links",
	"edit_file_rights",
	"edit_file_size",
	"edit_folder_rights",
	"edit_new_cut",
	"edit_new_unwritten",
	"edit_not_replaced",
	"edit_owner_lost",
	"remote_no_base64",
	"remote_no_cwd",
	"remote_no_folder",
	"remote_no_home",
	"remote_no_interpreter",
	"remote_no_printf",
	"remote_no_python",
	"remote_no_setsid",
	"remote_open_folder",
	"remote_unwritten",
};

static const char *
code_of(const char *line)
{
	size_t len = strcspn(line, " ");

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strlen(codes[i]) == len &&
		    strncmp(codes[i], line, len) == 0)
			return codes[i];
	return NULL;
}

void
refusal_message(
    const char *text, const char *target, const char *file, struct buf *out)
{
	const char *last = strrchr(text, '\n');
	const char *line = last != NULL ? last + 1 : text;
	const char *code = code_of(line);
	struct json_object *o, *args;

	if (code == NULL) {
		buf_puts(out, text);
		return;
	}
	if (last != NULL)
		buf_printf(out, "%.*s ", (int)(last - text), text);
	line += strlen(code);
	args = json_object_new_object();
	json_set_text(args, "target", target);
	json_set_text(args, "file", file);
	json_set_text(args, "value", *line == ' ' ? line + 1 : line);
	o = json_object_new_object();
	json_set_text(o, "code", code);
	json_set(o, "args", args);
	message_from_json(o, out);
	json_object_put(o);
}
