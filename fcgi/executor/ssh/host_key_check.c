/*
 * host_key_check.c: negotiation, and the check of the pinned host key.
 *
 * We request exactly the type of the pinned key and compare its bytes.
 * libssh2's known_hosts is not used: it ignores @revoked, matches any port, and
 * takes another type of key for an unknown host.  There is no trust on first
 * use and no button to accept a changed key: the person compares fingerprints
 * on the machine itself and edits targets.yml.
 *
 * nistp256 comes before curve25519: the two are equally strong, and sshd has
 * the latter in plain C alone, which adds 2 ms to a new connection. libssh2
 * 1.11 leaks the state of an exchange with nistp256: there it is second.
 */
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "lang/host_key.h"
#include "base/message.h"
#include "executor/ssh/host_key_check.h"

/* clang-format off */
static const struct { int method; const char *list; } methods[] = {
	{ LIBSSH2_METHOD_KEX,	NULL },		/* exchange_list() */
	{ LIBSSH2_METHOD_CRYPT_CS, "aes256-ctr,aes128-ctr" },
	{ LIBSSH2_METHOD_CRYPT_SC, "aes256-ctr,aes128-ctr" },
	{ LIBSSH2_METHOD_MAC_CS, "hmac-sha2-256,hmac-sha2-512" },
	{ LIBSSH2_METHOD_MAC_SC, "hmac-sha2-256,hmac-sha2-512" },
};
/* clang-format on */

#define ANY_TYPE \
	"ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384," \
	"ecdsa-sha2-nistp521"

#define CURVE_KEX "curve25519-sha256,curve25519-sha256@libssh.org"
#define NIST_KEX "ecdh-sha2-nistp256"
#define GROUP_KEX "diffie-hellman-group16-sha512"

static const char *
exchange_list(void)
{
	return libssh2_version(0x010b00) != NULL
	    ? CURVE_KEX "," NIST_KEX "," GROUP_KEX
	    : NIST_KEX "," CURVE_KEX "," GROUP_KEX;
}

static enum ssh_result
prefer(struct ssh *s, const char *types, struct buf *why)
{
	const struct job_target *t = s->conn.target;

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		const char *list = methods[i].list != NULL ? methods[i].list
							   : exchange_list();

		if (libssh2_session_method_pref(
			s->session, methods[i].method, list) == 0)
			continue;
		message_put(
		    why, "ssh_no_method list=%s target=%s", list, t->name);
		return SSH_REFUSED;
	}
	if ((strchr(types, ',') == NULL &&
		strstr("," ANY_TYPE ",", types) == NULL) ||
	    libssh2_session_method_pref(
		s->session, LIBSSH2_METHOD_HOSTKEY, types) != 0) {
		message_put(
		    why, "ssh_key_type types=%s target=%s", types, t->name);
		return SSH_REFUSED;
	}
	return SSH_OK;
}

/* True if the server closed the connection. */
static bool
is_dropped(int rc)
{
	return rc == LIBSSH2_ERROR_SOCKET_DISCONNECT ||
	    rc == LIBSSH2_ERROR_SOCKET_RECV || rc == LIBSSH2_ERROR_SOCKET_SEND;
}

static enum ssh_result
report_handshake(struct ssh *s, int rc, const char *types, struct buf *why)
{
	const struct job_target *t = s->conn.target;
	enum ssh_result result;

	if (rc == LIBSSH2_ERROR_KEX_FAILURE ||
	    rc == LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE ||
	    rc == LIBSSH2_ERROR_METHOD_NONE ||
	    rc == LIBSSH2_ERROR_METHOD_NOT_SUPPORTED) {
		message_put(why,
		    "ssh_no_common host=%s port=%d code=%d types=%s target=%s",
		    t->host, t->port, rc, types, t->name);
		return SSH_REFUSED;
	}
	if (rc == LIBSSH2_ERROR_BANNER_RECV) {
		message_put(why, "ssh_no_server host=%s port=%d target=%s",
		    t->host, t->port, t->name);
		return SSH_LOST;
	}
	result = ssh_lost(s, rc, MESSAGE("ssh_while_keys"), why);
	return result == SSH_LOST && is_dropped(rc) ? SSH_DROPPED : result;
}

