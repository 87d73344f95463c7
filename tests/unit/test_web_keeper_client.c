/*
 * The connection of a worker of the web program to the keeper: a command is
 * sent once, whatever becomes of the connection.
 */
#include "data_folder.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "web/http/keeper_client.h"
#include "wire/wire.h"

static pid_t keeper;
static int received; /* a byte for each call that the keeper has read */

/* Waits for a call on the connection; false: the other end has closed it. */
static bool
read_call(int fd, struct buf *in, struct wire_call *ret)
{
	size_t size;
	ssize_t n;

	while (wire_frame(buf_text(in), in->len, &size) == 0) {
		n = read(fd, buf_reserve(in, 65536), 65536);
		if (n <= 0)
			return false;
		in->len += (size_t)n;
	}
	return wire_get_call(in->data, size, ret);
}

static void
answer(int fd, const struct wire_call *call)
{
	struct wire_reply reply = { .id = call->id, .body = "{\"done\":1}" };
	struct buf out = { 0 };

	wire_put_reply(&out, &reply);
	if (write(fd, out.data, out.len) != (ssize_t)out.len)
		_exit(1);
	buf_clear(&out);
}

/* A letter for each call: a(nswer) or c(lose). */
static void
serve(int listener, int told, const char *letters)
{
	struct buf in = { 0 };
	struct wire_call call;
	int fd = -1;

	while (*letters != '\0') {
		if (fd < 0 && (fd = accept(listener, NULL, NULL)) < 0)
			_exit(1);
		buf_reset(&in);
		if (!read_call(fd, &in, &call)) {
			close(fd);
			fd = -1;
			continue;
		}
		if (write(told, letters, 1) != 1)
			_exit(1);
		if (*letters++ == 'a') {
			answer(fd, &call);
		} else {
			close(fd);
			fd = -1;
		}
	}
	buf_clear(&in);
	pause();
}

static void
start(const char *letters)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), ends[2];

	snprintf(at.sun_path, sizeof(at.sun_path), "%.90s",
	    data_path("run/keeper.sock"));
	(void)unlink(at.sun_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(pipe(ends), 0);
	if ((keeper = fork()) == 0) {
		close(ends[0]);
		serve(fd, ends[1], letters);
	}
	assert_true(keeper > 0);
	close(ends[1]);
	close(fd);
	received = ends[0];
}

/* Ends the keeper: the number of calls that it has read. */
static int
stop(void)
{
	char byte;
	int n = 0;

	kill(keeper, SIGKILL);
	(void)waitpid(keeper, NULL, 0);
	while (read(received, &byte, 1) == 1)
		n++;
	close(received);
	return n;
}

static enum err
ask(struct keeper_client *client)
{
	struct wire_call call = { .verb = "run_start",
		.credential = "",
		.address = "",
		.step = "",
		.body = "{}" };
	struct wire_reply reply;
	enum err err = keeper_client_ask(client, &call, &reply);

	if (err == ERR_OK)
		assert_string_equal(reply.body, "{\"done\":1}");
	return err;
}

static void
without_a_keeper_nothing_is_sent(void **state)
{
	struct keeper_client *client = keeper_client_new(data_folder);

	(void)state;
	assert_int_equal(ask(client), ERR_UNAVAILABLE);
	keeper_client_free(client);
}

static void
several_commands_use_one_connection(void **state)
{
	struct keeper_client *client = keeper_client_new(data_folder);

	(void)state;
	start("aaa");
	for (int i = 0; i < 3; i++)
		assert_int_equal(ask(client), ERR_OK);
	assert_int_equal(stop(), 3);
	keeper_client_free(client);
}

static void
a_command_without_an_answer_is_not_sent_again(void **state)
{
	struct keeper_client *client = keeper_client_new(data_folder);

	(void)state;
	start("ca");
	assert_int_equal(ask(client), ERR_IO);
	assert_int_equal(stop(), 1);
	keeper_client_free(client);
}

static void
the_next_command_connects_again(void **state)
{
	struct keeper_client *client = keeper_client_new(data_folder);

	(void)state;
	start("a");
	assert_int_equal(ask(client), ERR_OK);
	assert_int_equal(stop(), 1);
	start("ca");
	assert_int_equal(ask(client), ERR_IO);
	assert_int_equal(ask(client), ERR_OK);
	assert_int_equal(stop(), 2);
	start("a");
	assert_int_equal(ask(client), ERR_OK);
	assert_int_equal(stop(), 1);
	keeper_client_free(client);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_keeper_nothing_is_sent),
		cmocka_unit_test(several_commands_use_one_connection),
		cmocka_unit_test(a_command_without_an_answer_is_not_sent_again),
		cmocka_unit_test(the_next_command_connects_again),
	};

	return cmocka_run_group_tests_name(
	    "web/keeper_client", tests, data_begin, data_end);
}
