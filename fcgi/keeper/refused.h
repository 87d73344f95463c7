/*
 * refused.h: records attempts to bypass the rules.
 */
#ifndef KEEPER_REFUSED_H
#define KEEPER_REFUSED_H

#include "base/err.h"

struct command;

/*
 * Records the refusal of a command, once until another event of the run; after
 * the command was rolled back.
 */
enum err run_record_refusal(struct command *c);

#endif
