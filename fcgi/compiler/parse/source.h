/*
 * source.h: the text of a document, its lines, and its diagnostics.
 */
#ifndef COMPILER_PARSE_SOURCE_H
#define COMPILER_PARSE_SOURCE_H

#include <stddef.h>

#include "compiler/runbook.h"

struct parse;

/* Lines and places of offsets; diagnostics. */
void source_open(struct parse *p, const char *text, size_t len);
int source_line(const struct parse *p, size_t at); /* from 0 */
size_t source_line_start(const struct parse *p, int line);
size_t source_line_end(const struct parse *p, int line);
void source_place(const struct parse *p, size_t at, int *ret_line,
    int *ret_column); /* from 1 */

/* The format is that of message_put(), or "%s" for a message made before. */
void report(struct parse *p, enum severity severity, size_t at, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));
void advise(struct parse *p, size_t at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4))); /* a warning */
void report_place(struct parse *p, enum severity severity, int line, int column,
    const char *message);
void report_sort(struct parse *p);

#endif
