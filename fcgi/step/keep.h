/*
 * keep.h: the output of a target, kept byte for byte (save=, same-as=).
 */
#ifndef STEP_KEEP_H
#define STEP_KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "step/mask.h"
#include "step/order.h"

struct keep;

/*
 * Creates TARGET.save in the working folder.  NULL with errno set where that
 * failed.  Order and mask, which was made of the order's texts to hide, must
 * outlive it.
 */
struct keep	*keep_open(const struct order *o, const char *target,
		    const struct mask *mask);

/* Takes bytes; forgets them: another try, or another answer, begins. */
void		 keep_put(struct keep *k, const char *data, size_t len);
void		 keep_reset(struct keep *k);

/*
 * The output is complete.  True: it is on disk, durably, *ret_bytes of it.
 * False: it is not kept, and a sentence was appended to why: it is too long,
 * has a secret in it, or the disk did not take it.
 */
bool		 keep_end(struct keep *k, int64_t *ret_bytes, struct buf *why);

/* Frees k; with `drop` the file is removed.  k may be NULL. */
void		 keep_close(struct keep *k, bool drop);

#endif
