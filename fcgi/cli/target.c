/*
 * target.c: lists the targets of targets.yml, and checks whether a machine
 * still has its recorded host key.
 *
 * The command line has no network access of its own: it starts
 * countersign-executor for one check.  Nothing here writes targets.yml: a
 * person who compared a key enters it by hand, and a different key cannot be
 * accepted.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/target.h"
#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/host_key.h"
#include "inventory/targets.h"
#include "inventory/resolve.h"
#include "inventory/describe.h"
#include "cli/cli.h"
#include "cli/ask.h"

#define ANSWER_MAX (64 * 1024)

/* The targets, with a message about errors in them; NULL if there are none. */
static struct targets *
load(struct cli *c)
{
	/* Absolute, as its keys are opened from another folder. */
	char *folder = realpath(c->runbooks, NULL);
	char *path = mem_printf(
	    "%s/targets.yml", folder != NULL ? folder : c->runbooks);
	struct targets *t = NULL;
	size_t count, errors;

	if (targets_load(path, &t) != ERR_OK)
		cli_message(CLI_NO, "cli_file_unreadable file=%s", path);
	if (t != NULL)
		(void)targets_diagnostics(t, &count, &errors);
	if (t != NULL && errors > 0)
		cli_message(CLI_NO, "cli_targets_wrong file=%s count=%zu", path,
		    errors);
	free(path);
	free(folder);
	return t;
}

static void
print_line(const char *environment, struct json_object *o)
{
	const char *key = json_text(o, "fingerprint", NULL);

	printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", environment,
	    json_text(o, "name", ""), json_text(o, "kind", ""),
	    json_text(o, "address", "-"), json_text(o, "user", "-"),
	    json_text(o, "over", "-"), json_text(o, "client", "-"),
	    key != NULL                                    ? key
		: text_eq(json_text(o, "kind", ""), "ssh") ? "not pinned"
							   : "-");
}

static void
print_whole(const char *environment, struct json_object *o)
{
	printf("environment: %s\n", environment);
	json_object_object_foreach (o, key, value) {
		printf("%s: %s\n", key, json_object_get_string(value));
	}
	if (text_eq(json_text(o, "kind", ""), "ssh") &&
	    json_text(o, "fingerprint", NULL) == NULL)
		puts("fingerprint: not pinned");
	putchar('\n');
}

/* All of them, or those of that name; in one environment or in each. */
static int
list(struct cli *c, const char *name)
{
	struct targets *t = load(c);
	struct json_object *all;
	size_t found = 0;

	if (t == NULL)
		return CLI_NO;
	all = targets_describe(t);
	for (size_t i = 0; i < json_count(all); i++) {
		struct json_object *e = json_at(all, i);
		struct json_object *targets = json_get(e, "targets");
		const char *in = json_text(e, "name", "");

		if (c->environment != NULL && !text_eq(c->environment, in))
			continue;
		for (size_t k = 0; k < json_count(targets); k++) {
			struct json_object *o = json_at(targets, k);

			if (name != NULL &&
			    !text_eq(name, json_text(o, "name", "")))
				continue;
			(name != NULL ? print_whole : print_line)(in, o);
			found++;
		}
	}
	json_object_put(all);
	targets_free(t);
	if (found > 0 || name == NULL)
		return CLI_YES;
	return c->environment == NULL
	    ? cli_message(CLI_NO, "cli_no_target target=%s", name)
	    : cli_message(CLI_NO, "cli_no_target_in target=%s environment=%s",
		  name, c->environment);
}

/*
 * The target in a step's format, including its jump hosts; asks for a
 * passphrase that targets.yml names.
 */
static struct json_object *
nest(struct json_object *resolved, const char *name, bool login)
{
	struct json_object *o = NULL;
	const char *jump;
	char *word;
	struct buf ask = { 0 };

	json_object_deep_copy(json_get(resolved, name), &o, NULL);
	json_set_text(o, "name", name);
	json_object_object_del(o, "way");
	if (!login) {
		json_object_object_del(o, "passphrase");
	} else if (json_text(o, "passphrase", NULL) != NULL) {
		message_put(&ask, "cli_ask_passphrase target=%s", name);
		word = cli_read_line(buf_text(&ask));
		json_set_text(o, "passphrase", word != NULL ? word : "");
		if (word != NULL)
			explicit_bzero(word, strlen(word));
		free(word);
		buf_clear(&ask);
	}
	if ((jump = json_text(o, "jump", NULL)) != NULL)
		json_set(o, "jump", nest(resolved, jump, true));
	return o;
}

/* In the child: becomes the step, in a folder of its own. */
static void __attribute__((noreturn))
become_step(const char *program, const char *folder, int in, int out)
{
	if (chdir(folder) == 0 && dup2(in, 0) >= 0 && dup2(out, 1) >= 0)
		execl(program, program, "--host-key", (char *)NULL);
	_exit(127);
}

