/* modes.h: permissions of files in the data folder. */
#ifndef BASE_MODES_H
#define BASE_MODES_H

#include <sys/types.h>

#include "base/err.h"

/*
 * nginx reads the files that it serves by its group; all others are only for
 * our user.
 */
#define MODES_SHARED_FILE 0640
#define MODES_SHARED_FOLDER 0750
#define MODES_PRIVATE_FILE 0600
#define MODES_PRIVATE_FOLDER 0700

/* Each program calls this first: new files are private unless set otherwise. */
void modes_private(void);

/*
 * mkdir -p with this mode, independent of the umask; an existing folder stays
 * unchanged.  ERR_IO.
 */
enum err modes_make_folder(const char *path, mode_t mode);

/*
 * Makes the data folder, and those in it that several programs need.  Ends the
 * process with a message if one cannot be made.
 */
void modes_make_data_folder(const char *data);

/*
 * Removes the access of others from everything in the folder, at any depth,
 * because older versions left outputs and captured values readable.  The folder
 * itself, which may belong to another user, stays unchanged.
 */
void modes_tighten(const char *folder);

#endif
