/*
 * look.h: what a block of code is by its look, whatever its label says.
 */
#ifndef IMPORT_LOOK_H
#define IMPORT_LOOK_H

#include <stdbool.h>
#include <stddef.h>

/* The line begins a statement of SQL. */
bool look_begins_statement(const char *s);

/* Statements of SQL and nothing else, as they would be typed into a client. */
bool look_is_sql(const char *text);

/* Statements of Python: imports, calls and assignments to plain names, of which
 * one calls or imports something. */
bool look_is_python(const char *text);

/* No line is a well-known command. */
bool look_has_no_command(const char *text);

/* It begins with the head of a table: “NAME   STATUS   AGE”. */
bool look_is_table(const char *text);

/* The sentence is about what a program prints: “you will see”, “如下输出”. */
bool look_says_output(const char *sentence);

#endif
