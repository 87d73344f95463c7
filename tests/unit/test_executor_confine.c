/*
 * The rights of programs on this machine: whose they may be, and what they
 * reach of the console.  Real processes; those that need root are left out
 * for an ordinary user.
 */
#include "data_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/catalogue.h"
#include "executor/confine/confine.h"
#include "executor/confine/confine_script.h"

static struct job_spec spec;
static struct buf why;

static bool
is_root(void)
{
	if (geteuid() == 0 && getpwnam(CONFINE_USER_NAME) != NULL)
		return true;
	print_message("left out: needs root, and `make users`\n");
	return false;
}

static int
begin(void **state)
{
	data_begin(state);
	data_write("keys/ledger.key", "a key");
	assert_int_equal(mkdir(data_path("exec/e"), 0700), 0);
	assert_int_equal(chdir(data_path("exec/e")), 0);
	spec = (struct job_spec){ 0 };
	confine_job(&spec);
	confine_open(NULL, "..");
	assert_string_equal(confine_data(), data_folder);
	return 0;
}

static int
end(void **state)
{
	buf_clear(&why);
	confine_job(NULL);
	assert_int_equal(chdir("/"), 0);
	return data_end(state);
}

/* Refused, with a sentence that has this in it. */
static void
nobody_becomes(const char *user, const char *text)
{
	struct catalogue *c = catalogue_new();
	struct buf shown = { 0 };
	struct confine_who who;

	assert_false(confine_choose(user, &who, &why));
	catalogue_render(c, "en", buf_text(&why), &shown);
	if (strstr(buf_text(&shown), text) == NULL)
		fail_msg("%s: %s", user, buf_text(&shown));
	buf_clear(&shown);
	catalogue_free(c);
	buf_reset(&why);
	confine_who_clear(&who);
}

static void
root_is_for_environments_that_say_so(void **state)
{
	struct confine_who who;

	(void)state;
	if (!is_root())
		return;
	nobody_becomes("root", "root");
	spec.local_user = "countersign-local";
	nobody_becomes("root", "root");
	spec.local_user = "root";
	assert_true(confine_choose(NULL, &who, &why));
	assert_int_equal(who.uid, 0);
	assert_true(who.whole);
	confine_who_clear(&who);
}

static void
no_step_is_one_of_the_consoles_users(void **state)
{
	static const char *const users[] = { "countersign-keeper",
		"countersign-web", "countersign-nginx" };

	(void)state;
	if (!is_root())
		return;
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		nobody_becomes(users[i], users[i]);
		spec.local_user = users[i]; /* targets.yml asks in vain, too */
		nobody_becomes(NULL, users[i]);
		spec.local_user = NULL;
	}
	nobody_becomes("nobody-has-this-name", "nobody-has-this-name");
}

/* It could replace the program that root runs. */
static void
no_step_is_the_owner_of_the_programs(void **state)
{
	const char *self = program_path("tests/test_executor_confine");
	const struct passwd *games;
	struct stat st;

	(void)state;
	if (!is_root() || (games = getpwnam("games")) == NULL)
		return;
	assert_int_equal(stat(self, &st), 0);
	assert_int_equal(chown(self, games->pw_uid, (gid_t)-1), 0);
	nobody_becomes("games", "games");
	assert_int_equal(chown(self, st.st_uid, st.st_gid), 0);
}

static void
a_step_is_of_the_local_user_or_the_one_it_names(void **state)
{
	static const struct {
		const char *step, *environment, *user;
	} rows[] = {
		{ NULL, NULL, CONFINE_USER_NAME },
		{ NULL, "games", "games" },
		{ "games", NULL, "games" },
		{ CONFINE_USER_NAME, "games", CONFINE_USER_NAME },
	};
	struct confine_who who;

	(void)state;
	if (!is_root() || getpwnam("games") == NULL)
		return;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		spec.local_user = rows[i].environment;
		assert_true(confine_choose(rows[i].step, &who, &why));
		assert_string_equal(who.user, rows[i].user);
		assert_int_equal(who.uid, getpwnam(rows[i].user)->pw_uid);
		assert_true(who.changes);
		assert_false(who.whole);
		confine_who_clear(&who);
	}
}

/* Of an ordinary user: its own name, and no other. */
static void
an_ordinary_user_becomes_nobody_else(void **state)
{
	struct confine_who who;

	(void)state;
	if (geteuid() == 0 && seteuid(65534) != 0)
		return;
	nobody_becomes("root", "root");
	nobody_becomes("countersign-local", "countersign-local");
	assert_true(confine_choose(NULL, &who, &why));
	assert_int_equal(who.uid, geteuid());
	assert_false(who.changes);
	assert_false(who.whole);
	confine_who_clear(&who);
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
}

