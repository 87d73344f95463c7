/*
 * heuristics.h: guesses of runbook_import() about text.
 */
#ifndef COMPILER_PARSE_HEURISTICS_H
#define COMPILER_PARSE_HEURISTICS_H

#include <stdbool.h>
#include <stddef.h>

/* The length in bytes of the prompt at the beginning of the line, of a shell or
 * of a client of a database, such as “$ ” and “mysql> ”; 0: it begins with
 * none. */
size_t looks_like_a_prompt(const char *s, size_t len);

/* The length of “(venv) ” before a prompt, or 0. */
size_t looks_like_an_environment(const char *s, size_t len);

/* The line begins with a well-known command, or with the path of one. */
bool looks_like_a_command(const char *s, size_t len);

/* The text is lines “# systemctl stop app” and nothing else: the prompt of the
 * superuser before well-known commands, of which none is an English word. */
bool looks_like_root(const char *s, size_t len);

/* Lines of configuration, or JSON that was printed: no command among them. */
bool looks_like_data(const char *s, size_t len);

/* “{{< tabs >}}”, “{{% note %}}”, a comment: for the generator of a web site,
 * not for readers. */
bool looks_like_a_shortcode(const char *s);

/* Finds “<version>” or “YOUR_TOKEN”, as people write what is to be filled in,
 * from *at on. */
bool looks_like_a_placeholder(
    const char *s, size_t len, size_t *at, size_t *ret_len);

/* The text is mostly lines that begin with well-known commands. */
bool looks_like_commands(const char *s, size_t len);

/* The line is what to choose from menus, one after the other: "7 - [2, 3]". */
bool looks_like_a_menu(const char *s, size_t len);

#endif
