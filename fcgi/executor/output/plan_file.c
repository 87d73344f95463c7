/*
 * plan_file.c: files of the runbook folder that the plan of a run names.
 *
 * The plan has the hash of each (plan/plan_files.c): only the bytes that were
 * approved are used.
 */
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/message.h"
#include "base/sha256.h"
#include "base/text.h"
#include "executor/output/plan_file.h"
#include "plan/plan_files.h"

bool
plan_file_read(const struct job_spec *o, const char *name, struct buf *ret,
    struct buf *why)
{
	struct json_object *snapshot = json_get(o->files, name);
	const char *path = json_text(snapshot, "file", "");
	unsigned char hash[SHA256_BYTES];
	struct buf text = { 0 };
	char hex[2 * SHA256_BYTES + 1] = "";
	bool same;

	if (io_read_file(path, PLAN_FILES_MAX, &text) == ERR_OK) {
		sha256(buf_text(&text), text.len, hash);
		text_hex(hash, sizeof(hash), hex);
	}
	same = strcmp(hex, json_text(snapshot, "sha256", "-")) == 0;
	if (same)
		buf_put(ret, buf_text(&text), text.len);
	else
		message_put(why, "http_file_changed file=%s", name);
	buf_clear(&text);
	return same;
}
