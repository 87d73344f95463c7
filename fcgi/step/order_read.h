/*
 * order_read.h: what the files that read an order share.
 */
#ifndef STEP_ORDER_READ_H
#define STEP_ORDER_READ_H

#include <json-c/json.h>
#include <stddef.h>

#include "base/err.h"
#include "step/order.h"

/* ERR_INVALID: the key's value is not as it must be. */
enum err	 order_wrong(struct fault *fault, const char *field,
		    const char *what);

/* Elements of an array, which may be NULL. */
size_t		 order_length(struct json_object *array);

/* The text of a key; an empty one means the same as an absent one: NULL. */
const char	*order_text(struct json_object *o, const char *key);

/* The order's "targets" and "hosts". */
enum err	 order_read_targets(struct order *o, struct json_object *list,
		    struct fault *fault);
enum err	 order_read_hosts(struct order *o, struct json_object *hosts,
		    struct fault *fault);

#endif
