/*
 * steps.h: converts the tree to the items of the page.
 */
#ifndef COMPILER_PARSE_STEPS_H
#define COMPILER_PARSE_STEPS_H

struct parse;

/* Sections, steps and items from the tree */
void steps_read(struct parse *p);

#endif
