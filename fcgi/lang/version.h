/* version.h: compares versions. */
#ifndef LANG_VERSION_H
#define LANG_VERSION_H

/* Like the operators < and > of expressions: below 0, 0, above 0. */
int version_compare(const char *a, const char *b);

#endif
