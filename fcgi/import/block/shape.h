/*
 * shape.h: what the lines of a block of code are, whatever its label says.
 */
#ifndef IMPORT_SHAPE_H
#define IMPORT_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

struct import;
struct node;

enum line_mark {
	MARK_NONE = ' ',
	MARK_COMMENT = '#', /* no command: it becomes a comment */
	MARK_PROSE = 's',   /* a sentence, which becomes one too */
	MARK_PROMPT = '$',  /* a command behind a prompt, which goes */
	MARK_MENU = 'm',    /* what is chosen from menus */
	MARK_COPY = 'c',    /* scp, as a line of a copy step */
	MARK_OUTPUT = 'o',  /* what was printed, up to the end */
};

#define PARTS_MAX 16

/* A step that lines of the block become. */
struct part {
	int first;         /* of its lines */
	int prelude;       /* the lines before this one are repeated in it */
	bool deletes;      /* its commands delete something */
	const char *kind;  /* NULL: that of the block */
	const char *on;    /* the machine that it names, or NULL */
	const char *title; /* what it says of itself, or NULL */
	const char *way;   /* by which it excludes others, or NULL */
	const char *when;  /* the condition for that, or NULL */
	bool maybe;        /* it is done under a condition of its title */
};

struct shape {
	const char *kind; /* of the step; NULL: as its label says */
	const char *on;   /* the machine that its first line enters */
	const char *user; /* of that, or NULL */
	const char *host; /* the same, if there is nothing else */
	char *marks;      /* of each line; of the arena */
	int lines;
	struct part parts[PARTS_MAX];
	int parts_count;     /* 0: it is not for a shell */
	bool inside;         /* comments make a part of one step conditional */
	int told;            /* its first lines are orders to a person */
	bool foreign;        /* it has lines for another program */
	bool usage;          /* it explains options, and is no script */
	size_t commands;     /* that stay as they are */
	const char *request; /* the block is of curl: the step behind it */
	const char *more;    /* attributes of that */
	const char *target;  /* to declare for that, or NULL */
};

/* A command of the line is an editor or pager. */
bool shape_is_edited(const char *s, size_t len);

/* Reads a block whose label, or whose look, is that of the kind. */
void shape_read(struct import *im, const struct node *n, const char *kind,
    struct shape *ret);

#endif
