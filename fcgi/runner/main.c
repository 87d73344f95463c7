/*
 * countersign-runner: accepts jobs, holds the keys, starts the executors.
 *
 * It speaks no HTTP and writes no database.  It may be killed at any time:
 * executors go on, and the next runner finds them in their folders.
 */
#include <getopt.h>
#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/modes.h"
#include "base/terminate.h"
#include "base/text.h"
#include "base/turn.h"
#include "runner/replay.h"
#include "runner/runner.h"
#include "runner/keeper_client.h"
#include "runner/packing.h"
#include "runner/spawn.h"
#include "runner/supervise.h"
#include "runner/tty_relay.h"

#define TICK_MS 250

static void
read_options(int argc, char **argv, struct runner *r)
{
	static const struct option names[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "step", required_argument, NULL, 's' },
		{ "output-limit", required_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 },
	};
	int64_t megabytes;
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (c == 'd')
			r->data_dir = optarg;
		else if (c == 's')
			r->step_program = optarg;
		else if (c == 'l' &&
		    text_int(optarg, 1, EXEC_OUTPUT_MOST_MB, &megabytes))
			r->output_limit = megabytes << 20;
		else
			exit(2);
	}
	if (r->data_dir == NULL || r->step_program == NULL)
		log_fatal("--data and --step are needed");
}

/* Both programs of steps, and the packer. */
static void
check_programs(const struct runner *r)
{
	for (int i = 0; i < 3; i++) {
		char *program = i == 2 ? packing_program(r)
				       : spawn_program(r, i == 1);

		if (access(program, X_OK) != 0)
			log_fatal("%s is missing or cannot be executed: "
				  "install all programs of the console, of "
				  "the same version",
			    program);
		free(program);
	}
}

/* Denies ptrace and core files: the memory holds keys. */
static void
harden(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	modes_private();
	terminate_catch();
}

/* The keeper, which owns the folder, seals with it. */
static bool
give_to_keeper(const char *path, const char *folder)
{
	struct stat st;

	return geteuid() != 0 ||
	    (stat(folder, &st) == 0 && chown(path, st.st_uid, st.st_gid) == 0);
}

/* Reads or creates the key pair that secrets are sealed to. */
static bool
open_keys(struct runner *r)
{
	char *secret = mem_printf("%s/keys/runner.key", r->data_dir);
	char *public = mem_printf("%s/keys/runner.pub", r->data_dir);
	char *keys = mem_printf("%s/keys", r->data_dir);
	char hex[2 * crypto_box_SECRETKEYBYTES + 1];
	struct buf text = { 0 };
	bool ok = false;
	enum err err;

	if (io_mkdirs(keys, 0700) != ERR_OK)
		goto out;
	err = io_read_file(secret, 1024, &text);
	if (err != ERR_OK && err != ERR_NOT_FOUND)
		goto out; /* another key would open no secret */
	if (err == ERR_OK) {
		ok = text.len >= sizeof(hex) - 1 &&
		    text_unhex(
			text.data, r->secret_key, sizeof(r->secret_key)) &&
		    crypto_scalarmult_base(r->public_key, r->secret_key) == 0;
		goto out;
	}
	crypto_box_keypair(r->public_key, r->secret_key);
	text_hex(r->public_key, sizeof(r->public_key), hex);
	ok = io_write_file(public, MODES_SHARED_FILE, hex, strlen(hex)) ==
		ERR_OK &&
	    give_to_keeper(public, keys);
	/* last: with it, the pair is there and is not made again */
	text_hex(r->secret_key, sizeof(r->secret_key), hex);
	ok = ok && io_write_file(secret, 0600, hex, strlen(hex)) == ERR_OK;
out:
	if (text.data != NULL)
		sodium_memzero(text.data, text.cap);
	buf_clear(&text);
	sodium_memzero(hex, sizeof(hex));
	free(secret);
	free(public);
	free(keys);
	return ok;
}

/* Milliseconds until the next timer is due. */
static int
wait_at_most(const struct runner *r)
{
	int64_t now = clock_monotonic(), left = r->hello_at - now;

	for (int i = 0; i < 2; i++)
		if (r->stand_by[i].due_at > 0 &&
		    r->stand_by[i].due_at - now < left)
			left = r->stand_by[i].due_at - now;
	if (r->execs != NULL && left > TICK_MS)
		return TICK_MS;
	return left > 0 ? (int)left : 0;
}

static void
drain_inotify(int fd)
{
	char block[4096];

	while (read(fd, block, sizeof(block)) > 0)
		;
}

static void
serve(struct runner *r)
{
	struct pollfd polls[2 + TERMINALS];

	while (!terminate_asked) {
		turn_over();
		if (r->db == NULL)
			(void)db_open(r->data_dir, DB_RUNNER, &r->db);
		if (r->db == NULL || !packing_is_restored(r) ||
		    !keeper_connect(r)) {
			poll(NULL, 0, 50);
			continue;
		}
		packing_tick(r);
		if (r->jobs || clock_monotonic() >= r->hello_at)
			supervise_jobs(r);
		supervise_tick(r);
		spawn_tick(r);
		polls[0] = (struct pollfd){ .fd = r->keeper, .events = POLLIN };
		polls[1] = (struct pollfd){ .fd = r->inotify,
			.events = POLLIN };
		tty_relay_fds(r, &polls[2]);
		if (r->jobs || poll(polls, 2 + TERMINALS, wait_at_most(r)) <= 0)
			continue;
		if (polls[0].revents != 0)
			keeper_read(r);
		if (polls[1].revents != 0)
			drain_inotify(r->inotify);
		tty_relay_report(r, &polls[2]);
	}
}

int
main(int argc, char **argv)
{
	struct runner r = { .keeper = -1, .output_limit = EXEC_OUTPUT_LIMIT };

	log_open("countersign-runner");
	read_options(argc, argv, &r);
	check_programs(&r);
	harden();
	if (sodium_init() < 0)
		log_fatal("libsodium does not start");
	if (!open_keys(&r))
		log_fatal("cannot read or make the key in %s/keys", r.data_dir);
	r.inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	serve(&r);
	packing_end(&r);
	spawn_end(&r);
	while (r.execs != NULL) {
		struct exec *e = r.execs;

		r.execs = e->next; /* the executors themselves go on */
		json_object_put(e->results);
		free(e);
	}
	if (r.keeper >= 0)
		close(r.keeper);
	tty_relay_close(&r);
	close(r.inotify);
	buf_clear(&r.in);
	replay_clear(&r);
	db_close(r.db);
	sodium_memzero(r.secret_key, sizeof(r.secret_key));
	return 0;
}
