/*
 * packing.c: starts countersign-pack, which packs what executions left.
 *
 * It is a program of its own, one pass of it at a time: this one holds keys,
 * and its loop neither compresses nor waits for the disk.  The folders in
 * DATA/exec say what there is to do, so that nothing is remembered here but
 * when to start it: a run that ends makes it due.
 */
#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "pack/pack.h"
#include "runner/packing.h"
#include "runner/runner.h"

#define CHECK_MS 1000
#define FIRST_MS 3000 /* after the start: others are served first */
#define AGAIN_MS 60000

char *
packing_program(const struct runner *r)
{
	char *copy = mem_strdup(r->step_program);
	char *path = mem_printf("%s/countersign-pack", dirname(copy));

	free(copy);
	return path;
}

static void
become(const char *program, const char *data, pid_t parent)
{
	char *argv[] = { "countersign-pack", "--data", (char *)(uintptr_t)data,
		NULL };
	char *environment[] = { "LANG=C.UTF-8",
#ifdef __SANITIZE_ADDRESS__
		"ASAN_OPTIONS=detect_leaks=0",
#endif
		NULL };

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(0);
	execve(program, argv, environment);
	log_warn("%s cannot be executed: %s", program, strerror(errno));
	_exit(127);
}

static void
start(struct runner *r)
{
	char *program = packing_program(r);
	pid_t parent = getpid(), child = fork();

	if (child == 0)
		become(program, r->data_dir, parent);
	r->packing.child = child > 0 ? child : 0;
	r->packing.due_at = child > 0 ? 0 : clock_monotonic() + AGAIN_MS;
	free(program);
}

static void
reap(struct packing *p)
{
	int status = 0;

	if (waitpid(p->child, &status, WNOHANG) != p->child)
		return;
	p->child = 0;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		p->due_at = clock_monotonic() + AGAIN_MS;
}

/* The end of the last run, or 0. */
static int64_t
last_end(struct runner *r)
{
	int64_t end;

	(void)db_begin(r->db);
	end = db_first_int(db_query(r->db, STMT_RUNS_LAST_END), 0);
	return db_end(r->db, ERR_OK) == ERR_OK ? end : r->packing.ended_at;
}

void
packing_tick(struct runner *r)
{
	struct packing *p = &r->packing;
	int64_t now = clock_monotonic(), end;

	if (p->child > 0)
		reap(p);
	if (now < p->check_at || r->db == NULL)
		return;
	if (p->check_at == 0)
		p->due_at = now + FIRST_MS;
	p->check_at = now + CHECK_MS;
	if ((end = last_end(r)) != p->ended_at && p->due_at == 0)
		p->due_at = now;
	if (p->child > 0 || p->due_at == 0 || now < p->due_at)
		return;
	p->ended_at = end;
	start(r);
}

static bool
has_packed_open_run(struct runner *r)
{
	bool has = false;
	struct rows *rows;

	(void)db_begin(r->db);
	rows = db_query(r->db, STMT_RUNS_OPEN);
	while (!has && db_next(rows)) {
		char *path = pack_path(r->data_dir, db_int(rows, "id"));

		has = access(path, F_OK) == 0;
		free(path);
	}
	db_done(rows);
	return db_end(r->db, ERR_OK) == ERR_OK && has;
}

bool
packing_is_restored(struct runner *r)
{
	struct packing *p = &r->packing;

	if (p->restored)
		return true;
	if (p->check_at == 0 && has_packed_open_run(r)) {
		p->check_at = clock_monotonic() + CHECK_MS;
		start(r);
	}
	if (p->child > 0)
		reap(p);
	p->restored = p->child == 0;
	if (p->restored)
		p->check_at = 0;
	return p->restored;
}

void
packing_end(struct runner *r)
{
	pid_t child = r->packing.child;

	if (child > 0 && kill(child, SIGKILL) == 0)
		(void)waitpid(child, NULL, 0);
	r->packing.child = 0;
}
