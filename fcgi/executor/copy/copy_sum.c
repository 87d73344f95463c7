/*
 * copy_sum.c: SHA-256 of files, computed on their host.
 *
 * A constant command on the host reads names, a line each, and prints sums, so
 * that nothing is inserted into a command line and a file costs one process
 * there.  Both ends work at the same time.  Reading the bytes back by SFTP is
 * only for a host that has no such program or runs no commands: many servers
 * only support SFTP.  Of these, some refuse the command, some answer with a
 * sentence, and some run their SFTP server in its place, which waits for a
 * packet.  So a line is sent first: that server reads its letters as the length
 * of a packet that is far too long, and exits.
 */
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "base/text.h"
#include "executor/copy/copy_sum.h"

#define NOISE 200 /* lines that a login shell may print before */
#define PATIENCE_MS (5 * 60 * 1000)
#define SLOWEST 1000 /* bytes per millisecond from a slow disk */

/*
 * No quotes, backslashes or exclamation marks: any login shell passes it on
 * unchanged.
 */
static const char command[] =
    "exec sh -c '"
    "LC_ALL=C; export LC_ALL; t=; IFS= read -r n; "
    "for c in sha256sum shasum; do "
    "if command -v $c >/dev/null 2>&1; then t=$c; break; fi; done; "
    "echo cs-sum `id -u` $t; "
    "s=$t; if test \"$t\" = shasum; then s=\"shasum -a 256\"; fi; "
    "while IFS= read -r n && IFS= read -r p; do "
    "if test \"$n\" = all; then h=`$s <\"$p\"`; "
    "else h=`head -c \"$n\" <\"$p\" | $s`; fi 2>/dev/null; "
    "echo \"=$h\"; done'";

enum ssh_result
copy_sum_open(struct copy_sum *s, struct ssh_conn *l, struct buf *why)
{
	struct buf line = { 0 };
	enum ssh_result result;
	int64_t uid = -1;
	char *tool;

	result = stream_open(l, command, false, &s->stream, why);
	if (result == SSH_OK)
		result = stream_put(s->stream, "cs-hello\n", 9, why);
	for (int i = 0; result == SSH_OK && uid < 0; i++) {
		result = stream_line(s->stream, &line, why);
		if (result != SSH_OK ||
		    !text_starts(buf_text(&line), "cs-sum ")) {
			if (result == SSH_OK && i > NOISE) {
				message_put(why, "copy_bashrc");
				result = SSH_REFUSED;
			}
			continue;
		}
		tool = strchr(line.data + 7, ' ');
		if (tool != NULL) {
			*tool++ = '\0';
			if (strlen(tool) < sizeof(s->tool))
				memcpy(s->tool, tool, strlen(tool) + 1);
		}
		if (!text_int(line.data + 7, 0, UINT32_MAX, &uid))
			uid = UINT32_MAX;
		s->uid = (uint32_t)uid;
	}
	buf_clear(&line);
	return result;
}

void
copy_sum_close(struct copy_sum *s)
{
	stream_close(s->stream);
	*s = (struct copy_sum){ 0 };
}

enum ssh_result
copy_sum_ask(struct copy_sum *s, const char *path, int64_t len, int64_t size,
    struct buf *why)
{
	struct buf line = { 0 };
	enum ssh_result result;

	if (len < 0)
		buf_printf(&line, "all\n%s\n", path);
	else
		buf_printf(&line, "%lld\n%s\n", (long long)len, path);
	stream_patience(s->stream, PATIENCE_MS + size / SLOWEST);
	result = stream_put(s->stream, line.data, line.len, why);
	buf_clear(&line);
	return result;
}

enum ssh_result
copy_sum_take(struct copy_sum *s, char ret[65], struct buf *why)
{
	struct buf line = { 0 };
	enum ssh_result result = stream_line(s->stream, &line, why);

	ret[0] = '\0';
	if (result == SSH_OK && line.len >= 65 && line.data[0] == '=' &&
	    strspn(line.data + 1, "0123456789abcdef") == 64) {
		memcpy(ret, line.data + 1, 64);
		ret[64] = '\0';
	}
	buf_clear(&line);
	return result;
}
