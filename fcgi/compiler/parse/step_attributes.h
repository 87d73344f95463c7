/*
 * step_attributes.h: applies attributes to the records of steps and sections.
 */
#ifndef COMPILER_PARSE_STEP_ATTRIBUTES_H
#define COMPILER_PARSE_STEP_ATTRIBUTES_H

struct origin;
struct parse;
struct section;
struct step;

/* Attributes into the records */
void step_attributes_apply(struct parse *p, struct step *s, struct origin *o);
void section_attributes_apply(
    struct parse *p, struct section *s, struct origin *o);

#endif
