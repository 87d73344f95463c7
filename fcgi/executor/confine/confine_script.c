/*
 * confine_script.c: the script of a program, and the files that it reads.
 *
 * In its namespaces they are in the tmpfs over the data folder, which ends with
 * them, whatever ends the program.  Without namespaces they are in a folder of
 * /tmp: a link to them, or files that the program put beside them, must not
 * lead its removal to others' files, so that one folder is emptied, by the
 * names in it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/text.h"
#include "executor/confine/confine_script.h"

static bool
write_file(
    const struct confine_who *who, const char *path, const struct buf *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && io_write_all(fd, text->data, text->len) == 0 &&
	    (!who->changes || fchown(fd, who->uid, who->gid) == 0);

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool
write_files(struct confine_call *call, const char *folder)
{
	const struct confine_who *who = call->who;
	bool ok;

	call->files_path = mem_printf("%s/%s", folder, call->files_name);
	ok = mkdir(call->files_path, 0700) == 0;
	for (size_t i = 0; ok && i < call->files->count; i++) {
		const struct artifact_file *f = &call->files->all[i];
		char *path = mem_printf("%s/%s", call->files_path, f->name);

		ok = write_file(who, path, &f->data);
		free(path);
	}
	return ok &&
	    (!who->changes || chown(call->files_path, who->uid, who->gid) == 0);
}

bool
confine_script_write(struct confine_call *call, const char *folder)
{
	call->script_path = mem_printf("%s/%s", folder, call->script_name);
	return write_file(call->who, call->script_path, call->script) &&
	    (call->files_name == NULL || write_files(call, folder));
}

/* Removes the folder and what is in it, but no folder in it. */
static void
remove_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL)
		(void)unlinkat(fd, e->d_name, 0);
	if (dir != NULL)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	(void)rmdir(path);
}

void
confine_script_remove(struct confine_call *call)
{
	char *slash;

	if (call->files_path != NULL)
		remove_folder(call->files_path);
	free(call->files_path);
	call->files_path = NULL;
	if (call->script_path == NULL)
		return;
	unlink(call->script_path);
	slash = strrchr(call->script_path, '/');
	*slash = '\0';
	if (text_starts(call->script_path, "/tmp/countersign."))
		rmdir(call->script_path);
	free(call->script_path);
	call->script_path = NULL;
}
