/*
 * The key of the runner, which opens every secret: made once, by the program as
 * it starts, and never made anew in the place of one that cannot be read.
 */
#include "data_folder.h"

#include <sodium.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "base/text.h"
#include "journal/db.h"
#include "wire/secret.h"

static pid_t
start(void)
{
	const char *path = program_path("countersign-runner");
	char executor[4200];
	pid_t pid;

	snprintf(executor, sizeof(executor), "%.*s/countersign-executor",
	    (int)(strrchr(path, '/') - path), path);

	if ((pid = fork()) == 0) {
		execl(path, path, "--data", data_folder, "--step", executor,
		    (char *)NULL);
		_exit(127);
	}
	return pid;
}

static int listener;

/* It has its keys when it calls its keeper. */
static bool
is_ready(void)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* The exit code of one that refuses to start; -1: it has started. */
static int
refused(void)
{
	int status = 0;
	pid_t pid = start();

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (is_ready())
			kill(pid, SIGKILL);
		usleep(2000);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
start_and_stop(void)
{
	int status = 0;
	pid_t pid = start();

	while (!is_ready()) {
		assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
		usleep(2000);
	}
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* The public key is that of the secret one. */
static void
check_pair(void)
{
	char *secret = data_read("keys/runner.key");
	char *public = data_read("keys/runner.pub");
	unsigned char bytes[32], derived[32], known[32];
	struct stat st;

	assert_true(text_unhex(secret, bytes, 32));
	assert_true(text_unhex(public, known, 32));
	assert_int_equal(crypto_scalarmult_base(derived, bytes), 0);
	assert_memory_equal(derived, known, 32);
	assert_int_equal(stat(data_path("keys/runner.key"), &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	free(secret);
	free(public);
}

static void
a_pair_is_made_once(void **state)
{
	char *first, *second;

	(void)state;
	start_and_stop();
	check_pair();
	first = data_read("keys/runner.key");
	start_and_stop();
	second = data_read("keys/runner.key");
	assert_string_equal(first, second);
	free(first);
	free(second);
}

/* Killed between the two files, it makes a pair of them at the next start. */
static void
half_a_pair_is_made_whole(void **state)
{
	(void)state;
	start_and_stop();
	assert_int_equal(unlink(data_path("keys/runner.key")), 0);
	start_and_stop();
	check_pair();
}

static void
a_key_that_cannot_be_read_stays_as_it_is(void **state)
{
	char *large = mem_calloc(3000, 1), *after;
	const char *const damaged[] = { large, "", "00", "not hex at all" };

	(void)state;
	memset(large, '0', 2999);
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		data_write("keys/runner.key", damaged[i]);
		assert_int_equal(refused(), 1);
		after = data_read("keys/runner.key");
		assert_string_equal(after, damaged[i]);
		free(after);
		assert_int_not_equal(
		    access(data_path("keys/runner.pub"), F_OK), 0);
	}
	free(large);
	unlink(data_path("keys/runner.key"));
	assert_int_equal(mkdir(data_path("keys/runner.key"), 0700), 0);
	assert_int_equal(refused(), 1);
	assert_int_not_equal(access(data_path("keys/runner.pub"), F_OK), 0);
}

static int
begin(void **state)
{
	struct db *db = NULL;

	data_begin(state);
	assert_int_equal(db_open(data_folder, DB_KEEPER, &db), ERR_OK);
	db_close(db);
	data_write("keys/" WIRE_SECRET_RUNNER,
	    "0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef");
	listener = io_listen(data_path("run/runner.sock"), 0600);
	return sodium_init() < 0 || listener < 0 ||
	    io_set_nonblocking(listener, true) != 0;
}

static int
end(void **state)
{
	close(listener);
	return data_end(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, begin, end)
		ONE(a_pair_is_made_once),
		ONE(half_a_pair_is_made_whole),
		ONE(a_key_that_cannot_be_read_stays_as_it_is),
	};

	return cmocka_run_group_tests_name("runner/keys", tests, NULL, NULL);
}
