/*
 * account.c: the users of the console's programs if it is started as root.
 *
 * Only the runner and its steps, which log in elsewhere with keys that are
 * root's, and `serve`, which restarts them, stay root.  The keeper's files have
 * the web program's group, so that it reads the journal, and so have packs;
 * outputs have nginx's group, to which keeper and web belong as well.  Other
 * users, a step's user above all, cannot enter the data folder.
 */
#include <errno.h>
#include <ftw.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/account.h"

static void
find(struct account *a, const char *name)
{
	const struct passwd *pw = getpwnam(name);

	if (pw == NULL)
		log_fatal(
		    "the user %s is missing. Started as root, the "
		    "console gives its programs users of their own: run `make "
		    "users` as root (useradd --system --user-group "
		    "--shell /usr/sbin/nologin %s), or start the console as "
		    "an ordinary user",
		    name, name);
	a->name = name;
	a->uid = pw->pw_uid;
	a->gid = pw->pw_gid;
}

void
accounts_find(struct accounts *ret)
{
	*ret = (struct accounts){ .used = geteuid() == 0 };
	if (!ret->used)
		return;
	find(&ret->keeper, "countersign-keeper");
	find(&ret->web, "countersign-web");
	find(&ret->nginx, "countersign-nginx");
	ret->keeper.gid = ret->web.gid;
	ret->keeper.group = ret->web.group = ret->nginx.group = ret->nginx.gid;
}

static void
give(const char *path, uid_t uid, gid_t gid, mode_t mode)
{
	if (lchown(path, uid, gid) != 0 || chmod(path, mode) != 0)
		log_fatal("%s cannot be given to the console's users: %s", path,
		    strerror(errno));
}

/* For the walks: nftw(3) passes no context. */
static const struct accounts *walking;
static const char *walking_in;

static bool
is_output(const char *path)
{
	static const char *const ends[] = { ".txt", ".times", ".cast", ".save",
		".sealed" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (text_ends(path, ends[i]))
			return true;
	return false;
}

static int
give_output(
    const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)where;
	if (kind == FTW_D)
		give(path, 0, walking->nginx.gid, 02750);
	else if (kind == FTW_F)
		give(
		    path, 0, walking->nginx.gid, is_output(path) ? 0640 : 0600);
	return 0;
}

static int
give_pack(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)where;
	if (kind == FTW_D || kind == FTW_F)
		give(path, 0, walking->web.gid, kind == FTW_D ? 02750 : 0640);
	return 0;
}

static int
give_nginx(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)where;
	if (kind == FTW_D || kind == FTW_F)
		give(path, walking->nginx.uid, walking->nginx.gid,
		    kind == FTW_D ? 0700 : 0600);
	return 0;
}

/* The journal and its files; keys except the runner's. */
static int
give_own(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	const char *name = path + where->base;
	bool key = strncmp(path + strlen(walking_in), "/keys/", 6) == 0;
	const struct account *k = &walking->keeper;

	(void)st;
	if (kind == FTW_D &&
	    (where->level > 1 || strcmp(name, "run") == 0 ||
		strcmp(name, "exec") == 0 || strcmp(name, "packs") == 0))
		return FTW_SKIP_SUBTREE;
	if (kind == FTW_D)
		give(path, k->uid,
		    where->level == 0 ? walking->nginx.gid : k->gid,
		    where->level == 0 ? 0710 : 0700);
	else if (kind == FTW_F &&
	    (strcmp(name, "serve.lock") == 0 ||
		strcmp(name, "runner.key") == 0))
		give(path, 0, 0, 0600);
	else if (kind == FTW_F)
		give(path, k->uid, k->gid,
		    !key && text_starts(name, "countersign.db") ? 0640 : 0600);
	return 0;
}

/* True of a folder that was given to the group, with all that is in it. */
static bool
is_given(const char *path, gid_t gid)
{
	struct stat st;

	return stat(path, &st) != 0 ||
	    (st.st_gid == gid && (st.st_mode & 07777) == 02750);
}

void
accounts_take_data(const struct accounts *a, const char *data)
{
	char *exec = mem_printf("%s/exec", data);
	char *packs = mem_printf("%s/packs", data);
	char *run = mem_printf("%s/run", data);
	char *nginx = mem_printf("%s/run/nginx", data);

	walking = a;
	walking_in = data;
	if (a->used) {
		(void)nftw(data, give_own, 16, FTW_PHYS | FTW_ACTIONRETVAL);
		give(run, 0, a->nginx.gid, 0710);
		(void)nftw(nginx, give_nginx, 16, FTW_PHYS);
		if (!is_given(exec, a->nginx.gid))
			(void)nftw(exec, give_output, 16, FTW_PHYS);
		if (!is_given(packs, a->web.gid))
			(void)nftw(packs, give_pack, 16, FTW_PHYS);
	}
	free(exec);
	free(packs);
	free(run);
	free(nginx);
}

static struct __user_cap_header_struct header = {
	.version = _LINUX_CAPABILITY_VERSION_3
};

int
account_reader(void)
{
	struct __user_cap_data_struct caps[2] = { { 0 } };

	if (syscall(SYS_capget, &header, caps) == 0 &&
	    (caps[0].permitted & (1u << CAP_DAC_READ_SEARCH)) == 0)
		return CAP_DAC_OVERRIDE;
	return CAP_DAC_READ_SEARCH;
}

/* After the change of user, which drops all other capabilities. */
static bool
keep(int cap)
{
	__u32 bit = 1u << cap;
	struct __user_cap_data_struct caps[2] = { { bit, bit, bit },
		{ 0, 0, 0 } };

	return syscall(SYS_capset, &header, caps) == 0 &&
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) == 0;
}

bool
account_become(const struct account *a, int cap)
{
	return prctl(PR_SET_KEEPCAPS, cap >= 0, 0, 0, 0) == 0 &&
	    setgroups(1, &a->group) == 0 &&
	    setresgid(a->gid, a->gid, a->gid) == 0 &&
	    setresuid(a->uid, a->uid, a->uid) == 0 && (cap < 0 || keep(cap)) &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

bool
account_may(const struct account *a, const char *path, int mode)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(account_become(a, -1) && access(path, mode) == 0 ? 0 : 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}
