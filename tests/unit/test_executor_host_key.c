/*
 * The pinned host key: only its own bytes are accepted.  A real sshd on
 * loopback, with two keys.
 */
#include "data_folder.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/catalogue.h"
#include "base/encode.h"
#include "executor/ssh/host_key_check.h"
#include "lang/host_key.h"

static pid_t sshd;
static int port;
static char *ed25519, *nistp256, *nistp384; /* "TYPE BASE64 COMMENT" */
static struct event_loop event_loop;
static struct output none;

static char *
new_key(const char *name, const char *type, const char *bits)
{
	char command[400], public[40];

	snprintf(command, sizeof(command),
	    "ssh-keygen -q -N '' -C '' -t %s -b %s -f %s", type, bits,
	    data_path(name));
	assert_int_equal(system(command), 0);
	snprintf(public, sizeof(public), "%s.pub", name);
	return data_read(public);
}

static int
free_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	close(fd);
	return ntohs(at.sin_port);
}

static bool
is_listening(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool ok = connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0;

	close(fd);
	return ok;
}

static int
begin(void **state)
{
	char text[1200];

	data_begin(state);
	ed25519 = new_key("ed25519", "ed25519", "256");
	nistp256 = new_key("nistp256", "ecdsa", "256");
	nistp384 = new_key("nistp384", "ecdsa", "384"); /* of another host */
	port = free_port();
	snprintf(text, sizeof(text),
	    "Port %d\nListenAddress 127.0.0.1\nHostKey %s\nHostKey %s\n"
	    "PidFile none\nUsePAM no\nStrictModes no\n",
	    port, data_path("ed25519"), data_path("nistp256"));
	data_write("conf", text);
	(void)mkdir("/run/sshd", 0755); /* as root, sshd needs it */
	if ((sshd = fork()) == 0) {
		execl("/usr/sbin/sshd", "/usr/sbin/sshd", "-D", "-f",
		    data_path("conf"), "-E", data_path("log"), (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 1000 && !is_listening(); i++)
		usleep(10000);
	event_loop = (struct event_loop){ .target = "t", .output = &none };
	loop_init(&event_loop, (int)getppid());
	return 0;
}

static int
end(void **state)
{
	kill(sshd, SIGTERM);
	assert_int_equal(waitpid(sshd, NULL, 0), sshd);
	close(event_loop.signals);
	free(ed25519);
	free(nistp256);
	free(nistp384);
	return data_end(state);
}

/* The result for that pinned key; `why` is its sentence. */
static enum ssh_result
handshake(const char *pinned, struct buf *why)
{
	struct job_target t = { .name = "t",
		.host = "127.0.0.1",
		.port = port,
		.host_key = pinned };
	struct buf message = { 0 };
	enum ssh_result result;
	struct ssh *s = NULL;

	loop_start(&event_loop, 0);
	assert_int_equal(ssh_begin(&t, &event_loop, &s, &message), SSH_OK);
	result = ssh_handshake(s, &message);
	ssh_conn_close(&s->conn);
	buf_reset(why);
	buf_puts(why, catalogue_english(buf_text(&message)));
	buf_clear(&message);
	return result;
}

static void
refused(const char *pinned, const char *sentence)
{
	struct buf why = { 0 };

	assert_int_equal(handshake(pinned, &why), SSH_REFUSED);
	if (strstr(buf_text(&why), sentence) == NULL)
		fail_msg("%s: not “%s”", buf_text(&why), sentence);
	buf_clear(&why);
}

static void
the_pinned_key_of_either_type_is_accepted(void **state)
{
	struct buf why = { 0 };

	(void)state;
	assert_int_equal(handshake(ed25519, &why), SSH_OK);
	assert_int_equal(handshake(nistp256, &why), SSH_OK);
	assert_int_equal(why.len, 0);
	buf_clear(&why);
}

/* The pinned key with one bit of the other half of its type. */
static void
one_other_bit_is_another_key(void **state)
{
	char type[64], known[64], shown[64];
	struct buf blob = { 0 }, text = { 0 }, right = { 0 };

	(void)state;
	assert_true(host_key_read(ed25519, type, &blob));
	assert_true(host_key_read(ed25519, type, &right));
	blob.data[blob.len - 1] ^= 1;
	buf_printf(&text, "%s ", type);
	encode_base64(blob.data, blob.len, &text);
	host_key_fingerprint(blob.data, blob.len, known);
	host_key_fingerprint(right.data, right.len, shown);
	refused(buf_text(&text), known);
	refused(buf_text(&text), shown); /* both are there to be compared */
	buf_clear(&blob);
	buf_clear(&right);
	buf_clear(&text);
}

static void
no_pin_is_no_trust_and_shows_the_key(void **state)
{
	char *key = strndup(ed25519, strcspn(ed25519, "\n"));

	(void)state;
	key[strcspn(key, " ") + 1 + strcspn(strchr(key, ' ') + 1, " ")] = '\0';
	refused(NULL, strchr(key, ' ') + 1);
	free(key);
}

static void
a_type_that_the_host_has_not_is_no_key(void **state)
{
	(void)state;
	refused(nistp384, "ecdsa-sha2-nistp384");
	refused("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQC", "");
	refused("ssh-ed25519 no-base64!", "");
	refused("ssh-ed25519", "");
}

/* Of the pinned type where the host has it. */
static void
the_key_is_shown_for_a_person_to_compare(void **state)
{
	const char *pins[] = { ed25519, nistp256, nistp384 };
	struct job_target t = { .name = "t", .host = "127.0.0.1" };
	struct buf blob = { 0 }, other = { 0 }, why = { 0 };
	char type[64];
	struct ssh *s;

	(void)state;
	t.port = port;
	for (size_t i = 0; i < 3; i++) {
		t.host_key = pins[i];
		loop_start(&event_loop, 0);
		assert_int_equal(ssh_begin(&t, &event_loop, &s, &why), SSH_OK);
		assert_int_equal(ssh_show_key(s, &blob, &why), SSH_OK);
		ssh_conn_close(&s->conn);
		assert_true(
		    host_key_read(i < 2 ? pins[i] : ed25519, type, &other));
		assert_int_equal(blob.len, other.len);
		assert_memory_equal(blob.data, other.data, other.len);
		buf_reset(&blob);
		buf_reset(&other);
	}
	buf_clear(&blob);
	buf_clear(&other);
	buf_clear(&why);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pinned_key_of_either_type_is_accepted),
		cmocka_unit_test(one_other_bit_is_another_key),
		cmocka_unit_test(no_pin_is_no_trust_and_shows_the_key),
		cmocka_unit_test(a_type_that_the_host_has_not_is_no_key),
		cmocka_unit_test(the_key_is_shown_for_a_person_to_compare),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
