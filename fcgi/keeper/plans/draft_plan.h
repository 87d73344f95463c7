/* draft_plan.h: the plan of a run that is created. */
#ifndef KEEPER_PLANS_DRAFT_PLAN_H
#define KEEPER_PLANS_DRAFT_PLAN_H

#include "keeper/plans/draft.h"

/*
 * Reads the document and targets.yml that the body names, and has them
 * compiled: the draft gets its plan, whose lists are not expanded yet, and its
 * environment.
 */
enum err draft_plan_open(struct command *c, struct draft *d);

/*
 * With the checked parameters: compiles the plan with the items of its lists,
 * and resolves its targets and the files that its requests send.
 */
enum err draft_plan_finish(struct command *c, struct draft *d);

#endif
