/*
 * commands.h: commands that a sentence names.
 */
#ifndef IMPORT_COMMANDS_H
#define IMPORT_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

struct import;
struct node;
struct pieces;

/* A command that a step can have. */
bool command_is(const char *s, bool prompted);

/* The words before a command tell to execute it. */
bool command_is_run(const char *words);

/* “Update `docker-compose` to `docker compose`”: the piece i is a text in place
 * of another. */
bool command_is_replacement(const struct pieces *p, size_t i);

/* A block directly behind the text, or behind it in the same item, has the
 * command. */
bool command_stands_behind(const struct node *n, const char *command);

/* Lists the commands of the sentence that no step executes. */
void commands_note(struct import *im, const struct node *n);

#endif
