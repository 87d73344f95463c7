/*
 * account.h: the users that the console's programs run as, where it is
 * started as root.
 */
#ifndef CLI_ACCOUNT_H
#define CLI_ACCOUNT_H

#include <stdbool.h>
#include <sys/types.h>

struct account {
	const char *name;
	uid_t uid;
	gid_t gid;
	gid_t group; /* nginx's too: who serves outputs */
};

struct accounts {
	bool used; /* we are root */
	struct account keeper, web, nginx;
};

/* Looks them up; fatal where one is missing and we are root. */
void accounts_find(struct accounts *ret);

/*
 * Gives the data folder, and all that an earlier console left in it, to those
 * who need it and to nobody else.  Nothing where they are not used.
 */
void accounts_take_data(const struct accounts *a, const char *data);

/* In a child: becomes it; with `reads`, it may read what root's files hold
 * (CAP_DAC_READ_SEARCH).  False: errno. */
bool account_become(const struct account *a, bool reads);

/* True where it may access(2) the path so. */
bool account_may(const struct account *a, const char *path, int mode);

#endif
