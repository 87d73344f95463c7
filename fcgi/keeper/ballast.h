/*
 * ballast.h: room on the disk that is given up when there is none.
 */
#ifndef KEEPER_BALLAST_H
#define KEEPER_BALLAST_H

#define BALLAST_BYTES (16LL * 1024 * 1024)

/* Takes the room, DATA/ballast, where the disk has plenty and it is not
 * there. */
void ballast_take(const char *data_dir);

/* Gives it back, so that what runs can still be recorded. */
void ballast_release(const char *data_dir);

#endif
