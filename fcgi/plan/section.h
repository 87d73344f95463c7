/* section.h: the sections of a document and their items. */
#ifndef PLAN_SECTION_H
#define PLAN_SECTION_H

#include <stdbool.h>
#include <stddef.h>

/* One item of a section that repeats; `outer` are those around it. */
struct binding {
	const char *name; /* of each= */
	const char *list; /* the list as written */
	const char *item;
	const char *label; /* for people; NULL: the item itself */
	const char *step;  /* that found the list out; NULL: it was known */
	const char *tag;   /* the item as a part of ids */
	const char *scope; /* "@name=tag", outermost first */
	const struct binding *outer;
};

struct section {
	const char *id;
	const char *title; /* plain text */
	int level;         /* 1 to 6; 0: the text before the first heading */
	int parent;        /* index, or -1 */
	const char *when;  /* own, or NULL; parents' hold too */
	const char *each;
	const char *each_name;       /* its two halves; NULL in the document */
	const char *each_list;       /* of a run, which has copies instead */
	const char *each_step;       /* its capture is the list, or NULL */
	const struct binding *bound; /* of a copy, innermost first; NULL */
	size_t bound_count;
	const char *role;
	const char *hop_from;
	const char *hop_to;
	const char *hop_when; /* true if a run takes the hop */
	bool hop;
	bool rollback; /* or inside a rollback section */
	int line;
};

/* The items of the page, in document order. */
enum item_kind { ITEM_HEADING, ITEM_PROSE, ITEM_STEP };

struct item {
	enum item_kind kind;
	int index;         /* section (HEADING) or step (STEP) */
	int section;       /* the section it stands in */
	const void *nodes; /* PROSE, and the body of a manual step:
			    * for runbook_render(); else NULL */
};

#endif
