/*
 * The batch of the keeper's event loop, whose transaction SQLite rolls back in
 * the middle: a write to the disk fails while the page cache is emptied, and
 * the next write would succeed.  The keeper is a process of its own, and the
 * kernel refuses its write.
 */
#include "keeper_runs.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "journal/db_own.h"
#include "keeper/loop.h"
#include "keeper/unaccepted.h"
#include "wire/runner_message.h"

#define WAIT_MS 60000
#define COMMENTS 8
#define SECRET "the runner's own"

static pid_t serving;
static int listeners[2]; /* web, runner */

static int
listen_at(const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%.90s", data_path(name));
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 4), 0);
	return fd;
}

static int
connect_to(const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%.90s", data_path(name));
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* One write has failed: there is room again, as another program ended. */
static void
make_room(int number)
{
	struct rlimit most;

	(void)number;
	(void)getrlimit(RLIMIT_FSIZE, &most);
	most.rlim_cur = most.rlim_max;
	(void)setrlimit(RLIMIT_FSIZE, &most);
}

/* A page cache of one page, and a disk with room for two pages. */
static void
fill_disk(void)
{
	struct sigaction action = { .sa_handler = make_room };
	struct rlimit most;

	sqlite3_exec(
	    keeper.db->handle, "PRAGMA cache_size = 1", NULL, NULL, NULL);
	sigaction(SIGXFSZ, &action, NULL);
	(void)getrlimit(RLIMIT_FSIZE, &most);
	most.rlim_cur = 2 * 4096;
	(void)setrlimit(RLIMIT_FSIZE, &most);
}

/* The journal is closed here, as SQLite demands before a fork. */
static void
serve(void)
{
	listeners[0] = listen_at("run/web");
	listeners[1] = listen_at("run/runner");
	strcpy(keeper.runner_secret, SECRET);
	db_close(keeper.db);
	keeper.db = NULL;
	serving = fork();
	if (serving == 0) {
		if (db_open(data_folder, DB_KEEPER, &keeper.db) != ERR_OK)
			_exit(1);
		fill_disk();
		loop_run(&keeper, listeners[0], -1, listeners[1]);
		_exit(0);
	}
	assert_true(serving > 0);
	close(listeners[0]);
	close(listeners[1]);
}

static void
end_serving(void)
{
	int status;

	kill(serving, SIGTERM);
	assert_int_equal(waitpid(serving, &status, 0), serving);
	serving = 0;
	assert_int_equal(status, 0);
	assert_int_equal(db_open(data_folder, DB_KEEPER, &keeper.db), ERR_OK);
}

/* The next frame of the connection, as text of its own. */
static size_t
next_frame(int fd, struct buf *in)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t size;

	while (wire_frame(buf_text(in), in->len, &size) == 0) {
		ssize_t n;

		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
		n = read(fd, buf_reserve(in, 65536), 65536);
		assert_true(n > 0);
		in->len += (size_t)n;
	}
	return size;
}

static enum err
next_answer(int fd, struct buf *in)
{
	size_t size = next_frame(fd, in);
	struct wire_reply reply;
	enum err err;

	assert_true(wire_get_reply(in->data, size, &reply));
	err = reply.err;
	buf_consume(in, size);
	return err;
}

static void
send_calls(int fd, const struct buf *calls)
{
	assert_int_equal(write(fd, calls->data, calls->len), calls->len);
}

/* The runner asks something; how many hints it reads before the answer. */
static int
hints_before_an_answer(int fd)
{
	struct wire_call ask = { .id = 1,
		.verb = "exec_starting",
		.credential = SECRET,
		.address = "",
		.step = "",
		.body = "{\"exec\":\"0123456789abcdef0123456789abcdef\"}" };
	struct buf out = { 0 }, in = { 0 };
	struct wire_call hint;
	int hints = 0;
	size_t size;

	wire_put_call(&out, &ask);
	send_calls(fd, &out);
	while (
	    size = next_frame(fd, &in), wire_get_call(in.data, size, &hint)) {
		assert_string_equal(hint.verb, RUNNER_PUSH_JOBS);
		buf_consume(&in, size);
		hints++;
	}
	assert_int_equal(next_answer(fd, &in), ERR_NOT_FOUND);
	buf_clear(&in);
	buf_clear(&out);
	return hints;
}

static void
put_call(struct buf *out, const char *verb, int64_t run, const char *step,
    const char *body)
{
	struct wire_call wire = { .id = 1,
		.verb = verb,
		.credential = ana,
		.address = "192.0.2.7",
		.run = run,
		.step = step,
		.body = body };

	wire_put_call(out, &wire);
}

static void
put_comment(struct buf *out, int64_t run, size_t len)
{
	char *text = mem_calloc(1, len + 1), *body;

	memset(text, 'x', len);
	body = mem_printf("{\"text\":\"%s\"}", text);
	put_call(out, "run_comment", run, "", body);
	free(body);
	free(text);
}

/*
 * The comment meets the full disk; the press behind it, which would find room,
 * is not carried out.
 */
static void
nothing_of_a_lost_batch_is_done(void **state)
{
	struct buf out = { 0 }, in = { 0 };
	int64_t run, seq;
	int web, runner;

	(void)state;
	write_book("```sh {#one}\ntrue\n```\n", LOCAL_TARGETS);
	run = must_create(ana, "");
	must("run_start", ana, run, NULL, "{}");
	waiting_read(&keeper);
	seq = db_first_int(db_query(keeper.db, STMT_EVENT_LAST, INT(run)), 0);
	serve();
	runner = connect_to("run/runner");
	assert_int_equal(hints_before_an_answer(runner), 0);
	web = connect_to("run/web");
	for (int i = 0; i < COMMENTS; i++)
		put_comment(&out, run, 9000);
	put_call(&out, "step_execute", run, "one", "{}");
	send_calls(web, &out);
	for (int i = 0; i <= COMMENTS; i++)
		assert_int_equal(next_answer(web, &in), ERR_UNAVAILABLE);
	assert_int_equal(hints_before_an_answer(runner), 0);
	end_serving();
	assert_string_equal(state_of(run, "one"), "ready");
	assert_int_equal(
	    db_first_int(db_query(keeper.db, STMT_EVENT_LAST, INT(run)), 0),
	    seq);
	close(runner);
	close(web);
	buf_clear(&out);
	buf_clear(&in);
}

static int
end(void **state)
{
	if (serving > 0) { /* the test has failed */
		kill(serving, SIGKILL);
		(void)waitpid(serving, NULL, 0);
	}
	return keeper_runs_end(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, keeper_runs_begin, end)
		ONE(nothing_of_a_lost_batch_is_done),
	};

	return cmocka_run_group_tests_name("keeper/batch", tests, NULL, NULL);
}
