/*
 * A program that is not root reaches what it needs below a folder that is
 * closed to it, and nothing else there.  Real mounts, in a child; an ordinary
 * user cannot make them.
 */
#include "data_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

#include "cli/view.h"

#define NOBODY 65534

static const struct account nobody = { "nobody", NOBODY, NOBODY, NOBODY };
static char needed[300], file[300], secret[300];

static bool
is_root(void)
{
	if (geteuid() == 0)
		return true;
	print_message("left out: needs root\n");
	return false;
}

/* The folder of the test is closed to everybody but root. */
static int
begin(void **state)
{
	data_begin(state);
	snprintf(needed, sizeof(needed), "%s/books/needed", data_folder);
	snprintf(file, sizeof(file), "%s/one", needed);
	snprintf(secret, sizeof(secret), "%s/keys/secret", data_folder);
	assert_int_equal(mkdir(needed, 0755), 0);
	assert_int_equal(chmod(needed, 0755), 0);
	data_write("books/needed/one", "1");
	assert_int_equal(chmod(file, 0644), 0);
	data_write("keys/secret", "2");
	assert_int_equal(chmod(secret, 0644), 0);
	return 0;
}

static ino_t namespace(void)
{
	struct stat st = { 0 };

	assert_int_equal(stat("/proc/self/ns/mnt", &st), 0);
	return st.st_ino;
}

/* The exit code of the child that calls it. */
static int
in_child(int (*look)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(look());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static int
without_a_view(void)
{
	return account_become(&nobody, -1) && open(file, O_RDONLY) < 0 &&
		errno == EACCES
	    ? 0
	    : 1;
}

static int
with_a_view(void)
{
	const char *paths[] = { needed, "/usr/bin", NULL };
	ino_t before = namespace();

	if (!view_open(&nobody, paths))
		return errno == EPERM ? 77 : 1;
	if (namespace() == before)
		return 2;
	if (access(secret, F_OK) == 0) /* root sees the view as well */
		return 3;
	if (!account_become(&nobody, -1))
		return 4;
	if (open(file, O_RDONLY) < 0)
		return 5;
	if (access("/usr/bin/env", X_OK) != 0)
		return 6;
	return open(secret, O_RDONLY) < 0 && errno == ENOENT ? 0 : 7;
}

static int
of_open_paths(void)
{
	const char *paths[] = { "/usr/bin", "/etc/passwd", NULL };
	ino_t before = namespace();

	return view_open(&nobody, paths) && namespace() == before ? 0 : 1;
}

/* The owner of the folder passes. */
static int
of_its_owner(void)
{
	const struct account owner = { "owner", getuid(), NOBODY, NOBODY };
	const char *paths[] = { needed, NULL };
	ino_t before = namespace();

	return view_open(&owner, paths) && namespace() == before ? 0 : 1;
}

static void
only_the_needed_paths_stand_below_a_closed_folder(void **state)
{
	int code;

	(void)state;
	if (!is_root())
		return;
	assert_int_equal(in_child(without_a_view), 0);
	if ((code = in_child(with_a_view)) == 77)
		print_message("left out: the machine refuses namespaces\n");
	else
		assert_int_equal(code, 0);
	assert_int_equal(access(secret, F_OK), 0); /* here nothing changed */
}

static void
open_paths_need_no_view(void **state)
{
	(void)state;
	assert_int_equal(in_child(of_open_paths), 0);
	assert_int_equal(in_child(of_its_owner), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    only_the_needed_paths_stand_below_a_closed_folder),
		cmocka_unit_test(open_paths_need_no_view),
	};

	return cmocka_run_group_tests(tests, begin, data_end);
}
