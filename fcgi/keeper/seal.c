/*
 * seal.c: the keeper's cryptography.
 *
 * The keeper can seal a secret but not open it: only the runner has the key.
 * For the secret output of a step it is the reverse: the step can seal it and
 * only the keeper can open it, as the keeper decides who may read it and
 * records that.  The ledger's key is the keeper's; an auditor keeps its public
 * half.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/modes.h"
#include "base/text.h"
#include "keeper/seal.h"

/* Reads a key stored as hex in DATA/keys/NAME. */
static enum err
read_key(const char *data_dir, const char *name, unsigned char *key, size_t len)
{
	char *path = mem_printf("%s/keys/%s", data_dir, name);
	struct buf text = { 0 };
	enum err err = io_read_file(path, 1024, &text);

	if (err == ERR_OK &&
	    (text.len < 2 * len || !text_unhex(text.data, key, len)))
		err = ERR_IO;
	if (text.data != NULL)
		sodium_memzero(text.data, text.len);
	buf_clear(&text);
	free(path);
	return err;
}

static enum err
write_key(const char *data_dir, const char *name, mode_t mode,
    const unsigned char *key, size_t len)
{
	char *path = mem_printf("%s/keys/%s", data_dir, name);
	char *hex = mem_calloc(2 * len + 2, 1);
	enum err err;

	text_hex(key, len, hex);
	hex[2 * len] = '\n';
	err = io_write_file(path, mode, hex, 2 * len + 1);
	sodium_memzero(hex, 2 * len);
	free(hex);
	free(path);
	return err;
}

enum err
seal_text(const char *data_dir, const char *text, struct buf *ret)
{
	unsigned char key[crypto_box_PUBLICKEYBYTES];
	size_t len = strlen(text);

	if (read_key(data_dir, "runner.pub", key, sizeof(key)) != ERR_OK)
		return ERR_UNAVAILABLE;
	buf_reserve(ret, len + crypto_box_SEALBYTES);
	if (crypto_box_seal((unsigned char *)ret->data,
		(const unsigned char *)text, len, key) != 0)
		return ERR_INTERNAL;
	ret->len = len + crypto_box_SEALBYTES;
	return ERR_OK;
}

/* Reads DATA/keys/NAME.key, 32 bytes, or creates it and NAME.pub. */
static enum err
open_key(const char *data_dir, const char *name, unsigned char *key, size_t len,
    int (*make)(unsigned char *, unsigned char *))
{
	char *file = mem_printf("%s.key", name);
	char *public_file = mem_printf("%s.pub", name);
	unsigned char public[32];
	enum err err = read_key(data_dir, file, key, len);

	if (err == ERR_NOT_FOUND) {
		make(public, key);
		err = write_key(data_dir, public_file, MODES_SHARED_FILE,
		    public, sizeof(public));
		if (err == ERR_OK)
			err = write_key(data_dir, file, 0600, key, len);
	}
	free(file);
	free(public_file);
	return err;
}

enum err
seal_open_ledger(struct keeper *k)
{
	return open_key(k->data_dir, "ledger", k->ledger_key,
	    sizeof(k->ledger_key), crypto_sign_keypair);
}

enum err
seal_open_output(struct keeper *k)
{
	return open_key(k->data_dir, "output", k->output_key,
	    sizeof(k->output_key), crypto_box_keypair);
}

enum err
seal_reveal(const struct keeper *k, const struct buf *box, struct buf *ret)
{
	unsigned char public[crypto_box_PUBLICKEYBYTES];
	char *to = buf_reserve(ret, box->len);

	if (box->len < crypto_box_SEALBYTES ||
	    crypto_scalarmult_base(public, k->output_key) != 0 ||
	    crypto_box_seal_open((unsigned char *)to,
		(const unsigned char *)box->data, box->len, public,
		k->output_key) != 0)
		return ERR_IO;
	ret->len += box->len - crypto_box_SEALBYTES;
	ret->data[ret->len] = '\0';
	return ERR_OK;
}

const char *
seal_password(const char *old, const char *against, const char *password)
{
	static char hash[crypto_pwhash_STRBYTES];

	if (old != NULL &&
	    crypto_pwhash_str_verify(against, old, strlen(old)) != 0)
		return "no";
	if (password == NULL)
		return "yes";
	if (crypto_pwhash_str(hash, password, strlen(password),
		crypto_pwhash_OPSLIMIT_INTERACTIVE,
		crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
		return "";
	return hash;
}
