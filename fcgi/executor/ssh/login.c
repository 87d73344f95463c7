/*
 * login.c: authenticates to the host, by key file or by agent.
 *
 * Passwords are not supported: unattended programs have a key.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "executor/ssh/login.h"
#include "executor/ssh/ssh_key.h"

static const char *
user_of(const struct job_target *t)
{
	const struct passwd *pw;

	if (t->user != NULL)
		return t->user;
	pw = getpwuid(getuid());
	return pw != NULL ? pw->pw_name : "root";
}

/* Checks the key file before the host sees it. */
static bool
is_usable(const struct job_target *t, const struct ssh_key_facts *key,
    struct buf *why)
{
	if (key->error != 0)
		message_put(why,
		    "ssh_key_unreadable file=%s target=%s reason=%s", t->key,
		    t->name, strerror(key->error));
	else if (!key->known)
		message_put(
		    why, "ssh_key_unknown file=%s target=%s", t->key, t->name);
	else if (key->encrypted && t->passphrase == NULL)
		message_put(why, "ssh_key_encrypted file=%s target=%s", t->key,
		    t->name);
	else
		return true;
	return false;
}

/* A certificate stands beside the key, where ssh looks for one. */
static bool
has_certificate(const struct job_target *t)
{
	char *path = mem_printf("%s-cert.pub", t->key);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

/*
 * The connection broke before the server answered: libssh2 reports that with
 * the code of a refused key, and with a message that says what it waited for.
 */
static bool
is_unanswered(struct ssh *s)
{
	char *text = NULL;

	(void)libssh2_session_last_error(s->session, &text, NULL, 0);
	return text != NULL && text_starts(text, "Waiting for ");
}

static enum ssh_result
report_refused(
    struct ssh *s, int rc, const struct ssh_key_facts *key, struct buf *why)
{
	const struct job_target *t = s->conn.target;
	const char *user = user_of(t);

	if (is_unanswered(s))
		return ssh_lost(s, rc, MESSAGE("ssh_while_login"), why);
	switch (rc) {
	case LIBSSH2_ERROR_AUTHENTICATION_FAILED:
	case LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED:
		if (key->rsa && libssh2_version(0x010b00) == NULL)
			message_put(why,
			    "ssh_refused_rsa host=%s port=%d file=%s user=%s "
			    "target=%s",
			    t->host, t->port, t->key, user, t->name);
		else if (has_certificate(t))
			message_put(why,
			    "ssh_refused_certificate host=%s port=%d file=%s "
			    "user=%s again=%s target=%s",
			    t->host, t->port, t->key, user, t->key, t->name);
		else
			message_put(why,
			    "ssh_refused_key host=%s port=%d file=%s user=%s "
			    "home=%s target=%s",
			    t->host, t->port, t->key, user, user, t->name);
		return SSH_REFUSED;
	case LIBSSH2_ERROR_FILE:
	case LIBSSH2_ERROR_KEYFILE_AUTH_FAILED:
	case LIBSSH2_ERROR_METHOD_NOT_SUPPORTED:
	case LIBSSH2_ERROR_METHOD_NONE:
		if (key->encrypted)
			message_put(why, "ssh_passphrase file=%s target=%s",
			    t->key, t->name);
		else
			message_put(why,
			    "ssh_key_libssh2 file=%s target=%s code=%d", t->key,
			    t->name, rc);
		return SSH_REFUSED;
	default:
		return ssh_lost(s, rc, MESSAGE("ssh_while_login"), why);
	}
}

/*
 * A file with the public half, or -1: libssh2 derives it.  Deriving takes twice
 * as long as all the rest of a login, since libssh2 tries each format; and it
 * distinguishes a wrong passphrase from a key that the host refuses, so
 * encrypted keys use it.
 */
static int
public_half(const struct ssh_key_facts *key)
{
	int fd;

	if (key->encrypted || key->public[0] == '\0' ||
	    (fd = memfd_create("public", MFD_CLOEXEC)) < 0)
		return -1;
	if (io_write_all(fd, key->public, strlen(key->public)) == 0)
		return fd;
	close(fd);
	return -1;
}

static enum ssh_result
login_key(struct ssh *s, struct buf *why)
{
	const struct job_target *t = s->conn.target;
	const char *user = user_of(t);
	struct ssh_key_facts key;
	char public[32] = "";
	int fd, rc;

	ssh_key_read(t->key, &key);
	if (!is_usable(t, &key, why))
		return SSH_REFUSED;
	if ((fd = public_half(&key)) >= 0)
		snprintf(public, sizeof(public), "/proc/self/fd/%d", fd);
	SSH_LOOP(s, rc,
	    libssh2_userauth_publickey_fromfile_ex(s->session, user,
		(unsigned)strlen(user), fd >= 0 ? public : NULL, t->key,
		t->passphrase != NULL ? t->passphrase : ""));
	if (fd >= 0)
		close(fd);
	return rc == 0 ? SSH_OK : report_refused(s, rc, &key, why);
}

/* Offers each key of the agent. */
static enum ssh_result
offer_all(struct ssh *s, LIBSSH2_AGENT *agent, struct buf *why)
{
	const struct job_target *t = s->conn.target;
	struct libssh2_agent_publickey *key = NULL;
	int rc, n = 0;

	while (libssh2_agent_get_identity(agent, &key, key) == 0) {
		SSH_LOOP(s, rc, libssh2_agent_userauth(agent, user_of(t), key));
		if (rc == 0)
			return SSH_OK;
		if (s->stopped || rc == LIBSSH2_ERROR_EAGAIN ||
		    rc == LIBSSH2_ERROR_SOCKET_DISCONNECT)
			return ssh_lost(s, rc, MESSAGE("ssh_while_login"), why);
		n++;
	}
	message_put(why,
	    "ssh_refused_agent host=%s port=%d count=%d user=%s target=%s",
	    t->host, t->port, n, user_of(t), t->name);
	return SSH_REFUSED;
}

static enum ssh_result
login_agent(struct ssh *s, struct buf *why)
{
	LIBSSH2_AGENT *agent = libssh2_agent_init(s->session);
	enum ssh_result result = SSH_REFUSED;

	if (agent == NULL || libssh2_agent_connect(agent) != 0) {
		message_put(
		    why, "ssh_no_agent target=%s", s->conn.target->name);
		goto out;
	}
	if (libssh2_agent_list_identities(agent) != 0)
		message_put(why, "ssh_agent_silent");
	else
		result = offer_all(s, agent, why);
	libssh2_agent_disconnect(agent);
out:
	libssh2_agent_free(agent);
	return result;
}

enum ssh_result
ssh_login(struct ssh *s, struct buf *why)
{
	const struct job_target *t = s->conn.target;
	enum ssh_result result = SSH_REFUSED;

	if (t->agent &&
	    ((result = login_agent(s, why)) != SSH_REFUSED || t->key == NULL))
		return result;
	buf_reset(why);
	if (t->key != NULL)
		return login_key(s, why);
	message_put(why, "ssh_no_login target=%s", t->name);
	return SSH_REFUSED;
}
