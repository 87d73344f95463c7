/*
 * checks.h: the checks of a parsed document, with the file of each. Only the
 * compiler includes it.
 */
#ifndef COMPILER_CHECKS_H
#define COMPILER_CHECKS_H

#include "compiler/parse.h"
#include "lang/answers.h"

struct json_object;

/* identifiers.c */
const char *identifier_refused(const char *name);
const struct parameter *parameter_find(const struct parse *p, const char *name);
bool identifier_is_known(
    const struct parse *p, const char *name, int step, int section);
bool repeats_around(const struct parse *p, int inner, int outer);

/* loops.c */
void check_each(struct parse *p, int section);
void loops_collect_lists(struct parse *p);
bool each_captures(const struct parse *p, const char *name, int before);

/* expand.c: expands loops; false: the result would be too large */
bool expand_all(struct parse *p, struct json_object *lists);
void restore_all(struct parse *p);

/* hops.c */
void check_hops(struct parse *p);

/*
 * artifacts.c: the document's artifacts, and whether a step may use one (NULL,
 * or why not; of the arena)
 */
void artifacts_read(struct parse *p);
void check_artifacts(struct parse *p, int step);
const char *artifact_refused(const struct parse *p, int step, const char *name);

/* check.c, content.c */
void check_runbook(struct parse *p);
void check_content(struct parse *p, size_t step);
size_t content_place(const struct parse *p, const struct step *s, int line,
    const char *text, size_t len, size_t column);

/* advice.c: warnings of probably unintended commands */
void check_advice(struct parse *p, size_t step);

/* The script sets the variable somewhere in its text. */
bool advice_is_set(const char *text, const char *name);

/* answers.c: merges each block into the step before it */
void answers_fold(struct parse *p);

#endif
