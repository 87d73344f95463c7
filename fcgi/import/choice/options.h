/*
 * options.h: parts of a text that exclude each other, such as “CentOS:”,
 * “Ubuntu:”.
 */
#ifndef IMPORT_OPTIONS_H
#define IMPORT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct import;
struct node;

/* A way that a text leads to: words of one row, of which each excludes the
 * others. */
struct option {
	int family;
	uint64_t words;
	bool chosen; /* one of them is taken in an upgrade, not one by one */
};

/* False: the text names no way, or says more than that. */
bool options_read(const char *text, struct option *ret);

/* The text is the name of a system or of means, and nothing else. */
bool options_is_all(const char *text);

/* The words of the way, “CentOS / RHEL”; of the arena. */
const char *options_name(struct import *im, const struct option *way);

/* Finds tabs, labels and items of lists that exclude each other; proposes a
 * parameter for each such choice. */
void options_find(struct import *im);

/* “ when="…"” for what is at im->at, or "". */
const char *options_when(struct import *im);

/* The text at that place may lead to one of several ways, “CentOS:”, “方式 A”:
 * lists it if it does, and the one before it. */
void options_note(struct import *im, const char *text, size_t at);

#endif
