/*
 * Terminal input between the keeper and executors: real sockets, of which the
 * test plays both ends.
 */
#include "data_folder.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "runner/runner.h"
#include "runner/tty_relay.h"
#include "wire/runner_message.h"
#include "wire/tty_message.h"
#include "wire/wire.h"

#define EXEC "0123456789abcdef0123456789abcdef"
#define PAGE "00000000000000000000000000000001"

static struct runner runner;
static int keeper_end; /* the keeper's end of the runner's connection */

static int
begin(void **state)
{
	int pair[2];

	data_begin(state);
	assert_int_equal(mkdir(data_path("exec/" EXEC), 0700), 0);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	runner = (struct runner){ .data_dir = data_folder, .keeper = pair[0] };
	keeper_end = pair[1];
	return 0;
}

static int
end(void **state)
{
	tty_relay_close(&runner);
	close(runner.keeper);
	close(keeper_end);
	buf_clear(&runner.in);
	return data_end(state);
}

/* The socket on which the executor of that target listens. */
static int
listen_as(const char *target)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char name[100];
	int fd = socket(
	    AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(name, sizeof(name), "exec/" EXEC "/%s" TTY_SOCKET, target);
	unlink(data_path(name));
	strncpy(at.sun_path, data_path(name), sizeof(at.sun_path) - 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static void
pass(const char *exec, const char *target, const char *text)
{
	struct buf bytes = { 0 }, body = { 0 };
	struct tty_message m = {
		.exec = exec, .target = target, .session = PAGE, .from = 0
	};

	buf_puts(&bytes, text);
	tty_message_write(&m, &bytes, &body);
	tty_relay_pass(&runner, buf_text(&body));
	buf_clear(&bytes);
	buf_clear(&body);
}

/* The next message on that connection has these bytes. */
static void
gets(int fd, const char *text)
{
	char message[8192];
	ssize_t n = recv(fd, message, sizeof(message), MSG_DONTWAIT);
	struct tty_message m;
	struct buf bytes = { 0 };

	assert_true(n > 0);
	assert_int_equal(
	    tty_message_read(message, (size_t)n, &m, &bytes), ERR_OK);
	assert_string_equal(buf_text(&bytes), text);
	json_object_put(m.json);
	buf_clear(&bytes);
}

static void
gets_nothing(int fd)
{
	char c;

	assert_int_equal(recv(fd, &c, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
}

static int
accept_on(int fd)
{
	return accept4(fd, NULL, NULL, SOCK_CLOEXEC);
}

static void
input_reaches_its_terminal_and_no_other(void **state)
{
	int a = listen_as("a"), b = listen_as("b"), to_a, to_b;

	(void)state;
	pass(EXEC, "a", "one");
	pass(EXEC, "b", "two");
	pass(EXEC, "a", "three");
	to_a = accept_on(a);
	to_b = accept_on(b);
	gets(to_a, "one");
	gets(to_a, "three");
	gets_nothing(to_a);
	gets(to_b, "two");
	assert_int_equal(accept_on(a), -1); /* one connection serves all */
	close(a);
	close(b);
	close(to_a);
	close(to_b);
}

/* An address from a message never leads out of the folder of executions. */
static void
an_address_that_is_no_name_leads_nowhere(void **state)
{
	static const char *const execs[] = { "", "../exec/" EXEC, "/" EXEC,
		"0123", EXEC "0", "." };
	static const char *const targets[] = { "", "../" EXEC "/a", "/a", ".",
		"a/b" };
	int a = listen_as("a");

	(void)state;
	for (size_t i = 0; i < sizeof(execs) / sizeof(execs[0]); i++)
		pass(execs[i], "a", "x");
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		pass(EXEC, targets[i], "x");
	tty_relay_pass(&runner, "");
	tty_relay_pass(&runner, "{\"data\":7}");
	tty_relay_pass(&runner, "{\"exec\":\"" EXEC "\",\"target\":\"a\"}");
	assert_int_equal(accept_on(a), -1);
	for (size_t i = 0; i < TERMINALS; i++)
		assert_int_equal(runner.terminals[i].fd, 0);
	close(a);
}

/* An executor that has started anew listens on another socket. */
static void
a_connection_that_was_closed_is_made_anew(void **state)
{
	int a = listen_as("a"), to;

	(void)state;
	pass(EXEC, "a", "one");
	to = accept_on(a);
	gets(to, "one");
	close(to);
	close(a);
	pass(EXEC, "a", "lost"); /* nobody listens */
	a = listen_as("a");
	pass(EXEC, "a", "two");
	to = accept_on(a);
	gets(to, "two");
	close(to);
	close(a);
}

/* A program that reads nothing: the runner does not wait for it. */
static void
a_full_terminal_stops_nobody(void **state)
{
	int a = listen_as("a"), b = listen_as("b"), to;
	static char text[TTY_INPUT_MOST + 1];

	(void)state;
	memset(text, 'x', TTY_INPUT_MOST);
	for (int i = 0; i < 1000; i++)
		pass(EXEC, "a", text);
	pass(EXEC, "b", "two");
	to = accept_on(b);
	gets(to, "two");
	close(to);
	to = accept_on(a); /* the first connection is still open */
	gets(to, text);
	close(to);
	close(a);
	close(b);
}

/* More terminals than places: the one unused for longest gives up its own. */
static void
the_place_unused_for_longest_is_taken(void **state)
{
	int fds[TERMINALS + 2], to;
	char name[20];

	(void)state;
	for (int i = 0; i < TERMINALS + 1; i++) {
		snprintf(name, sizeof(name), "t%d", i);
		fds[i] = listen_as(name);
		if (i == TERMINALS)
			pass(EXEC, "t0", "again");
		pass(EXEC, name, "x");
	}
	to = accept_on(fds[0]);
	gets(to, "x");
	gets(to, "again");
	gets_nothing(to);
	close(to);
	to = accept_on(fds[1]);
	gets(to, "x");
	assert_int_equal(recv(to, name, 1, MSG_DONTWAIT), 0); /* closed */
	close(to);
	for (int i = 0; i < TERMINALS + 1; i++)
		close(fds[i]);
}

/* The call that the keeper gets; its body. */
static struct json_object *
keeper_gets(void)
{
	static char frame[4096];
	ssize_t n = recv(keeper_end, frame, sizeof(frame), MSG_DONTWAIT);
	struct json_object *body = NULL;
	struct wire_call call;
	size_t size = 0;

	if (n < 0)
		return NULL;
	assert_int_equal(wire_frame(frame, (size_t)n, &size), 1);
	assert_int_equal(size, n);
	assert_true(wire_get_call(frame, size, &call));
	assert_string_equal(call.verb, "exec_input");
	assert_int_equal(
	    json_read(call.body, strlen(call.body), &body, NULL), ERR_OK);
	return body;
}

/* The keeper's answer to the next call, which waits for nobody. */
static void
keeper_says_ok(int64_t id)
{
	struct wire_reply reply = { .id = id, .err = ERR_OK, .body = "{}" };
	struct buf out = { 0 };

	wire_put_reply(&out, &reply);
	assert_int_equal(io_write_all(keeper_end, out.data, out.len), 0);
	buf_clear(&out);
}

static void
poll_once(void)
{
	struct pollfd fds[TERMINALS];

	tty_relay_fds(&runner, fds);
	(void)poll(fds, TERMINALS, 0);
	tty_relay_report(&runner, fds);
}

static void
what_has_arrived_is_reported(void **state)
{
	static const char *const wrong[] = { "x", "{}", "{\"arrived\":1}",
		"{\"typist\":\"" PAGE PAGE "\",\"arrived\":1}",
		"{\"typist\":\"" PAGE "\",\"arrived\":1,\"exec\":\"e\"}" };
	int a = listen_as("a"), to;
	struct json_object *body;
	struct buf text = { 0 };

	(void)state;
	pass(EXEC, "a", "one");
	to = accept_on(a);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_true(send(to, wrong[i], strlen(wrong[i]), 0) > 0);
		poll_once();
		assert_null(keeper_gets());
	}
	tty_arrived_write(PAGE, 3, &text);
	assert_true(send(to, text.data, text.len, 0) > 0);
	keeper_says_ok(1);
	poll_once();
	body = keeper_gets();
	assert_string_equal(json_text(body, "exec", ""), EXEC);
	assert_string_equal(json_text(body, "target", ""), "a");
	assert_string_equal(json_text(body, "typist", ""), PAGE);
	assert_int_equal(json_int(body, "arrived", 0), 3);
	json_object_put(body);
	/* the executor ends: its place is free */
	close(to);
	poll_once();
	assert_int_equal(runner.terminals[0].fd, 0);
	buf_clear(&text);
	close(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, begin, end)
		ONE(input_reaches_its_terminal_and_no_other),
		ONE(an_address_that_is_no_name_leads_nowhere),
		ONE(a_connection_that_was_closed_is_made_anew),
		ONE(a_full_terminal_stops_nobody),
		ONE(the_place_unused_for_longest_is_taken),
		ONE(what_has_arrived_is_reported),
	};

	return cmocka_run_group_tests_name(
	    "runner/tty_relay", tests, NULL, NULL);
}
