/*
 * secret.c: the secret that a client of a private socket sends first.
 *
 * A client of admin.sock is an admin, and a client of runner.sock gets opened
 * job specs.  File permissions do not protect these sockets enough: the
 * kernel's file sandboxing (Landlock) does not restrict connect(2), and a
 * script may run as the user of the console.  So a client must also know the
 * secret in a file of the key folder, which no script can read.
 */
#include <string.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/text.h"
#include "wire/secret.h"

#define DIGITS 64

static char *
path_of(const char *data, const char *name)
{
	return mem_printf("%s/keys/%s", data, name);
}

enum err
wire_secret_read(const char *data, const char *name, char ret[WIRE_SECRET])
{
	char *path = path_of(data, name);
	struct buf text = { 0 };
	enum err err = io_read_file(path, 1024, &text);

	if (err == ERR_OK &&
	    (text.len < DIGITS ||
		strspn(text.data, "0123456789abcdef") != DIGITS))
		err = ERR_IO;
	if (err == ERR_OK) {
		memcpy(ret, "key:", 4);
		memcpy(ret + 4, text.data, DIGITS);
		ret[4 + DIGITS] = '\0';
	}
	buf_clear(&text);
	free(path);
	return err;
}

enum err
wire_secret_make(const char *data, const char *name, char ret[WIRE_SECRET])
{
	enum err err = wire_secret_read(data, name, ret);
	char hex[DIGITS + 1];
	char *path;

	if (err != ERR_NOT_FOUND)
		return err;
	path = path_of(data, name);
	text_random_hex(hex, DIGITS / 2);
	err = io_write_file(path, 0600, hex, DIGITS);
	free(path);
	return err == ERR_OK ? wire_secret_read(data, name, ret) : err;
}
