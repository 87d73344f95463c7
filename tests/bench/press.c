/*
 * press.c: linked into every program of a build with -finstrument-functions.
 * It writes the offset of each function that runs, once for each process, to
 * PRESS/calls while the file PRESS/on begins with '1' (tests/bench/press.py).
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define QUIET __attribute__((no_instrument_function))
#define SLOTS 16384 /* a power of two, more than a program has functions */

void __cyg_profile_func_enter(void *function, void *caller) QUIET;
void __cyg_profile_func_exit(void *function, void *caller) QUIET;

static volatile const char *on;
static int calls = -1;
static uintptr_t base;
static char name[64];
static uintptr_t seen[SLOTS];

QUIET static int
set_base(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	(void)arg;
	base = info->dlpi_addr; /* the first object is the program */
	return 1;
}

QUIET __attribute__((constructor)) static void
begin(void)
{
	int fd = open(PRESS "/on", O_RDONLY | O_CLOEXEC);
	ssize_t n;
	char exe[256];

	if (fd < 0)
		return;
	on = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	if (on == MAP_FAILED || n < 0)
		return;
	exe[n] = '\0';
	snprintf(name, sizeof name, "%s", strrchr(exe, '/') + 1);
	dl_iterate_phdr(set_base, NULL);
	calls = open(PRESS "/calls", O_WRONLY | O_APPEND | O_CLOEXEC);
}

void
__cyg_profile_func_enter(void *function, void *caller)
{
	uintptr_t offset = (uintptr_t)function - base;
	size_t i = (offset >> 2) & (SLOTS - 1);
	char line[96];

	(void)caller;
	if (calls < 0 || *on != '1')
		return;
	while (seen[i] != 0 && seen[i] != offset)
		i = (i + 1) & (SLOTS - 1);
	if (seen[i] == offset)
		return;
	seen[i] = offset;
	if (write(calls, line,
		(size_t)snprintf(line, sizeof line, "%s %#jx\n", name,
		    (uintmax_t)offset)) < 0)
		calls = -1;
}

void
__cyg_profile_func_exit(void *function, void *caller)
{
	(void)function;
	(void)caller;
}
