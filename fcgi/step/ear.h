/*
 * ear.h: hears what people type into the terminal of a target, and tells them
 * what of it has arrived there (wire/exec.h).
 */
#ifndef STEP_EAR_H
#define STEP_EAR_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct ear;

/* Of a terminal, as its window shows it; nothing where it is not known. */
struct size {
	int	columns;
	int	rows;
};

/*
 * Makes the socket of the target in the working folder.  NULL with errno set
 * where that failed.  ear_close(NULL) is legal.
 */
struct ear	*ear_open(const char *target);
void		 ear_close(struct ear *e);

/* What to wait for; nothing where it is not to be heard now. */
void		 ear_fds(const struct ear *e, struct pollfd fds[2]);

/*
 * Hears what came on the descriptors, and appends what is to be typed to the
 * queue, which begins at the byte `begin` of all that this terminal gets.
 */
void		 ear_hear(struct ear *e, const struct pollfd fds[2],
		    struct buf *queue, int64_t begin);

/* One request, a JSON object; ear_hear() without the socket. */
void		 ear_take(struct ear *e, const char *text, size_t len,
		    struct buf *queue, int64_t begin);

/* What the one who typed last has told. */
struct size	 ear_size(const struct ear *e);

/* The terminal has taken so many bytes in all. */
void		 ear_arrived(struct ear *e, int64_t count);

/* The terminal is gone, and with it what was on its way there. */
void		 ear_reset(struct ear *e);

#endif
