/*
 * each_refer.h: the references between copied steps.
 */
#ifndef LANG_EACH_EACH_REFER_H
#define LANG_EACH_EACH_REFER_H

#include "base/arena.h"
#include "lang/each/each_expand.h"

struct ids;

/* A plan while it is expanded. */
struct growing {
	const struct plan *plan; /* the source */
	struct arena *arena;
	each_items_fn list_of;
	void *ctx;
	struct ids *ids;
	struct ids *artifacts; /* names of artifacts */
	struct section *sections;
	struct step *steps;
	struct item *items;
	int *section_sources, *sources; /* of each copy: the original */
	size_t sections_count, sections_cap, section_sources_cap;
	size_t steps_count, steps_cap, sources_cap;
	size_t items_count, items_cap;
	bool full;
};

/*
 * Lets each copy refer to the copies of the same items, or to a step outside
 * of its loops.
 */
void each_refer(struct growing *g);

#endif
