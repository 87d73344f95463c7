/*
 * guess.h: what a block of code is by its look, whatever its label says.
 */
#ifndef IMPORT_GUESS_H
#define IMPORT_GUESS_H

#include <stdbool.h>
#include <stddef.h>

/* The line begins a statement of SQL. */
bool guess_statement(const char *s);

/* Statements of SQL and nothing else, as they would be typed into a client. */
bool guess_is_sql(const char *text);

/* Statements of Python: imports, calls and assignments to plain names, of which
 * one calls or imports something. */
bool guess_is_python(const char *text);

/* No line is a well-known command. */
bool guess_has_no_command(const char *text);

/* It begins with the head of a table: “NAME   STATUS   AGE”. */
bool guess_is_table(const char *text);

/* Rows of columns, as programs print them, and no command. */
bool guess_is_columns(const char *text);

/* A line is one of crontab: “0 3 * * * /srv/backup”. */
bool guess_has_crontab(const char *text);

/* The words name an output, and nothing else: “输出：”. */
bool guess_names_output(const char *words);

/* The sentence is about what a program prints: “you will see”, “如下输出”. */
bool guess_says_output(const char *sentence);

/* “MySQL 5.7 → MySQL 8.0”, outside of quotes and comments. */
bool guess_has_arrow(const char *s);

/* Nothing but the paths of files that no one executes, such as app.conf. */
bool guess_is_files(const char *s);

/* The shell that knows the words of the script: "sh" or "bash". */
const char *guess_shell(const char *s);

#endif
