/*
 * The isolation of steps on this machine, as countersign-executor itself finds
 * out; and the file for the pages if it does not answer.
 */
#include "data_folder.h"

#include <fcntl.h>

#include "base/json.h"
#include "cli/isolation.h"
#include "wire/exec.h"

/* The lines that the probe has logged, to standard error. */
static char *
probe(const char *program)
{
	int kept = dup(2),
	    fd = open(data_path("log"), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(kept >= 0 && fd >= 0);
	assert_int_equal(dup2(fd, 2), 2);
	isolation_probe(program, data_folder, getegid());
	dup2(kept, 2);
	close(kept);
	close(fd);
	return data_read("log");
}

static void
the_executor_s_answer_is_written_for_the_pages(void **state)
{
	struct json_object *found = NULL;
	struct stat st;
	char *log = probe(program_path("countersign-executor")), *text;

	(void)state;
	text = data_read(EXEC_ISOLATION);
	assert_int_equal(json_read(text, strlen(text), &found, NULL), ERR_OK);
	assert_int_equal(json_flag(found, "root", false), geteuid() == 0);
	assert_true(json_object_is_type(
	    json_get(found, "namespaces"), json_type_boolean));
	assert_int_equal(stat(data_path(EXEC_ISOLATION), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_null(strstr(log, "could not be found out"));
	/* without namespaces it says what that means */
	if (!json_flag(found, "namespaces", false))
		assert_non_null(strstr(log, "refuses namespaces"));
	json_object_put(found);
	free(text);
	free(log);
}

/* A script in its place, which answers that. */
static char *
answered(const char *answer)
{
	char text[600];

	snprintf(text, sizeof(text),
	    "#!/bin/sh\n[ \"$1 $2\" = '--isolation %s' ] || exit 9\ncat <<'E'\n"
	    "%s\nE\n",
	    data_folder, answer);
	data_write("answer", text);
	assert_int_equal(chmod(data_path("answer"), 0700), 0);
	return probe(data_path("answer"));
}

static void
a_machine_without_namespaces_is_warned_of(void **state)
{
	char *log = answered("{\"user\":\"countersign-local\",\"root\":true,"
			     "\"namespaces\":false}");

	(void)state;
	assert_non_null(strstr(log, "namespaces"));
	assert_null(strstr(log, "make users"));
	free(log);
	log = answered("{\"user\":\"\",\"root\":true,\"namespaces\":true}");
	assert_int_equal(strstr(log, "make users") != NULL, geteuid() == 0);
	assert_null(strstr(log, "refuses namespaces"));
	free(log);
	log = answered("{\"user\":\"me\",\"namespaces\":true}");
	assert_string_equal(log, "");
	free(log);
}

static void
no_answer_leaves_no_older_one_and_is_said(void **state)
{
	static const char *const wrong[] = { "", "{", "no JSON" };
	char *log;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		free(answered("{\"user\":\"me\",\"namespaces\":true}"));
		assert_int_equal(access(data_path(EXEC_ISOLATION), F_OK), 0);
		log = answered(wrong[i]);
		assert_non_null(strstr(log, "could not be found out"));
		assert_int_equal(access(data_path(EXEC_ISOLATION), F_OK), -1);
		free(log);
	}
	log = probe(data_path("there-is-none"));
	assert_non_null(strstr(log, "could not be found out"));
	free(log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_executor_s_answer_is_written_for_the_pages),
		cmocka_unit_test(a_machine_without_namespaces_is_warned_of),
		cmocka_unit_test(no_answer_leaves_no_older_one_and_is_said),
	};

	return cmocka_run_group_tests(tests, data_begin, data_end);
}
