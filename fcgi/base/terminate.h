/* terminate.h: programs that end in order when they are asked to. */
#ifndef BASE_TERMINATE_H
#define BASE_TERMINATE_H

#include <signal.h>

/* Set by SIGTERM and SIGINT. */
extern volatile sig_atomic_t terminate_asked;

/*
 * Catches these two, which interrupt a call that waits, and ignores SIGPIPE: a
 * peer that is gone shows in the error of a write.
 */
void terminate_catch(void);

#endif
