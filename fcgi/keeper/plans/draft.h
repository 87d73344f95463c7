/* draft.h: the values of a run while it is created or changed. */
#ifndef KEEPER_PLANS_DRAFT_H
#define KEEPER_PLANS_DRAFT_H

#include "keeper/keeper.h"
#include "wire/compile_message.h"

struct draft {
	struct buf text;    /* of the document */
	struct buf targets; /* targets.yml */
	/* From the compiler; they are valid until the command ends. */
	const struct compile_answer *answer;
	const struct plan *plan;
	const struct compile_environment *environment;
	struct json_object *resolved;
	struct json_object *parameters; /* {name: text or null} */
	struct json_object *sealed;     /* {name: hash of box} */
	struct json_object *boxes;      /* {name: box in hex} */
	char document[65];
	struct json_object *compiled; /* the plan, as it is stored */
	char compiled_hash[65];
	char plan_hash[65];
};

/* An empty draft; draft_clear() frees its content. */
void draft_begin(struct draft *d);
void draft_clear(struct draft *d);

/* The given values are texts and belong to existing parameters. */
enum err draft_check_names(
    struct command *c, const struct plan *plan, struct json_object *given);

/* The parameter is needed, by its own `when`. */
bool draft_asks(
    struct draft *d, const struct parameter *p, const char *environment);

/*
 * Checks one value (NULL or "": the default) and puts it into the draft; a
 * secret is sealed.  `fixed` ({name: text}, or NULL) decides on the values of
 * these names in the environment: they are taken from there, and others are
 * refused.  A fault names the parameter as its field.
 */
enum err draft_take(struct command *c, struct draft *d,
    const struct parameter *p, const char *value, struct json_object *fixed,
    const char *environment);

/* Stores the sealed secrets of the draft for the run. */
enum err draft_store_boxes(
    struct command *c, const struct draft *d, int64_t run);

#endif
