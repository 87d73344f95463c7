/*
 * parallel.h: sections whose steps may be taken in any order.
 */
#ifndef COMPILER_CHECK_PARALLEL_H
#define COMPILER_CHECK_PARALLEL_H

#include <stdbool.h>
#include <stddef.h>

struct parse;

/* Reports what cannot stand in a parallel section, or be one. */
void check_parallel_section(struct parse *p, int section);
void check_parallel_step(struct parse *p, int step);

/* Both stand in one parallel section: nobody knows which of them is first. */
bool is_beside(const struct parse *p, int section, int step);

/*
 * Reports at that place, and answers true, if a step beside the section
 * captures the value; `own`: the step that reads it, or -1.
 */
bool check_parallel_value(
    struct parse *p, size_t at, const char *name, int own, int section);

/* The step beside `step` whose output is the artifact, or NULL. */
const char *parallel_saver(const struct parse *p, int step, const char *name);

#endif
