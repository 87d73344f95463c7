/* turn.c: notices event loops that work for long. */
#ifdef __SANITIZE_ADDRESS__
#include <stdint.h>
#include <time.h>

#include "base/log.h"
#include "base/turn.h"

/*
 * Some 10 ms without sanitizers.  Time on the processor: what else the machine
 * does hardly counts.
 */
#define MOST_MS 200

void
turn_over(void)
{
	static int64_t before = -1;
	struct timespec used;
	int64_t now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	now = (int64_t)used.tv_sec * 1000 + used.tv_nsec / 1000000;
	if (before >= 0 && now - before > MOST_MS)
		log_warn("slow turn: the loop has worked for %d ms without "
			 "a wait",
		    (int)(now - before));
	before = now;
}
#endif
