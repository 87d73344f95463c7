/*
 * section.h: the sections of a document (section.def) and their items.
 */
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

/* The types of members; plan/plan.c has them as rows of a table. */
#define SECTION_TEXT(field) const char *field;
#define SECTION_TEXT_OR_NULL(field) const char *field;
#define SECTION_LEVEL(field) int field;
#define SECTION_INDEX(field) int field;
#define SECTION_LINE(field) int field;
#define SECTION_FLAG(field) bool field;
#define SECTION_BINDINGS(field) \
	const struct binding *field; \
	size_t field##_count;

/* A section.  Its members are the rows of section.def. */
struct section {
#define ATTRIBUTE(name, sort, read, field, type) SECTION_##type(field)
#define MEMBER(field, type) SECTION_##type(field)
#include "plan/section.def"
#undef ATTRIBUTE
#undef MEMBER
};

/*
 * Steps of the two sections may be taken in any order and at the same time:
 * one parallel section is around both.  Copies of a parallel heading (each=)
 * are one section.  A rollback has its own order.
 */
bool section_is_beside(const struct section *all, int a, int b);

/* The outermost parallel section around the section, or itself; -1. */
int section_parallel(const struct section *all, int section);

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
