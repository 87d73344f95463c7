/* copy_scan.h: lists what a copy has to do, and makes folders. */
#ifndef EXECUTOR_COPY_COPY_SCAN_H
#define EXECUTOR_COPY_COPY_SCAN_H

#include "executor/copy/copy.h"

/*
 * Lists the items to copy.  All of these set the job's ending if they return
 * COPY_FAILED.
 */
enum copy_err copy_scan(struct copy *c);

/*
 * Creates a folder at the destination.  One that another copy made meanwhile
 * will do; `follow` says whether a link to a folder will, too.
 */
enum copy_err copy_mkdir(struct copy *c, const char *path, bool follow);

/* Creates the folder and its parents. */
enum copy_err copy_folders(struct copy *c, const char *path, bool *ret_made);

#endif
