/*
 * artifact_input.c: artifacts of earlier steps, as named in the job spec.
 *
 * The runner has found each file in the journal and compared its hash.  Here a
 * name must be exactly that of an artifact of an execution, in a folder next to
 * ours: a job spec cannot make us send any other file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "executor/output/artifact_input.h"
#include "wire/exec.h"

/* EXEC/TARGET.save */
static bool
is_artifact(const char *file)
{
	size_t n = 2 * EXEC_ID_BYTES, len = strlen(file);
	char target[65];

	if (len < n + 1 + strlen(EXEC_ARTIFACT) ||
	    strspn(file, "0123456789abcdef") != n || file[n] != '/' ||
	    !text_ends(file, EXEC_ARTIFACT))
		return false;
	len -= n + 1 + strlen(EXEC_ARTIFACT);
	if (len >= sizeof(target))
		return false;
	memcpy(target, file + n + 1, len);
	target[len] = '\0';
	return text_is_id(target);
}

enum err
artifact_input_read_files(struct json_object *files, const char *name,
    struct job_artifact **ret, size_t *ret_count, struct fault *fault)
{
	if (!json_object_is_type(files, json_type_object))
		return fault_set(fault, ERR_INVALID, "order", "artifacts",
		    "job_spec_artifacts");
	*ret = mem_realloc(*ret,
	    *ret_count + (size_t)json_object_object_length(files) + 1,
	    sizeof(**ret));
	json_object_object_foreach (files, target, v) {
		const char *file = json_object_get_string(v);

		if (!text_is_id(target) || file == NULL || !is_artifact(file))
			return fault_set(fault, ERR_INVALID, "order",
			    "artifacts", "job_spec_artifact");
		(*ret)[(*ret_count)++] = (struct job_artifact){ name, target,
			file };
	}
	return ERR_OK;
}

const char *
artifact_input_find(const struct job_artifact *list, size_t count,
    const char *name, const char *target, const char *what, struct buf *why)
{
	const char *only = NULL;
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (name != NULL && !text_eq(list[i].name, name))
			continue;
		if (strcmp(list[i].target, target) == 0)
			return list[i].file;
		only = list[i].file;
		n++;
	}
	if (n == 1)
		return only;
	if (n == 0)
		message_put(why, "artifact_not_kept what=%s", what);
	else
		message_put(why,
		    "artifact_elsewhere what=%s count=%zu target=%s", what, n,
		    target);
	return NULL;
}

int
artifact_input_open(const char *file, const char *what, struct buf *why)
{
	char *path = mem_printf("../%s", file);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		message_put(why, "artifact_unreadable what=%s reason=%s", what,
		    strerror(errno));
	free(path);
	return fd;
}

/* Reads the whole file, `size` bytes. */
static bool
read_whole(int fd, size_t size, struct buf *ret)
{
	char *to = buf_reserve(ret, size);
	ssize_t n;

	while (ret->len < size) {
		n = read(fd, to + ret->len, size - ret->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EIO; /* it was truncated */
		if (n <= 0)
			return false;
		ret->len += (size_t)n;
	}
	return true;
}

/* Reads one more file; *size bytes are in memory before and after. */
static bool
add_file(const struct job_spec *o, const char *target,
    struct artifact_file *file, int64_t *size, struct buf *why)
{
	struct buf what = { 0 };
	const char *path;
	struct stat st;
	int fd = -1;
	bool ok, known;

	message_put(&what, "artifact_used name=%s", file->name);
	path = artifact_input_find(o->artifacts, o->artifacts_count, file->name,
	    target, buf_text(&what), why);
	if (path != NULL)
		fd = artifact_input_open(path, buf_text(&what), why);
	ok = fd >= 0;
	known = ok && fstat(fd, &st) == 0;
	if (known && (*size += st.st_size) > EXEC_USES_LIMIT) {
		message_put(why, "artifact_uses_large most=%d",
		    (int)(EXEC_USES_LIMIT / 1048576));
		ok = false;
	} else if (ok &&
	    (!known || !read_whole(fd, (size_t)st.st_size, &file->data))) {
		message_put(why, "artifact_unreadable what=%s reason=%s",
		    buf_text(&what), strerror(errno));
		ok = false;
	}
	if (fd >= 0)
		close(fd);
	buf_clear(&what);
	return ok;
}

bool
artifact_input_read(const struct job_spec *o, const char *target,
    struct artifact_files *ret, struct buf *why)
{
	struct json_object *all = o->message.artifacts;
	int64_t size = 0;
	bool ok = true;

	*ret = (struct artifact_files){ 0 };
	if (all == NULL)
		return true;
	ret->all = mem_calloc(
	    (size_t)json_object_object_length(all) + 1, sizeof(*ret->all));
	json_object_object_foreach (all, name, files) {
		(void)files;
		ret->all[ret->count].name = name;
		ok = ok &&
		    add_file(o, target, &ret->all[ret->count++], &size, why);
	}
	return ok;
}

void
artifact_input_clear(struct artifact_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		struct buf *data = &files->all[i].data;

		if (data->data != NULL)
			explicit_bzero(data->data, data->cap);
		buf_clear(data);
	}
	free(files->all);
	*files = (struct artifact_files){ 0 };
}
