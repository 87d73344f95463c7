/*
 * containers.h: notes and tabs of MkDocs as plain Markdown.
 */
#ifndef IMPORT_CONTAINERS_H
#define IMPORT_CONTAINERS_H

#include <stddef.h>

struct buf;

#define TABS_MAX 40
#define TAB_NAME 120 /* bytes */

/* Tabs, of which a reader sees one of each group. */
struct tabs {
	struct tab {
		int first,
		    end;   /* lines of the result, from 0; the end is behind */
		int group; /* from 1, in the order of their first tabs */
		char name[TAB_NAME];
	} all[TABS_MAX];
	size_t count;
};

/* Appends the document with the contents of notes and tabs beside their first
 * lines, which stand alone. */
void containers_open(
    const char *markdown, size_t len, struct buf *out, struct tabs *ret_tabs);

#endif
