/*
 * artifact_input.c: artifacts of earlier steps, as named in the job spec.
 *
 * The runner has found each file in the journal, with its hash, which is
 * compared here once, before anything is executed: the runner's loop does not
 * wait for that.  A name must be exactly that of an artifact of an execution,
 * in a folder next to ours: a job spec cannot make us send any other file.  Of
 * a sealed one the job spec has the content, which is given to its readers as a
 * file in memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/io.h"
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

/* {"file", "hash", "step", "save"}, or {"content": base64}. */
static bool
read_one(struct json_object *v, struct job_artifact *a)
{
	const char *content = json_text(v, "content", NULL);

	if (!json_object_is_type(v, json_type_object))
		return false;
	if (content != NULL)
		return json_object_object_length(v) == 1 &&
		    encode_unbase64(content, strlen(content), &a->content);
	a->file = json_text(v, "file", NULL);
	a->hash = json_text(v, "hash", NULL);
	a->step = json_text(v, "step", NULL);
	a->save = json_text(v, "save", NULL);
	return a->file != NULL && a->hash != NULL && a->step != NULL &&
	    a->save != NULL && json_object_object_length(v) == 4 &&
	    is_artifact(a->file);
}

/* False: why gets a sentence. */
static bool
is_unchanged(const struct job_artifact *a, struct buf *why)
{
	char *path;
	char hash[HASH_TEXT];
	bool same;

	if (a->file == NULL)
		return true;
	path = mem_printf("../%s", a->file);
	same = hash_file(path, hash) == ERR_OK && text_eq(hash, a->hash);
	free(path);
	if (!same)
		message_put(why,
		    "refused_artifact_changed step=%s name=%s target=%s",
		    a->step, a->save, a->target);
	return same;
}

void
artifact_input_check(struct job_spec *o)
{
	bool same = true;

	for (size_t i = 0; i < o->artifacts_count && same; i++)
		same = is_unchanged(&o->artifacts[i], &o->changed);
	for (size_t i = 0; i < o->compare_count && same; i++)
		same = is_unchanged(&o->same[i], &o->changed);
}

enum err
artifact_input_read_files(struct json_object *files, const char *name,
    struct job_artifact **ret, size_t *ret_count, struct fault *fault)
{
	if (!json_object_is_type(files, json_type_object))
		return fault_set(fault, ERR_INVALID, "job_spec", "artifacts",
		    "job_spec_artifacts");
	*ret = mem_realloc(*ret,
	    *ret_count + (size_t)json_object_object_length(files) + 1,
	    sizeof(**ret));
	json_object_object_foreach (files, target, v) {
		struct job_artifact *a = &(*ret)[(*ret_count)++];

		*a = (struct job_artifact){ .name = name, .target = target };
		if (!text_is_id(target) || !read_one(v, a))
			return fault_set(fault, ERR_INVALID, "job_spec",
			    "artifacts", "job_spec_artifact");
	}
	return ERR_OK;
}

const struct job_artifact *
artifact_input_find(const struct job_artifact *list, size_t count,
    const char *name, const char *target, const char *what, struct buf *why)
{
	const struct job_artifact *only = NULL;
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (name != NULL && !text_eq(list[i].name, name))
			continue;
		only = &list[i];
		if (strcmp(only->target, target) == 0)
			return only;
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

/* A file in memory with that content; -1 with errno. */
static int
open_content(const struct buf *content)
{
	int fd = memfd_create("artifact", MFD_CLOEXEC);

	if (fd < 0 ||
	    (io_write_all(fd, buf_text(content), content->len) == 0 &&
		lseek(fd, 0, SEEK_SET) == 0))
		return fd;
	close(fd);
	return -1;
}

int
artifact_input_open(
    const struct job_artifact *a, const char *what, struct buf *why)
{
	char *path = a->file != NULL ? mem_printf("../%s", a->file) : NULL;
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
			      : open_content(&a->content);

	if (fd < 0)
		message_put(why, "artifact_unreadable what=%s reason=%s", what,
		    strerror(errno));
	free(path);
	return fd;
}

/* Reads one more file; *room bytes may follow, before and after. */
static bool
add_file(const struct job_spec *o, const char *target,
    struct artifact_file *file, size_t *room, struct buf *why)
{
	struct buf what = { 0 };
	const struct job_artifact *a;
	enum err err = ERR_IO;
	int fd = -1;

	message_put(&what, "artifact_used name=%s", file->name);
	a = artifact_input_find(o->artifacts, o->artifacts_count, file->name,
	    target, buf_text(&what), why);
	if (a != NULL)
		fd = artifact_input_open(a, buf_text(&what), why);
	if (fd >= 0)
		err = io_read_all(fd, *room, &file->data);
	if (err == ERR_TOO_LARGE)
		message_put(why, "artifact_uses_large most=%d",
		    (int)(EXEC_USES_LIMIT / 1048576));
	else if (err != ERR_OK && fd >= 0)
		message_put(why, "artifact_unreadable what=%s reason=%s",
		    buf_text(&what), strerror(errno));
	*room -= file->data.len;
	buf_clear(&what);
	return err == ERR_OK;
}

bool
artifact_input_read(const struct job_spec *o, const char *target,
    struct artifact_files *ret, struct buf *why)
{
	struct json_object *all = o->message.artifacts;
	size_t room = EXEC_USES_LIMIT;
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
		    add_file(o, target, &ret->all[ret->count++], &room, why);
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
