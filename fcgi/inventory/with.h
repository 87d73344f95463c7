/* with.h: the targets whose addresses a script has (with=). */
#ifndef INVENTORY_WITH_H
#define INVENTORY_WITH_H

#include "base/err.h"

struct environment;
struct step;
struct targets;

/*
 * The script may have the address of the target, when it runs on `place`, a
 * target or "local"; NULL: not known yet.  ERR_INVALID with a fault: it is a
 * group or local, which have no address, or its address is that of another
 * machine there (127.0.0.1, a socket, a file).
 */
enum err with_allows(const struct targets *t, const struct environment *e,
    const struct step *s, const char *name, const char *place,
    struct fault *fault);

#endif
