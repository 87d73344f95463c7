/*
 * state.h: the states of runs, steps and targets (states.def), and the parts of
 * a run.
 */
#ifndef PLAN_STATE_H
#define PLAN_STATE_H

#include <json-c/json.h>
#include <stdbool.h>

/* clang-format off */
enum state {
#define STATE(name, word) STATE_##name,
#include "plan/states.def"
	STATE__MAX
};
/* clang-format on */

/* Sets of states: IN(READY) | IN(FAILED). */
#define IN(name) (1u << STATE_##name)

#define STATES_OPEN \
	(IN(AWAITING_APPROVAL) | IN(READY) | IN(RUNNING) | IN(PAUSED) | \
	    IN(PARKED))
#define STATES_OF_RUN (STATES_OPEN | IN(COMPLETED) | IN(ABORTED))
#define STATES_BUSY (IN(REQUESTED) | IN(STARTING) | IN(RUNNING))
#define STATES_DONE (IN(SUCCEEDED) | IN(CONFIRMED) | IN(SKIPPED))
#define STATES_OF_STEP \
	(IN(PENDING) | IN(READY) | STATES_BUSY | STATES_DONE | IN(FAILED) | \
	    IN(UNKNOWN) | IN(AWAITING_SIGNATURE))
#define STATES_OF_OUTCOME (IN(SUCCEEDED) | IN(FAILED) | IN(UNKNOWN))

/* False for STATE_NONE. */
bool state_in(enum state state, unsigned states);

/* The word of database, events and JSON. */
const char *state_word(enum state state);

/* STATE_NONE if there is none with this word, or it is NULL. */
enum state state_find(const char *word);

/* The member "state" of a row of the database. */
enum state state_read(struct json_object *row);

/* A run goes through its main part or its rollback; others belong to steps. */
enum part {
	PART_NONE, /* "": the run does not have the step */
	PART_MAIN,
	PART_ROLLBACK,
	PART_PROBE,
	PART_NOT_TAKEN, /* a version hop that this run leaves out */
	PART__MAX
};

const char *part_word(enum part part);
enum part part_find(const char *word);
enum part part_read(struct json_object *row);

#endif
