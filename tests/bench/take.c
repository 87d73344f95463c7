/*
 * take.c: the least that whoever records an output does: reads it, writes it to
 * a file, hashes it while it is written, and has it on the disk at the end.
 *
 *	ssh host cat file | take FILE
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/io.h"

int
main(int argc, char **argv)
{
	static char block[256 * 1024];
	char text[HASH_TEXT];
	struct hash *hash = hash_new();
	int fd = argc == 2 ? open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0600)
			   : -1;
	ssize_t n = -1;

	while (fd >= 0 && (n = read(0, block, sizeof(block))) > 0) {
		if (io_write_all(fd, block, (size_t)n) != 0)
			n = -1;
		else
			hash_put(hash, block, (size_t)n);
		if (n < 0)
			break;
	}
	hash_end(hash, text);
	if (n < 0 || fdatasync(fd) != 0) {
		perror("take");
		return 1;
	}
	puts(text);
	return 0;
}
