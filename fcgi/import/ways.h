/*
 * ways.h: parts of a text that exclude each other, such as “CentOS:”,
 * “Ubuntu:”.
 */
#ifndef IMPORT_WAYS_H
#define IMPORT_WAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct import;
struct node;

/* A way that a text leads to: words of one row, of which each excludes the
 * others. */
struct way {
	int family;
	uint64_t words;
	bool chosen; /* one of them is taken in an upgrade, not one by one */
};

/* False: the text names no way, or says more than that. */
bool ways_read(const char *text, struct way *ret);

/* The text is the name of a system or of means, and nothing else. */
bool ways_is_all(const char *text);

/* The words of the way, “CentOS / RHEL”; of the arena. */
const char *ways_name(struct import *im, const struct way *way);

/* Finds tabs, labels and items of lists that exclude each other; proposes a
 * parameter for each such choice. */
void ways_find(struct import *im);

/* “ when="…"” for what is at im->at, or "". */
const char *ways_when(struct import *im);

/* The text at that place may lead to one of several ways, “CentOS:”, “方式 A”:
 * lists it if it does, and the one before it. */
void ways_note(struct import *im, const char *text, size_t at);

#endif
