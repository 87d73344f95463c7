/*
 * section.c: which sections of a plan go on at the same time.
 *
 * The outermost parallel section counts, so a section within it is parallel as
 * well.  Copies of one heading have its line and the same parent; no number of
 * a group stands in the plan, which a plan could contradict.
 */
#include "plan/section.h"

int
section_parallel(const struct section *all, int section)
{
	int found = -1;

	if (all[section].rollback)
		return -1;
	for (int i = section; i >= 0; i = all[i].parent)
		if (all[i].parallel)
			found = i;
	return found;
}

bool
section_is_beside(const struct section *all, int a, int b)
{
	int x = section_parallel(all, a), y = section_parallel(all, b);

	return x >= 0 && y >= 0 && all[x].parent == all[y].parent &&
	    all[x].line == all[y].line;
}
