/* secret.h: the secret that a client of a private socket sends first. */
#ifndef WIRE_SECRET_H
#define WIRE_SECRET_H

#include "base/err.h"

#define WIRE_SECRET 72 /* bytes of "key:", its hex digits and NUL */

/* Files in the key folder. */
#define WIRE_SECRET_ADMIN "admin.secret"   /* of admin.sock */
#define WIRE_SECRET_RUNNER "runner.secret" /* of runner.sock */

/*
 * Reads the secret, in the form of a call's credential.  ERR_NOT_FOUND or
 * ERR_IO: the file is missing or unreadable.
 */
enum err wire_secret_read(
    const char *data, const char *name, char ret[WIRE_SECRET]);

/* The same; creates it if it is missing. */
enum err wire_secret_make(
    const char *data, const char *name, char ret[WIRE_SECRET]);

#endif
