/*
 * back.h: what leads back, to the old version or to a backup.
 */
#ifndef IMPORT_BACK_H
#define IMPORT_BACK_H

#include <stdbool.h>

struct import;
struct node;

/* “If the upgrade fails”, “一旦出现异常” */
bool back_is_failure(const char *text);

/* The reach of a way back that a paragraph tells. */
enum back_reach {
	BACK_NOT,
	BACK_BLOCK, /* up to the next paragraph */
	BACK_REST   /* up to the next heading, or label of its kind */
};

/* The steps below such a heading are a rollback. */
bool back_is_rollback(const char *heading);

/* They put a backup back: a rollback, unless data moves to another place. */
bool back_is_restore(const char *heading);

/* The same heading is about making one: “Backup and restore”. */
bool back_is_backup_too(const char *heading);

/* The sentence tells what to do if something fails, or to go back. */
bool back_tells(const char *text);

/* The commands put a backup back. */
bool back_restores(const char *script);

/* The document is a guide to a rollback, and nothing else: lists that. */
bool back_is_all(struct import *im);

/* The document is about moving to another place. */
bool back_moves(struct import *im);

/* The paragraph is nothing but words in bold letters, or “二、回滚”. */
bool back_is_label(struct import *im, const struct node *n);

/* A paragraph of the document changes what stands behind it. */
void back_read(struct import *im, const struct node *n);

/* A way back that no heading marks is told here, so there is no step. */
bool back_is_here(const struct import *im);

/* Lists the place as such. */
void back_note(struct import *im, const struct node *n);

#endif
