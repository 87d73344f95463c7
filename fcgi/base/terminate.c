/* terminate.c: programs that end in order when they are asked to. */
#include "base/terminate.h"

volatile sig_atomic_t terminate_asked;

static void
on_signal(int number)
{
	(void)number;
	terminate_asked = 1;
}

void
terminate_catch(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}
