/*
 * leftover.h: processes of a console that was ended by force.
 */
#ifndef CLI_LEFTOVER_H
#define CLI_LEFTOVER_H

#include <stddef.h>

/*
 * Ends the nginx processes that an earlier `serve` of this data folder has
 * left behind, which still hold its port.  How many there were.
 */
size_t leftover_end(const char *data);

/* How many steps of this data folder are being executed. */
size_t leftover_steps(const char *data);

#endif
