/* account.h: the users of the console's programs if it is started as root. */
#ifndef CLI_ACCOUNT_H
#define CLI_ACCOUNT_H

#include <stdbool.h>
#include <sys/types.h>

struct account {
	const char *name;
	uid_t uid;
	gid_t gid;
	gid_t group; /* nginx's too: for serving outputs */
};

struct accounts {
	bool used; /* we are root */
	struct account keeper, web, nginx;
};

/* Looks them up; fatal if one is missing and we are root. */
void accounts_find(struct accounts *ret);

/*
 * Changes the owner of the data folder and its content to the programs that
 * need each file. Does nothing if accounts are not used.
 */
void accounts_take_data(const struct accounts *a, const char *data);

/*
 * The capability with which a program reads root's files:
 * CAP_DAC_READ_SEARCH, or where root has not got that (containers),
 * CAP_DAC_OVERRIDE, which writes them as well.
 */
int account_reader(void);

/* In a child: changes to it, and keeps `cap` unless it is -1. False: errno. */
bool account_become(const struct account *a, int cap);

/* True if it may access(2) the path so. */
bool account_may(const struct account *a, const char *path, int mode);

#endif
