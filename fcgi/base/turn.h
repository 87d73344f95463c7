/*
 * turn.h: notices event loops that work for long.
 *
 * All others wait for the longest turn of a loop: it reads, hashes and sorts
 * little at a time, waits for no child and resolves no name.  In a build with
 * sanitizers a turn that takes much processor time is logged, and the tests
 * fail on that line.
 */
#ifndef BASE_TURN_H
#define BASE_TURN_H

/* Called once in each turn of the loop. */
#ifdef __SANITIZE_ADDRESS__
void turn_over(void);
#else
static inline void
turn_over(void)
{
}
#endif

#endif
