/*
 * packing.h: starts countersign-pack, which packs what executions left.
 */
#ifndef RUNNER_PACKING_H
#define RUNNER_PACKING_H

#include <stdbool.h>

struct runner;

/* The path of that program; the caller frees it. */
char *packing_program(const struct runner *r);

/*
 * Reaps a pass that has ended, and starts the next one where it is due: after
 * the start, after the end of a run, and a minute after one that left
 * something. Waits for nothing.
 */
void packing_tick(struct runner *r);

/*
 * False while open runs are being given their folders back, as after a restore:
 * executions of before are not looked for until then.
 */
bool packing_is_restored(struct runner *r);

/* Ends a pass that is under way, and waits until it is gone. */
void packing_end(struct runner *r);

#endif
