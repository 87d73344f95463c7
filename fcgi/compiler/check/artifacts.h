/*
 * artifacts.h: artifacts and their uses.
 */
#ifndef COMPILER_CHECK_ARTIFACTS_H
#define COMPILER_CHECK_ARTIFACTS_H

struct parse;

/*
 * The document's artifacts, and whether a step may use one (NULL,
 * or why not; of the arena)
 */
void artifacts_read(struct parse *p);
void check_artifacts(struct parse *p, int step);
const char *artifact_refused(const struct parse *p, int step, const char *name);

/* The step's list (foreach=) is in the JSON output of an earlier step. */
void check_foreach(struct parse *p, int i);

#endif
