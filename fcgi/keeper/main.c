/*
 * countersign-keeper: the one writer of the journal.
 *
 * It authenticates, authorizes, appends events and maintains the projections.
 * It never reaches a target and cannot open a secret.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/modes.h"
#include "keeper/ballast.h"
#include "keeper/plans/compile_ask.h"
#include "keeper/keeper.h"
#include "keeper/loop.h"
#include "keeper/ledger.h"
#include "keeper/plans/new_plan.h"
#include "keeper/plans/plan_cache.h"
#include "keeper/plans/step_cache.h"
#include "keeper/seal.h"
#include "wire/handed.h"

struct options {
	const char *data;
	const char *runbooks;
	bool stdio;
	bool share; /* the journal with our group */
};

static struct options
read_options(int argc, char **argv)
{
	static const struct option names[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "runbooks", required_argument, NULL, 'r' },
		{ "stdio", no_argument, NULL, 's' },
		{ "share", no_argument, NULL, 'g' },
		{ NULL, 0, NULL, 0 },
	};
	struct options o = { .data = "data", .runbooks = "runbooks" };
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (c == 'd')
			o.data = optarg;
		else if (c == 'r')
			o.runbooks = optarg;
		else if (c == 's')
			o.stdio = true;
		else if (c == 'g')
			o.share = true;
		else
			exit(2);
	}
	return o;
}

/* Passwords and secrets pass through this process: no core file. */
static void
harden(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	modes_private();
}

/*
 * The web program reads the journal. SQLite creates files with the mode of the
 * database.
 */
static void
share_journal(const char *data)
{
	static const char *const ends[] = { "", "-wal", "-shm" };

	for (size_t i = 0; i < 3; i++) {
		char *path = mem_printf("%s/countersign.db%s", data, ends[i]);

		if (chmod(path, 0640) != 0 && errno != ENOENT)
			log_fatal("%s cannot be shared with the web program: "
				  "%s",
			    path, strerror(errno));
		free(path);
	}
}

static int
lock(const char *data)
{
	char *path = mem_printf("%s/keeper.lock", data);
	int fd = io_lock(path);

	if (fd < 0)
		log_fatal(
		    "%s is held by another keeper: there is one writer", path);
	free(path);
	return fd;
}

/* The inherited socket, or one of our own. */
static int
open_socket(const struct options *o, int handed, const char *name, mode_t mode)
{
	char *path;
	int fd;

	if (handed_is())
		return handed;
	path = mem_printf("%s/run/%s", o->data, name);
	fd = io_listen(path, mode);
	if (fd < 0)
		log_fatal("cannot listen on %s", path);
	free(path);
	return fd;
}

int
main(int argc, char **argv)
{
	struct options o = read_options(argc, argv);
	struct keeper k = { .data_dir = o.data, .runbooks_dir = o.runbooks };
	int lock_fd;

	log_open("countersign-keeper");
	harden();
	if (sodium_init() < 0)
		log_fatal("libsodium does not start");
	modes_make_data_folder(o.data);
	lock_fd = lock(o.data);
	if (db_open(o.data, DB_KEEPER, &k.db) != ERR_OK)
		log_fatal("cannot open the database in %s", o.data);
	if (o.share)
		share_journal(o.data);
	ballast_take(o.data);
	if (seal_open_ledger(&k) != ERR_OK)
		log_fatal("cannot read or make the key of the ledger");
	ledger_open(&k);
	compile_open(&k);
	new_plan_upgrade(&k);
	if (seal_open_output(&k) != ERR_OK)
		log_fatal("cannot read or make the key of secret output");
	if (wire_secret_make(o.data, WIRE_SECRET_ADMIN, k.admin_secret) !=
		ERR_OK ||
	    wire_secret_make(o.data, WIRE_SECRET_RUNNER, k.runner_secret) !=
		ERR_OK)
		log_fatal("cannot read or make the secrets of the sockets");
	k.commits_fd = handed_is() ? HANDED_COMMITS : 0;
	if (o.stdio)
		loop_run_stdio(&k);
	else
		loop_run(&k,
		    open_socket(&o, HANDED_KEEPER_SOCKET, "keeper.sock", 0660),
		    open_socket(&o, HANDED_ADMIN_SOCKET, "admin.sock", 0600),
		    open_socket(&o, HANDED_RUNNER_SOCKET, "runner.sock", 0600));
	ledger_close(&k);
	step_cache_free(&k);
	plan_cache_free(&k);
	compile_close(&k);
	db_close(k.db);
	sodium_memzero(k.ledger_key, sizeof(k.ledger_key));
	sodium_memzero(k.output_key, sizeof(k.output_key));
	close(lock_fd);
	return 0;
}
