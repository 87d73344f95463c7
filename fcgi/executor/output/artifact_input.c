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