enum found {
	READS_KEY = 1,
	WRITES_DATA = 2,
	LISTS_DATA = 4,
	IS_ROOT = 8,
	GAINS_RIGHTS = 16,
	SIGNALS_US = 32,
	NO_SCRIPT = 64,
};

static pid_t ours;

/* In the new process: what it can do that it should not. */
static void
look(void *ctx, const char *script_path)
{
	char text[10] = "";
	int found = 0, fd;

	(void)ctx;
	if ((fd = open(data_path("keys/ledger.key"), O_RDONLY)) >= 0)
		found |= READS_KEY;
	if ((fd = open(data_path("new"), O_WRONLY | O_CREAT, 0600)) >= 0)
		found |= WRITES_DATA;
	if (access(data_path("keys"), F_OK) == 0)
		found |= LISTS_DATA;
	if (getuid() == 0 || geteuid() == 0 || setuid(0) == 0)
		found |= IS_ROOT;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		found |= GAINS_RIGHTS;
	if (kill(ours, 0) == 0)
		found |= SIGNALS_US;
	fd = script_path != NULL ? open(script_path, O_RDONLY) : -1;
	if (fd < 0 || read(fd, text, 9) != 9 || strcmp(text, "echo here") != 0)
		found |= NO_SCRIPT;
	_exit(found);
}

static void
die(void *ctx, const char *script_path)
{
	(void)ctx;
	(void)script_path;
	kill(getpid(), SIGKILL);
}

static void
leave(void *ctx, const char *script_path)
{
	(void)ctx;
	(void)script_path;
}

/* The status of that program, which has a script; as of waitpid(2). */
static int
status_of(const struct confine_who *who,
    void (*become)(void *ctx, const char *script_path))
{
	struct buf script = { 0 };
	struct confine_call call = { .who = who,
		.end_signal = SIGKILL,
		.script_name = "script",
		.script = &script,
		.become = become };
	struct confine_child child;
	int status = -1;

	ours = getpid();
	buf_puts(&script, "echo here");
	if (!confine_start(&call, &child, &why))
		fail_msg("%s", buf_text(&why));
	confine_wait(&child, &status);
	confine_script_remove(&call);
	assert_null(call.script_path);
	buf_clear(&script);
	return status;
}

static void
a_program_reaches_nothing_of_the_console(void **state)
{
	struct confine_who who;

	(void)state;
	if (!is_root())
		return;
	assert_true(confine_choose(NULL, &who, &why));
	assert_int_equal(status_of(&who, look), 0);
	assert_int_not_equal(access(data_path("new"), F_OK), 0);
	assert_int_not_equal(access("script", F_OK), 0);
	confine_who_clear(&who);
}

/* A status, a signal, and a program that could not be executed. */
static void
the_end_of_a_program_is_its_own(void **state)
{
	struct confine_who who;
	int status;

	(void)state;
	assert_true(confine_choose(NULL, &who, &why));
	status = status_of(&who, die);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	status = status_of(&who, leave);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 127);
	confine_who_clear(&who);
}

/* A step without isolation runs in production only if that is permitted. */
static void
production_needs_isolation(void **state)
{
	struct confine_who me = { .uid = 65534, .gid = 65534 };
	struct confine_call call = {
		.who = &me, .end_signal = SIGKILL, .become = leave
	};
	struct confine_child child;
	int status;

	(void)state;
	if (!is_root())
		return;
	confine_open("/", NULL); /* there is nothing that could be covered */
	assert_int_equal(seteuid(65534), 0);
	spec.local_production = true;
	assert_false(confine_start(&call, &child, &why));
	assert_true(why.len > 0);
	assert_int_equal(child.pid, -1);
	spec.local_unconfined = true;
	assert_true(confine_start(&call, &child, &why));
	confine_wait(&child, &status);
	spec = (struct job_spec){ 0 };
	assert_true(confine_start(&call, &child, &why));
	confine_wait(&child, &status);
	assert_int_equal(seteuid(0), 0);
}

static void
an_environment_forbids_steps_here(void **state)
{
	(void)state;
	assert_false(confine_forbidden(&why));
	assert_int_equal(why.len, 0);
	spec.local_forbidden = true;
	assert_true(confine_forbidden(&why));
	assert_true(why.len > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, begin, end)
		ONE(root_is_for_environments_that_say_so),
		ONE(no_step_is_one_of_the_consoles_users),
		ONE(no_step_is_the_owner_of_the_programs),
		ONE(a_step_is_of_the_local_user_or_the_one_it_names),
		ONE(an_ordinary_user_becomes_nobody_else),
		ONE(a_program_reaches_nothing_of_the_console),
		ONE(the_end_of_a_program_is_its_own),
		ONE(production_needs_isolation),
		ONE(an_environment_forbids_steps_here),
	};

	return cmocka_run_group_tests_name(
	    "executor/confine", tests, NULL, NULL);
}
