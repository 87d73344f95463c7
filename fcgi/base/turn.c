/* turn.c: notices event loops that work for long. */
#ifdef __SANITIZE_ADDRESS__
#include <stdint.h>
#include <time.h>

#include "base/log.h"
#include "base/turn.h"

/*
 * A turn is slow that takes as much time on the processor as so many rounds of
 * a loop that is timed right behind it: 200 ms, some 10 ms without sanitizers,
 * on the machine where the tests were written.  A machine that is slower, or
 * shared, is so for both.
 */
#define MOST_ROUNDS 15
#define ROUND 10000000
#define WORTH_TIMING_MS 100

static int64_t
used_ms(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (int64_t)used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

static int64_t
most_ms(void)
{
	int64_t begin = used_ms();
	volatile uint32_t n = 1;

	for (int i = 0; i < 3 * ROUND; i++)
		n = n * 1664525 + 1013904223;
	return (used_ms() - begin) * MOST_ROUNDS / 3;
}

void
turn_over(void)
{
	static int64_t before = -1;
	int64_t took = used_ms() - before;

	if (before >= 0 && took > WORTH_TIMING_MS && took > most_ms())
		log_warn("slow turn: the loop has worked for %d ms without "
			 "a wait",
		    (int)took);
	before = used_ms();
}
#endif