static enum ssh_result
report_missing(struct ssh *s, const char *blob, size_t len, struct buf *why)
{
	const struct job_target *t = s->conn.target;
	char type[64], fingerprint[64];
	struct buf text = { 0 };

	host_key_type(blob, len, type);
	host_key_fingerprint(blob, len, fingerprint);
	encode_base64(blob, len, &text);
	message_put(why,
	    "ssh_not_pinned target=%s host=%s port=%d fingerprint=%s type=%s "
	    "key=%s",
	    t->name, t->host, t->port, fingerprint, type, buf_text(&text));
	buf_clear(&text);
	return SSH_REFUSED;
}

static enum ssh_result
compare(struct ssh *s, const struct buf *pinned, struct buf *why)
{
	const struct job_target *t = s->conn.target;
	char shown[64], known[64];
	const char *blob;
	size_t len;
	int type;

	blob = libssh2_session_hostkey(s->session, &len, &type);
	if (blob == NULL) {
		message_put(
		    why, "ssh_no_key host=%s port=%d", t->host, t->port);
		return SSH_REFUSED;
	}
	if (t->host_key == NULL)
		return report_missing(s, blob, len, why);
	if (len == pinned->len && memcmp(blob, pinned->data, len) == 0)
		return SSH_OK;
	host_key_fingerprint(blob, len, shown);
	host_key_fingerprint(pinned->data, pinned->len, known);
	message_put(why,
	    "ssh_key_changed target=%s host=%s port=%d known=%s shown=%s",
	    t->name, t->host, t->port, known, shown);
	return SSH_REFUSED;
}

enum ssh_result
ssh_handshake(struct ssh *s, struct buf *why)
{
	const struct job_target *t = s->conn.target;
	enum ssh_result result = SSH_REFUSED;
	struct buf pinned = { 0 };
	char type[64];
	int rc;

	if (t->host_key != NULL && !host_key_read(t->host_key, type, &pinned)) {
		message_put(why, "ssh_key_form target=%s", t->name);
		goto out;
	}
	result = prefer(s, t->host_key != NULL ? type : ANY_TYPE, why);
	if (result != SSH_OK)
		goto out;
	SSH_LOOP(s, rc, libssh2_session_handshake(s->session, s->fd));
	if (rc != 0)
		result = report_handshake(s, rc,
		    t->host_key != NULL ? type : "Ed25519 or ECDSA", why);
	else
		result = compare(s, &pinned, why);
out:
	buf_clear(&pinned);
	return result;
}

enum ssh_result
ssh_show_key(struct ssh *s, struct buf *ret_blob, struct buf *why)
{
	const struct job_target *t = s->conn.target;
	char type[64] = "", types[256];
	struct buf pinned = { 0 };
	enum ssh_result result;
	const char *blob;
	size_t len;
	int rc;

	if (t->host_key != NULL && host_key_read(t->host_key, type, &pinned) &&
	    strstr("," ANY_TYPE ",", type) != NULL)
		snprintf(types, sizeof(types), "%s," ANY_TYPE, type);
	else
		snprintf(types, sizeof(types), ANY_TYPE);
	buf_clear(&pinned);
	if ((result = prefer(s, types, why)) != SSH_OK)
		return result;
	SSH_LOOP(s, rc, libssh2_session_handshake(s->session, s->fd));
	if (rc != 0)
		return report_handshake(s, rc, "Ed25519 or ECDSA", why);
	if ((blob = libssh2_session_hostkey(s->session, &len, &rc)) == NULL) {
		message_put(
		    why, "ssh_no_key host=%s port=%d", t->host, t->port);
		return SSH_REFUSED;
	}
	buf_put(ret_blob, blob, len);
	return SSH_OK;
}
