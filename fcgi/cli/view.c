/*
 * view.c: a private view of the file system for a program.
 *
 * `make run` as root is often called in /root, which nobody else may enter, and
 * the programs that are not root have their templates, runbooks and database
 * there.  Opening /root was rejected, as it is not ours to open; so was the
 * right to read all files, as the keys are among them.  In a mount namespace of
 * its own the program sees an empty folder in place of the closed one, with the
 * needed paths mounted in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "cli/view.h"

#define PATHS 8

/* The folder can be traversed. */
static bool
is_open(const struct account *a, const char *folder)
{
	struct stat st;

	if (stat(folder, &st) != 0)
		return true;
	if (st.st_uid == a->uid)
		return (st.st_mode & S_IXUSR) != 0;
	if (st.st_gid == a->gid || st.st_gid == a->group)
		return (st.st_mode & S_IXGRP) != 0;
	return (st.st_mode & S_IXOTH) != 0;
}

/* The first closed folder above the path, or NULL; the caller frees it. */
static char *
find_closed(const struct account *a, const char *path)
{
	char *folder = mem_strdup(path);

	for (char *p = folder + 1; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (!is_open(a, folder))
			return folder;
		*p = '/';
	}
	free(folder);
	return NULL;
}

/* Mounts the open `fd` at its path again. */
static bool
put_back(const char *path, int fd)
{
	char *from = mem_printf("/proc/self/fd/%d", fd);
	mode_t before = umask(022);
	struct stat real, seen;
	bool ok;

	ok = fstat(fd, &real) == 0;
	if (ok &&
	    (stat(path, &seen) != 0 || seen.st_dev != real.st_dev ||
		seen.st_ino != real.st_ino))
		ok = io_mkdirs(path, 0755) == ERR_OK &&
		    mount(from, path, NULL, MS_BIND | MS_REC, NULL) == 0;
	umask(before);
	free(from);
	return ok;
}

static bool
divide(void)
{
	return unshare(CLONE_NEWNS) == 0 &&
	    mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == 0;
}

/*
 * Covers a closed folder above the path, and restores the other paths that this
 * hides.
 */
static bool
open_path(const struct account *a, const char *path, const char *const *paths,
    const int *fds)
{
	char *closed = find_closed(a, path);
	bool ok = true;

	if (closed == NULL)
		return true;
	ok = mount("countersign", closed, "tmpfs", MS_NOSUID | MS_NODEV,
		 "mode=0711,size=1m") == 0;
	free(closed);
	for (size_t i = 0; paths[i] != NULL && i < PATHS && ok; i++)
		ok = fds[i] < 0 || put_back(paths[i], fds[i]);
	return ok;
}

bool
view_open(const struct account *a, const char *const *paths)
{
	int fds[PATHS];
	bool ok = true, all = true;
	char *closed;
	size_t n;

	for (n = 0; paths[n] != NULL && n < PATHS; n++) {
		closed = find_closed(a, paths[n]);
		all = all && closed == NULL;
		free(closed);
	}
	if (all)
		return true;
	if (!divide())
		return false;
	for (size_t i = 0; i < n; i++) /* of the new namespace's mounts */
		fds[i] = open(paths[i], O_PATH | O_CLOEXEC);
	for (size_t i = 0; i < n && ok; i++)
		ok = open_path(a, paths[i], paths, fds);
	for (size_t i = 0; i < n; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return ok;
}
