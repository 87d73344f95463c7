/*
 * modes.h: who may read what stands in the data folder.
 */
#ifndef BASE_MODES_H
#define BASE_MODES_H

#include <sys/types.h>

#include "base/err.h"

/* What nginx hands out, it reads by its group; all else is ours alone. */
#define MODES_SHARED_FILE 0640
#define MODES_SHARED_FOLDER 0750
#define MODES_PRIVATE_FILE 0600
#define MODES_PRIVATE_FOLDER 0700

/* For each of our programs, first of all: what it makes is for nobody else,
 * unless it says so. */
void modes_private(void);

/* mkdir -p with these rights, whatever the umask; a folder that is there stays
 * as it is.  ERR_IO. */
enum err modes_make_folder(const char *path, mode_t mode);

/*
 * Takes the rights of others from all that stands in the folder, at any
 * depth: a version before this one left outputs and captured values readable.
 * The folder itself, which may be somebody else's, stays as it is.
 */
void modes_tighten(const char *folder);

#endif
