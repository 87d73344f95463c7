/*
 * modes.c: who may read what stands in the data folder.
 *
 * Outputs, recordings and captured values are of the people who may open the
 * console, not of every account of the machine.  The umask keeps others out of
 * whatever we, SQLite and nginx create; what an older version left open is
 * closed when the console starts.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/modes.h"

#define DEEPEST 16 /* folders within folders */

void
modes_private(void)
{
	umask(077);
}

enum err
modes_make_folder(const char *path, mode_t mode)
{
	bool there = access(path, F_OK) == 0;
	enum err err = io_mkdirs(path, mode);
	struct stat st;

	/* What passes its group on goes on to do so. */
	if (err == ERR_OK && !there &&
	    (stat(path, &st) != 0 ||
		chmod(path, mode | (st.st_mode & S_ISGID)) != 0))
		err = ERR_IO;
	return err;
}

static void tighten(int dir, int depth);

/* A folder that nobody else can enter needs no look inside. */
static void
tighten_entry(int dir, const char *name, int depth)
{
	struct stat st;
	int fd;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    S_ISLNK(st.st_mode) || (st.st_mode & 007) == 0)
		return;
	if (fchmodat(dir, name, st.st_mode & 07770, 0) != 0 ||
	    !S_ISDIR(st.st_mode) || depth >= DEEPEST)
		return;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		tighten(fd, depth + 1);
}

/* Takes over the descriptor. */
static void
tighten(int dir, int depth)
{
	DIR *d = fdopendir(dir);
	const struct dirent *e;

	if (d == NULL) {
		close(dir);
		return;
	}
	while ((e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			tighten_entry(dir, e->d_name, depth);
	closedir(d);
}

void
modes_tighten(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		tighten(fd, 0);
}
