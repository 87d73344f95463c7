/* ballast.h: reserved disk space that is released when the disk is full. */
#ifndef KEEPER_BALLAST_H
#define KEEPER_BALLAST_H

#define BALLAST_BYTES (16LL * 1024 * 1024)

/* Creates DATA/ballast if it is missing and the disk has plenty of space. */
void ballast_take(const char *data_dir);

/* Removes it, so that running steps can still be recorded. */
void ballast_release(const char *data_dir);

#endif
