/* asked.h: checks the value that a task asks for. */
#ifndef COMPILER_CHECK_ASKED_H
#define COMPILER_CHECK_ASKED_H

struct parse;

void check_asked_value(struct parse *p, int step);

#endif
