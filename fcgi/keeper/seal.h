/*
 * seal.h: the keeper's cryptography: seals secrets to the runner, opens the
 * secret output of steps, signs the ledger, hashes passwords.
 */
#ifndef KEEPER_SEAL_H
#define KEEPER_SEAL_H

#include "base/buf.h"
#include "base/err.h"
#include "keeper/keeper.h"

/*
 * Seals a text to the runner's public key (libsodium's sealed box: X25519,
 * XSalsa20-Poly1305), so that only the runner can open it. The box is put into
 * *ret, which the caller clears. ERR_UNAVAILABLE: no runner key yet.
 */
enum err seal_text(const char *data_dir, const char *text, struct buf *ret);

/* Reads or creates the key of the ledger, DATA/keys/ledger.key and .pub. */
enum err seal_open_ledger(struct keeper *k);

/*
 * Reads or creates the key pair that steps seal secret output to,
 * DATA/keys/output.key and .pub.
 */
enum err seal_open_output(struct keeper *k);

/*
 * Opens a box that was sealed to that key and appends the text to *ret, which
 * the caller wipes and clears. ERR_IO: not such a box.
 */
enum err seal_reveal(
    const struct keeper *k, const struct buf *box, struct buf *ret);

/*
 * The password child: verifies `old` against a hash, if given ("no" if it is
 * wrong, "yes" if there is nothing to hash), and hashes the password (argon2id,
 * libsodium's interactive limits). Static text; "" if memory is short.
 */
const char *seal_password(
    const char *old, const char *against, const char *password);

#endif
