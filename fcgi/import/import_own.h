/*
 * import_own.h: what the files of the import share.
 */
#ifndef IMPORT_IMPORT_OWN_H
#define IMPORT_IMPORT_OWN_H

#include "compiler/parse/parse.h"

#define IMPORT_STEPS_MAX 1500
#define IMPORT_HOLES_MAX 50
#define IMPORT_TARGETS_MAX 50
#define IMPORT_BRANCHES_MAX 40

struct insertion {
	size_t at;
	size_t skip; /* bytes of the source that go */
	size_t order;
	const char *text;
	const char *unmarked; /* instead, if it is no rollback; or NULL */
	int rollback;         /* it marks a heading, within so many less one */
};

/* The notes about a block. */
struct verdict {
	const char *why; /* it is no step: a text; or NULL */
	const char *name;
	bool root;               /* its prompts are those of root */
	const char *host, *user; /* it does nothing but enter this machine */
};

/* A heading of which others are alternatives; or, without it, such a place. */
struct branch {
	const struct node *heading;
	const char *when;
	size_t from, to;
};

/* The last step behind a sentence. */
struct last_step {
	const struct node *n;
	const char *body;
};

struct import {
	struct parse p;
	struct insertion *list;
	size_t count, cap;
	struct ids *ids;
	size_t ids_count;
	const struct node *before, *heading;
	const char *sql; /* the dialect of plain "sql" blocks */
	bool cautious;
	bool keep_front;             /* the document has our front matter */
	bool no_holes;               /* and parameters of its own */
	const struct node *numbered; /* the last list that was looked at */
	bool is_procedure;
	int quotes;       /* block quotes around */
	int told;         /* level of a heading without tasks, or 0 */
	int troubles;     /* level of a heading about what goes wrong, or 0 */
	int maybe;        /* level of one about what may be left out, or 0 */
	int conditions;   /* items around that begin with a condition */
	bool offered;     /* the sentence leaves its command to the reader */
	bool leads_block; /* what gets its braces is a block */
	size_t at;        /* of the node that is read */
	bool has_steps;   /* below the heading, from a block of commands */
	bool leads;       /* a sentence before asks for a list of things */
	bool offers;      /* it asks to choose one of them */
	const char *last_id;      /* of a step */
	const struct node *saves; /* the first sentence that saves an answer */
	struct last_step last_step; /* the last one of a sentence */
	bool deletes;               /* what gets its braces is no backup */
	const char *on;             /* where the section's steps run, or NULL */
	const char *folders[7];     /* where scripts run, by level of heading */
	int level;                  /* of the heading around, or 0 */
	int on_level;               /* of the heading that this holds for */
	struct {
		const char *name, *user;
		size_t at;
	} targets[IMPORT_TARGETS_MAX];
	size_t targets_count; /* to declare */
	int siblings[7]; /* headings of the level up to here, below the same one
			  */
	bool rollbacks[7]; /* the headings around, by level, that got a mark */
	bool moves;        /* the document moves data to another place */
	bool back_all;     /* the document is a rollback and nothing else */
	int back;          /* enum back_reach */
	char back_number;  /* of its label */
	const struct node *back_in; /* around the paragraph that tells it */
	int shallowest; /* the fewest such around a step; -1: no step yet */
	struct {
		const char *name, *label;
		bool is_value;       /* the label is its default */
		const char *choices; /* of which one is to be chosen, or NULL */
	} holes[IMPORT_HOLES_MAX];
	size_t holes_count; /* parameters to propose */
	size_t holes_tried;
	struct branch branches[IMPORT_BRANCHES_MAX];
	size_t branches_count;
	const struct tabs *tabs; /* of the source */
	const char *way;         /* the last of several that a text leads to */
	int way_family;
	size_t way_at;
	bool linear;                   /* without conditions on headings */
	const struct repeated *values; /* that become parameters, too */
	size_t values_count;
	struct note *notes;
	size_t notes_count, notes_cap;
	struct span *spans;
	size_t spans_count, spans_cap;
	struct span *refused; /* in the rounds before */
	size_t refused_count;
};

#endif
