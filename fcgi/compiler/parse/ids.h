/* ids.h: the ids of a document. */
#ifndef COMPILER_PARSE_IDS_H
#define COMPILER_PARSE_IDS_H

struct parse;

/* Gives each step and section an id, and reports ids that are taken. */
void ids_read(struct parse *p);

#endif
