/*
 * fuzz_pack.c: any bytes as a pack.  It is opened, each file in it is read and
 * found by its names, and all of it is checked.
 *
 * Unless it begins as a pack does, its magic and the numbers of its trailer are
 * put right by the first byte, so that what is behind them is reached.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/io.h"
#include "pack/pack.h"
#include "pack/pack_bytes.h"

#define FILES_MOST 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of as many files and frames as the first bytes say. */
static void
put_right(unsigned char *pack, size_t size, uint8_t first)
{
	unsigned char *trailer = pack + size - PACK_TRAILER;

	int64_t frames = first >> 4 & 3;

	pack_put_number(trailer + 8, first & 7);
	pack_put_number(trailer + 16, frames);
	pack_put_number(
	    trailer + 24, frames == 0 ? 0 : (frames - 1) * PACK_FRAME + 100);
	memcpy(pack, PACK_MAGIC, strlen(PACK_MAGIC));
}

static void
read_file(struct pack *p, const struct pack_file *file)
{
	static char block[PACK_FRAME + 1];
	struct pack_file found;
	ssize_t n = pack_read(p, file, block, sizeof(block), 0);

	assert(n <= file->size);
	n = pack_read(p, file, block, 10, file->size - 1);
	assert(n <= 1);
	if (pack_find(p, file->exec, file->name, &found) == ERR_OK)
		assert(strcmp(found.exec, file->exec) == 0 &&
		    strcmp(found.name, file->name) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("pack", MFD_CLOEXEC);
	struct pack_file file;
	struct pack *p = NULL;
	unsigned char *copy;

	assert(fd >= 0);
	copy = malloc(size + 1);
	memcpy(copy, data, size);
	if (size > PACK_TRAILER + 8 && data[0] != PACK_MAGIC[0])
		put_right(copy, size, data[0]);
	assert(io_write_all(fd, copy, size) == 0);
	free(copy);
	if (pack_open_fd(fd, &p) != ERR_OK)
		return 0;
	for (int64_t i = 0; i < pack_count(p) && i < FILES_MOST; i++)
		if (pack_get(p, i, &file) == ERR_OK)
			read_file(p, &file);
	(void)pack_check(p);
	pack_close(p);
	return 0;
}
