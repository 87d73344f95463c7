/*
 * ballast.c: reserved disk space that is released when the disk is full.
 *
 * On a full disk SQLite cannot even delete or checkpoint.  New steps are
 * refused well before (KEEPER_DISK_FLOOR); if somebody else fills the disk,
 * running steps record their end in the space of the ballast.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "keeper/ballast.h"
#include "keeper/keeper.h"

void
ballast_take(const char *data_dir)
{
	char *path = mem_printf("%s/ballast", data_dir);
	int fd = -1;

	if (io_free_space(data_dir) > 2 * KEEPER_DISK_FLOOR)
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0) {
		if (posix_fallocate(fd, 0, BALLAST_BYTES) != 0)
			unlink(path);
		close(fd);
	}
	free(path);
}

void
ballast_release(const char *data_dir)
{
	char *path = mem_printf("%s/ballast", data_dir);

	if (unlink(path) == 0)
		log_warn("the disk is full: %s was given up, so that what "
			 "runs can be recorded",
		    path);
	free(path);
}