/* The step's output for the target; NULL: it could not be started. */
static struct json_object *
query_machine(struct json_object *target)
{
	char folder[] = "/tmp/countersign.XXXXXX";
	char *bin = cli_program_folder();
	char *program = mem_printf("%s/countersign-executor", bin);
	const char *request = json_write(target);
	int in[2] = { -1, -1 }, out[2] = { -1, -1 };
	struct json_object *answer = NULL;
	struct buf text = { 0 };
	pid_t pid = -1;
	ssize_t n;

	if (mkdtemp(folder) != NULL && pipe2(in, O_CLOEXEC) == 0 &&
	    pipe2(out, O_CLOEXEC) == 0 && (pid = fork()) == 0)
		become_step(program, folder, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	if (pid > 0) {
		(void)io_write_all(in[1], request, strlen(request));
		close(in[1]);
		while (text.len < ANSWER_MAX &&
		    (n = read(out[0], buf_reserve(&text, 4096), 4096)) > 0)
			text.len += (size_t)n;
		waitpid(pid, NULL, 0);
	}
	close(out[0]);
	rmdir(folder);
	while (text.len > 0 && text.data[text.len - 1] == '\n')
		text.len--;
	if (text.len > 0)
		(void)json_read(text.data, text.len, &answer, NULL);
	buf_clear(&text);
	free(program);
	free(bin);
	return answer;
}

static void
print_key(const char *what, const char *host_key)
{
	char type[64], fingerprint[64];
	struct buf blob = { 0 };

	if (host_key != NULL && host_key_read(host_key, type, &blob)) {
		host_key_fingerprint(blob.data, blob.len, fingerprint);
		printf("%-8s%s %s\n", what, type, fingerprint);
	} else {
		printf("%-8snothing\n", what);
	}
	buf_clear(&blob);
}

/* Prints the machine's key, the recorded one, and whether they are equal. */
static int
compare(const char *name, struct json_object *target, const char *shown)
{
	const char *pinned = json_text(target, "host_key", NULL);
	char type[64], pinned_type[64];
	struct buf a = { 0 }, b = { 0 };
	bool equal;

	(void)host_key_read(shown, type, &a);
	equal = pinned != NULL && host_key_read(pinned, pinned_type, &b) &&
	    a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
	cli_print("cli_scanned target=%s host=%s port=%d", name,
	    json_text(target, "host", ""), (int)json_int(target, "port", 22));
	print_key("shows", shown);
	print_key("pinned", pinned);
	printf("host_key: \"%s\"\n", shown);
	fflush(stdout);
	buf_clear(&a);
	buf_clear(&b);
	if (equal)
		return CLI_YES;
	return cli_message(CLI_NO,
	    pinned == NULL ? "cli_not_pinned target=%s"
			   : "cli_pinned_differs target=%s",
	    name);
}

/* The only environment that has the target, if the option is missing. */
static const char *
only_environment(struct json_object *all, const char *target)
{
	const char *only = NULL;

	for (size_t i = 0; i < json_count(all); i++) {
		struct json_object *e = json_at(all, i);
		struct json_object *targets = json_get(e, "targets");

		for (size_t k = 0; k < json_count(targets); k++) {
			if (!text_eq(target,
				json_text(json_at(targets, k), "name", "")))
				continue;
			if (only != NULL)
				return NULL;
			only = json_text(e, "name", "");
		}
	}
	return only;
}

static int
scan(struct cli *c, const char *name)
{
	struct targets *t = load(c);
	struct json_object *all, *resolved = NULL, *target, *answer = NULL;
	const char *in = c->environment;
	struct fault fault;
	int code = CLI_NO;

	if (t == NULL)
		return CLI_NO;
	all = targets_describe(t);
	if (in == NULL && (in = only_environment(all, name)) == NULL) {
		cli_message(CLI_NO, "cli_which_environment target=%s", name);
		goto out;
	}
	if (targets_resolve_target(t, in, name, &resolved, &fault) != ERR_OK) {
		cli_message(CLI_NO, "%s", fault.message);
		goto out;
	}
	if (!text_eq(json_text(json_get(resolved, name), "kind", ""), "ssh")) {
		cli_message(CLI_NO, "cli_no_ssh_target target=%s", name);
		goto out;
	}
	target = nest(resolved, name, false);
	answer = query_machine(target);
	json_object_put(target);
	if (json_text(answer, "host_key", NULL) != NULL)
		code = compare(name, json_get(resolved, name),
		    json_text(answer, "host_key", ""));
	else
		cli_message(CLI_NO, "%s",
		    json_get(answer, "error") != NULL
			? message_text(answer, "error")
			: MESSAGE("cli_no_executor"));
out:
	json_object_put(answer);
	json_object_put(resolved);
	json_object_put(all);
	targets_free(t);
	return code;
}

int
cli_target(struct cli *c)
{
	const char *action = c->argc > 0 ? c->argv[0] : "";

	if (strcmp(action, "list") == 0 && c->argc == 1)
		return list(c, NULL);
	if (strcmp(action, "show") == 0 && c->argc == 2)
		return list(c, c->argv[1]);
	if (strcmp(action, "scan") == 0 && c->argc == 2)
		return scan(c, c->argv[1]);
	return CLI_USAGE;
}
