/*
 * pack.h: the files of all executions of a run that has ended, in one file.
 *
 *	"CSPACK1\n"
 *	frames		zstd; each holds PACK_FRAME bytes of the content, which
 *			is all files one after the other, the last one the rest
 *	records		PACK_RECORD bytes for each file, in the order of
 *			execution and name
 *	ends		8 bytes for each frame: its end in the pack
 *	trailer		PACK_TRAILER bytes
 *
 * A record is the execution (16 bytes), the name (PACK_NAME bytes, filled with
 * zeroes), its place in the content, its size, when it was written last
 * (seconds since 1970), and the first 8 bytes of the hash of all that.  The
 * trailer is the run, the numbers of files and frames, the size of the content,
 * and the hash (base/hash.h) of the pack up to there.  Numbers have 8 bytes,
 *the least significant first.
 *
 * So a file is found with a binary search, and a range of it costs its frames;
 * nothing has to be kept in memory.
 */
#ifndef PACK_PACK_H
#define PACK_PACK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

#define PACK_MAGIC "CSPACK1\n"
#define PACK_FRAME (256 * 1024)
#define PACK_EXEC 16
#define PACK_NAME 80
#define PACK_RECORD 128
#define PACK_TRAILER 64
#define PACK_RUNS 1000 /* packs in one folder */

struct pack;

/* One file of a pack. */
struct pack_file {
	char exec[2 * PACK_EXEC + 1];
	char name[PACK_NAME];
	int64_t start; /* in the content */
	int64_t size;
	int64_t changed; /* seconds since 1970 */
};

/* The path of a run's pack; the caller frees it. */
char *pack_path(const char *data, int64_t run);

/* True if the name can stand in a pack: it is no path, and short enough. */
bool pack_may_name(const char *name);

/*
 * Opens a pack.  ERR_NOT_FOUND, ERR_IO, or ERR_INVALID: it is damaged.  Damage
 * in its middle is found by reading it.  The caller closes *ret.
 */
enum err pack_open(const char *path, struct pack **ret);

/* The same for a descriptor, which it takes over. */
enum err pack_open_fd(int fd, struct pack **ret);
void pack_close(struct pack *p); /* NULL is legal */

int64_t pack_run(const struct pack *p);
int64_t pack_count(const struct pack *p); /* of files */

/* File number i, from 0.  ERR_IO or ERR_INVALID. */
enum err pack_get(const struct pack *p, int64_t i, struct pack_file *ret);

/* ERR_NOT_FOUND, ERR_IO or ERR_INVALID. */
enum err pack_find(const struct pack *p, const char *exec, const char *name,
    struct pack_file *ret);

/*
 * Reads at an offset of the file, and less than `len` bytes only where it ends.
 * -1 with errno; EBADMSG: damaged.
 */
ssize_t pack_read(struct pack *p, const struct pack_file *file, void *data,
    size_t len, int64_t offset);

/*
 * Reads all of it: the hash, each frame, and that the files are in order and
 * fill the content without gaps.  ERR_IO or ERR_INVALID.
 */
enum err pack_check(struct pack *p);

#endif
