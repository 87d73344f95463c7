/*
 * countersign-pack: moves what executions of ended runs left into packs.
 *
 * The runner starts it; one at a time goes through the folders of DATA/exec and
 * ends.  It may be killed at any time.  It holds no key and reads the journal
 * itself, so that the runner's loop neither reads nor waits.
 *
 * It yields to everything else: it has the lowest priority, and rests after
 * each run for longer than it worked.
 */
#include <fcntl.h>
#include <getopt.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/modes.h"
#include "base/restrict.h"
#include "packer/candidates.h"
#include "packer/move_run.h"
#include "packer/unpack.h"
#include "wire/exec.h"

/*
 * After its end, a run may still be read by somebody who found it open
 * (web/pages/output_file.c).
 */
#define SETTLE_MS 5000
#define REST 2                    /* times as long as the work took */
#define IO_LOWEST ((2 << 13) | 7) /* best effort, lowest (ioprio_set(2)) */
#define READ_RIGHTS ((1u << 2) | LANDLOCK_FOLDER)

static void
allow(int rules, const char *data, const char *name, uint64_t rights)
{
	char *path = mem_printf("%s/%s", data, name);
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd >= 0) {
		landlock_allow(rules, fd, rights);
		close(fd);
	}
	free(path);
}

/* It writes to two folders; SQLite's readers write their locks as well. */
static void
restrict_files(const char *data)
{
	const struct landlock denied = {
		.files = LANDLOCK_FILE | LANDLOCK_FOLDER | LANDLOCK_MAKE |
		    LANDLOCK_REFER | LANDLOCK_TRUNCATE | LANDLOCK_DEVICE,
		.net = LANDLOCK_TCP,
		.scoped = LANDLOCK_SCOPES,
	};
	const uint64_t all = denied.files & ~(uint64_t)LANDLOCK_DEVICE;
	int rules = landlock_open(&denied);

	if (rules < 0)
		return;
	allow(rules, data, "", READ_RIGHTS);
	allow(rules, data, "exec", all);
	allow(rules, data, "packs", all);
	allow(rules, data, "countersign.db-shm", LANDLOCK_FILE);
	(void)landlock_enforce(rules);
}

static void
yield_to_all(void)
{
	(void)setpriority(PRIO_PROCESS, 0, 19);
	(void)syscall(SYS_ioprio_set, 1, 0, IO_LOWEST);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	modes_private();
}

static void
rest(int64_t ms)
{
	if (ms > 0)
		usleep((useconds_t)ms * 1000);
}

/* ERR_UNAVAILABLE, ERR_IO, ERR_LIMIT: later. */
static enum err
pack_one(struct db *db, const char *data, struct candidate *of_run, size_t n)
{
	int64_t begun, ended_at, age;
	enum err err = candidates_check(db, of_run, n, &ended_at);

	if (err == ERR_FORBIDDEN)
		log_warn("run %lld: its executions are not packed: its events "
			 "do not say that it has ended, and that they are its",
		    (long long)of_run->run);
	if (err != ERR_OK)
		return err;
	age = clock_now() - ended_at;
	if (age >= 0 && age < SETTLE_MS)
		rest(SETTLE_MS - age);
	begun = clock_monotonic();
	err = move_run(data, of_run, n);
	rest(REST * (clock_monotonic() - begun));
	return err;
}

/*
 * False: something is left for later.  A full disk takes no other pack; every
 * other error concerns one run.
 */
static bool
pack_all(struct db *db, const char *data)
{
	struct candidates c = { 0 };
	bool done = candidates_find(db, data, &c) == ERR_OK;
	enum err err = ERR_OK;
	size_t n;

	for (size_t i = 0; i < c.count && err != ERR_LIMIT; i += n) {
		for (n = 1; i + n < c.count && c.all[i + n].run == c.all[i].run;
		     n++)
			;
		err = pack_one(db, data, &c.all[i], n);
		done = done && err != ERR_UNAVAILABLE && err != ERR_IO &&
		    err != ERR_LIMIT;
	}
	candidates_clear(&c);
	return done;
}

int
main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "data", required_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	const char *data = NULL;
	char *lock;
	struct db *db = NULL;
	bool done;
	int c;

	log_open("countersign-pack");
	while ((c = getopt_long(argc, argv, "", names, NULL)) == 'd')
		data = optarg;
	if (data == NULL || c != -1) {
		log_warn("the runner starts it, with --data");
		return 2;
	}
	yield_to_all();
	lock = mem_printf("%s/" EXEC_PACK_LOCK, data);
	if (io_lock(lock) < 0 || sodium_init() < 0 ||
	    db_open(data, DB_RUNNER, &db) != ERR_OK)
		return 1; /* the runner asks again */
	restrict_files(data);
	done = unpack_open_runs(db, data);
	done = pack_all(db, data) && done;
	db_close(db);
	free(lock);
	return done ? 0 : 1;
}
