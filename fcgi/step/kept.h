/*
 * kept.h: what earlier steps of the run have kept, as the order names it.
 */
#ifndef STEP_KEPT_H
#define STEP_KEPT_H

#include <json-c/json.h>

#include "base/buf.h"
#include "step/order.h"

/*
 * Reads {target: "EXEC/TARGET.save"} into *ret, each with the name (which may
 * be NULL).  ERR_INVALID with a fault for any other file.  The caller frees
 * *ret; the texts belong to the object.
 */
enum err	 kept_read_files(struct json_object *files, const char *name,
		    struct order_kept **ret, size_t *ret_count,
		    struct fault *fault);

/*
 * The file that belongs to the target: that of the same target, else the only
 * one there is.  NULL: why gets a sentence.  `what` names it in the sentence.
 */
const char	*kept_find(const struct order_kept *list, size_t count,
		    const char *name, const char *target, const char *what,
		    struct buf *why);

/* Opens it for reading.  -1: why gets a sentence. */
int		 kept_open(const char *file, const char *what,
		    struct buf *why);

#endif
