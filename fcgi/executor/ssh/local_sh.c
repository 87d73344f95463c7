/* local_sh.c: sh on this machine, in place of one that ssh would run. */
#include <signal.h>
#include <unistd.h>

#include "executor/ssh/local_sh.h"

struct local_sh {
	const char *command;
	int *ends; /* its input, output and error */
};

/* In the new process, if the target is this machine. */
static void
become_sh(void *ctx, const char *script_path)
{
	const struct local_sh *sh = ctx;

	(void)script_path;
	for (int i = 0; i < 3; i++)
		if (dup2(sh->ends[i], i) < 0)
			return;
	close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
	(void)!chdir("/");
	execlp("sh", "sh", "-c", sh->command, (char *)NULL);
}

bool
local_sh_start(const char *command, int ends[3], struct confine_child *ret,
    struct buf *why)
{
	struct local_sh sh = { command, ends };
	struct confine_who who;
	struct confine_call call = { .who = &who,
		.end_signal = SIGTERM,
		.become = become_sh,
		.ctx = &sh };
	bool ok = confine_choose(NULL, &who, why);

	ok = ok && confine_start(&call, ret, why);
	confine_who_clear(&who);
	return ok;
}
