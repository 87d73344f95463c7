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
#include "base/text.h"
#include "executor/ssh/libssh2.h"
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
		buf_printf(why,
		    "The key file %s of %s cannot be read: %s. "
		    "Check key in targets.yml, and that the runner may read "
		    "the file.",
		    t->key, t->name, strerror(key->error));
	else if (!key->known)
		buf_printf(why,
		    "The file %s of %s is not a private key that "
		    "we know. Check key in targets.yml: it names the private "
		    "key, not the .pub file.",
		    t->key, t->name);
	else if (key->encrypted && t->passphrase == NULL)
		buf_printf(why,
		    "The key file %s of %s is encrypted, and no "
		    "passphrase is given. Store it as a secret and name that "
		    "with passphrase in targets.yml.",
		    t->key, t->name);
	else
		return true;
	return false;
}

/* Finds the home folder like ssh does. */
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
		return ssh_lost(s, rc, "while logging in", why);
	switch (rc) {
	case LIBSSH2_ERROR_AUTHENTICATION_FAILED:
	case LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED:
		if (key->rsa && libssh2_version(0x010b00) == NULL)
			buf_printf(why,
			    "%s:%d refused the RSA key %s for %s. "
			    "This libssh2 signs with SHA-1 only, which OpenSSH "
			    "8.8 and later refuse. Use an Ed25519 key, or set "
			    "client: openssh for %s in targets.yml.",
			    t->host, t->port, t->key, user, t->name);
		else if (has_certificate(t))
			buf_printf(why,
			    "%s:%d refused the key %s for %s. It "
			    "has a certificate (%s-cert.pub), which libssh2 "
			    "cannot show: set client: openssh for %s in "
			    "targets.yml.",
			    t->host, t->port, t->key, user, t->key, t->name);
		else
			buf_printf(why,
			    "%s:%d refused the key %s for the "
			    "user %s. Add its public key to "
			    "~%s/.ssh/authorized_keys there, or correct user "
			    "and key of %s in targets.yml.",
			    t->host, t->port, t->key, user, user, t->name);
		return SSH_REFUSED;
	case LIBSSH2_ERROR_FILE:
	case LIBSSH2_ERROR_KEYFILE_AUTH_FAILED:
	case LIBSSH2_ERROR_METHOD_NOT_SUPPORTED:
	case LIBSSH2_ERROR_METHOD_NONE:
		if (key->encrypted)
			buf_printf(why,
			    "The passphrase of the key file %s of "
			    "%s is wrong. Set the secret that passphrase "
			    "names in targets.yml again.",
			    t->key, t->name);
		else
			buf_printf(why,
			    "libssh2 cannot read the key file %s "
			    "of %s (%d). Use an Ed25519 or ECDSA key, or set "
			    "client: openssh in targets.yml.",
			    t->key, t->name, rc);
		return SSH_REFUSED;
	default:
		return ssh_lost(s, rc, "while logging in", why);
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
			return ssh_lost(s, rc, "while logging in", why);
		n++;
	}
	buf_printf(why,
	    "%s:%d accepted none of the %d keys of the SSH agent "
	    "for the user %s. Add one to its authorized_keys, or correct user "
	    "of %s in targets.yml.",
	    t->host, t->port, n, user_of(t), t->name);
	return SSH_REFUSED;
}

static enum ssh_result
login_agent(struct ssh *s, struct buf *why)
{
	LIBSSH2_AGENT *agent = libssh2_agent_init(s->session);
	enum ssh_result result = SSH_REFUSED;

	if (agent == NULL || libssh2_agent_connect(agent) != 0) {
		buf_printf(why,
		    "The SSH agent that %s asks for (agent: true) "
		    "cannot be reached. Start it where the runner runs, with "
		    "SSH_AUTH_SOCK in the runner's environment.",
		    s->conn.target->name);
		goto out;
	}
	if (libssh2_agent_list_identities(agent) != 0)
		buf_puts(why, "The SSH agent does not tell its keys.");
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
	buf_printf(why,
	    "The target %s has neither key nor agent: true in "
	    "targets.yml, so nobody can log in.",
	    t->name);
	return SSH_REFUSED;
}
