/*
 * pack_write.h: writes a pack.
 */
#ifndef PACK_PACK_WRITE_H
#define PACK_PACK_WRITE_H

#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

struct exec_file;
struct pack_writer;

/* Creates the file, or empties it.  NULL with errno. */
struct pack_writer *pack_write_open(const char *path, int64_t run);

/*
 * Adds a file, with its present bytes, and gives their hash.  Files are added
 * in the order of execution and name; another order, or a name that a pack
 * cannot have, is ERR_INVALID.  ERR_IO with errno.
 */
enum err pack_write_add(struct pack_writer *w, const char *exec,
    const char *name, struct exec_file *from, char ret_hash[HASH_TEXT]);

/* Completes the pack durably.  ERR_IO with errno.  Frees it in any case. */
enum err pack_write_end(struct pack_writer *w);

/* Gives it up: what was written stays.  NULL is legal. */
void pack_write_free(struct pack_writer *w);

#endif
