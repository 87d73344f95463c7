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
 * In a child: changes to it; with `reads`, it may read root's files
 * (CAP_DAC_READ_SEARCH). False: errno.
 */
bool account_become(const struct account *a, bool reads);

/* True if it may access(2) the path so. */
bool account_may(const struct account *a, const char *path, int mode);

#endif
