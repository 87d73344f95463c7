/*
 * secret.h: what the callers of a private socket show before they are heard.
 */
#ifndef WIRE_SECRET_H
#define WIRE_SECRET_H

#include "base/err.h"

#define WIRE_SECRET 72 /* bytes of "key:" and its hex digits, and 0 */

/* The files in the folder of keys. */
#define WIRE_SECRET_ADMIN "admin.secret"   /* of admin.sock */
#define WIRE_SECRET_RUNNER "runner.secret" /* of runner.sock */

/* Reads the secret, as a call has it for its credential.  ERR_NOT_FOUND or
 * ERR_IO: it is not there, or not ours to read. */
enum err wire_secret_read(
    const char *data, const char *name, char ret[WIRE_SECRET]);

/* The same; makes it where it is not there. */
enum err wire_secret_make(
    const char *data, const char *name, char ret[WIRE_SECRET]);

#endif
