/*
 * front_matter.h: the front matter of a proposal: title and parameters.
 */
#ifndef IMPORT_FRONT_MATTER_H
#define IMPORT_FRONT_MATTER_H

#include <stdbool.h>
#include <stddef.h>

struct import;

/*
 * The text of it, or what the document's own has not; of the arena.  `old`: it
 * replaces a foreign one, which is shown below.
 */
const char *import_front_matter(struct import *im, bool old);

/*
 * The line that closes the document's own front matter; NOWHERE: it takes no
 * parameters.
 */
size_t import_front_end(const struct import *im);

#endif
