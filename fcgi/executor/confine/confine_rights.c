/* confine_rights.c: the rights of a local program; gives up all others. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/message.h"
#include "base/restrict.h"
#include "executor/confine/confine.h"
#include "executor/confine/confine_filter.h"

/* Users of the console's other programs, who may read its journal. */
static const char *const never[] = { "countersign-keeper", "countersign-web",
	"countersign-nginx" };

unsigned
confine_without(void)
{
#ifdef __SANITIZE_ADDRESS__
	static const char *const names[] = { "namespaces", "user", "landlock",
		"seccomp", "everything" };
	const char *disabled = getenv("COUNTERSIGN_WITHOUT");
	unsigned without = 0;

	for (int i = 0; i < 5 && disabled != NULL; i++)
		if (strstr(disabled, names[i]) != NULL)
			without |= 1u << i;
	return without;
#else
	return 0;
#endif
}

static void
take_entry(struct confine_who *who, const struct passwd *pw)
{
	who->user = mem_strdup(pw->pw_name);
	who->home = mem_strdup(pw->pw_dir);
	who->uid = pw->pw_uid;
	who->gid = pw->pw_gid;
}

/* An ordinary user runs everything as itself. */
static bool
choose_own(const char *wanted, struct confine_who *ret, struct buf *why)
{
	const struct passwd *pw = getpwuid(geteuid());

	if (pw != NULL) {
		take_entry(ret, pw);
	} else {
		ret->user = mem_strdup("nobody");
		ret->home = mem_strdup("/");
		ret->uid = geteuid();
		ret->gid = getegid();
	}
	if (wanted == NULL || strcmp(wanted, ret->user) == 0)
		return true;
	message_put(
	    why, "local_cannot_become user=%s wanted=%s", ret->user, wanted);
	return false;
}

/*
 * Of this program; NULL: unknown.  In a chroot, once the namespace of mounts is
 * another one, the kernel names it from the real root.
 */
static char *program;

void
confine_rights_open(void)
{
	free(program);
	program = realpath("/proc/self/exe", NULL);
}

/*
 * True if the user owns this program or a folder above it: a script with the
 * user's rights could replace the program, which root would run.
 */
static bool
owns_programs(uid_t uid)
{
	char *path = program != NULL ? mem_strdup(program) : NULL, *slash;
	bool owns = path == NULL;
	struct stat st;

	while (!owns && path[0] != '\0') {
		owns = stat(path, &st) != 0 || st.st_uid == uid;
		slash = strrchr(path, '/');
		*slash = '\0';
	}
	free(path);
	return owns;
}

/* For root: NULL, or why the step may not have that user. */
static const char *
user_refused(const struct passwd *pw)
{
	const char *local = confine_policy()->local_user;

	if (pw->pw_uid == 0 && (local == NULL || strcmp(local, "root") != 0))
		return MESSAGE("local_no_root");
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (strcmp(pw->pw_name, never[i]) == 0)
			return MESSAGE("local_own_user");
	if (pw->pw_uid != 0 && owns_programs(pw->pw_uid))
		return MESSAGE("local_owner");
	return NULL;
}

bool
confine_choose(const char *user, struct confine_who *ret, struct buf *why)
{
	const char *wanted = user != NULL ? user : confine_policy()->local_user;
	const struct passwd *pw;
	const char *refused;

	*ret = (struct confine_who){ 0 };
	if ((confine_without() & CONFINE_EVERYTHING) != 0) {
		ret->whole = true;
		return choose_own(NULL, ret, why);
	}
	if (geteuid() != 0)
		return choose_own(wanted, ret, why);
	if (wanted == NULL)
		wanted = CONFINE_USER_NAME;
	if ((pw = getpwnam(wanted)) == NULL) {
		message_put(why, "local_no_user user=%s advice=%s", wanted,
		    strcmp(wanted, CONFINE_USER_NAME) == 0
			? MESSAGE("local_make_users")
			: MESSAGE("local_correct_user"));
		return false;
	}
	if ((refused = user_refused(pw)) != NULL) {
		message_put(
		    why, "local_refused user=%s reason=%s", wanted, refused);
		return false;
	}
	take_entry(ret, pw);
	ret->whole = pw->pw_uid == 0;
	ret->changes = !ret->whole &&
	    (confine_without() & CONFINE_ACCOUNT) == 0;
	ret->groups_count = CONFINE_GROUPS;
	if (getgrouplist(ret->user, ret->gid, ret->groups, &ret->groups_count) <
	    0)
		ret->groups_count = CONFINE_GROUPS;
	return true;
}

void
confine_who_clear(struct confine_who *who)
{
	free(who->user);
	free(who->home);
	*who = (struct confine_who){ 0 };
}

static bool
change_user(const struct confine_who *who)
{
	return setgroups((size_t)who->groups_count, who->groups) == 0 &&
	    setresgid(who->gid, who->gid, who->gid) == 0 &&
	    setresuid(who->uid, who->uid, who->uid) == 0;
}

/*
 * Each kernel supports some of the filters; the others hold if one is missing.
 */
bool
rights_take(const struct confine_who *who, bool covered)
{
	unsigned without = confine_without();

	umask(022);
	if (who->whole)
		return true;
	for (int cap = 0;
	     who->changes && prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		(void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	if (who->changes && !change_user(who))
		return false;
	if (!restrict_capabilities() ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return false;
	if ((without & CONFINE_LANDLOCK) == 0)
		(void)filter_landlock(confine_data(), covered);
	if ((without & CONFINE_SECCOMP) == 0)
		(void)filter_system_calls();
	return true;
}

/*
 * As a file server does: the kernel checks access to files against these ids
 * alone, and suspends root's rights to files while they are not root's.
 */
void
confine_files_as(const struct confine_who *who)
{
	int saved = errno;

	if (who->changes) {
		(void)setgroups((size_t)who->groups_count, who->groups);
		(void)setfsgid(who->gid);
		(void)setfsuid(who->uid);
	}
	errno = saved;
}

void
confine_files_own(void)
{
	int saved = errno;

	if (geteuid() == 0) {
		(void)setfsuid(0);
		(void)setfsgid(getegid());
	}
	errno = saved;
}
