/*
 * modes.c: permissions of files in the data folder.
 *
 * Outputs, recordings and captured values are for people who may open the
 * console, not for every account of the machine.  The umask denies others
 * access to all that we, SQLite and nginx create; at start the console closes
 * files that an older version left open.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/modes.h"

#define DEEPEST 16 /* nested folders */

void
modes_private(void)
{
	umask(077);
}

enum err
modes_make_folder(const char *path, mode_t mode)
{
	struct stat st;
	bool there = stat(path, &st) == 0;
	enum err err = io_mkdirs(path, mode);

	/* Keep the set-group-ID bit of the parent folder. */
	if (err == ERR_OK && !there &&
	    (stat(path, &st) != 0 ||
		chmod(path, mode | (st.st_mode & S_ISGID)) != 0))
		err = ERR_IO;
	return err;
}

void
modes_make_data_folder(const char *data)
{
	static const struct {
		const char *name;
		mode_t mode;
	} folders[] = {
		{ "", MODES_SHARED_FOLDER },
		{ "/run", MODES_SHARED_FOLDER },
		{ "/exec", MODES_SHARED_FOLDER },
		{ "/packs", MODES_SHARED_FOLDER },
		{ "/keys", MODES_PRIVATE_FOLDER },
	};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		char *path = mem_printf("%s%s", data, folders[i].name);

		if (modes_make_folder(path, folders[i].mode) != ERR_OK)
			log_fatal("cannot make the folder %s", path);
		free(path);
	}
}

static void tighten(int dir, int depth);

/* A folder that nobody else can enter needs no recursion. */
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
