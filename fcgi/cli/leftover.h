/* leftover.h: processes of a console that was killed. */
#ifndef CLI_LEFTOVER_H
#define CLI_LEFTOVER_H

#include <stddef.h>

/*
 * Ends nginx processes of an earlier `serve` of this data folder, which still
 * hold its port. Returns how many there were.
 */
size_t leftover_end(const char *data);

/* The number of running steps of this data folder. */
size_t leftover_steps(const char *data);

#endif
