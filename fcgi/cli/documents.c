/*
 * documents.c: check and import.
 */
#include <errno.h>
#include <fts.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli/documents.h"
#include "base/io.h"
#include "base/message.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "compiler/runbook.h"
#include "import/import.h"
#include "lang/runbook_name.h"
#include "inventory/targets.h"
#include "inventory/environment_values.h"
#include "inventory/resolve.h"
#include "cli/cli.h"
#include "cli/pandoc.h"

static bool
read_document(const char *path, struct buf *ret)
{
	enum err err = io_read_file(path, RUNBOOK_MAX_BYTES, ret);

	if (err == ERR_OK)
		return true;
	buf_clear(ret);
	if (err == ERR_NOT_FOUND)
		cli_message(CLI_NO, "cli_no_file file=%s", path);
	else if (err == ERR_TOO_LARGE)
		cli_message(CLI_NO, "cli_file_large file=%s limit=1", path);
	else
		cli_message(CLI_NO, "cli_file_unreadable file=%s", path);
	return false;
}

/*
 * Prints the environments that lack a name which the document uses, or have a
 * value that it refuses.  False: it can run in none.
 */
static bool
check_environments(const char *path, const struct runbook *runbook,
    const struct targets *targets)
{
	struct json_object *all = targets != NULL
	    ? targets_environments(targets)
	    : NULL;
	struct json_object *resolved;
	struct fault why;
	size_t count = json_count(all), refused = 0;

	for (size_t i = 0; i < count; i++) {
		const char *name = json_text(json_at(all, i), "name", "");

		resolved = NULL;
		if (targets_resolve(targets, name, &runbook->plan, &resolved,
			&why) != ERR_OK ||
		    values_check(targets, name, &runbook->plan, &why) !=
			ERR_OK) {
			cli_print(
			    "cli_cannot_run file=%s environment=%s why=%s",
			    path, name, why.message);
			refused++;
		}
		json_object_put(resolved);
	}
	json_object_put(all);
	if (count > 0 && refused == count)
		cli_print("cli_runs_nowhere file=%s", path);
	return count == 0 || refused < count;
}

/* A console that was started as a plain user cannot change to another one. */
static bool
check_users(const char *path, const struct runbook *runbook)
{
	const struct passwd *me = getpwuid(geteuid());
	bool ok = true;

	for (size_t i = 0; i < runbook->plan.steps_count && geteuid() != 0;
	     i++) {
		const struct step *s = &runbook->plan.steps[i];

		if (s->user == NULL || strcmp(s->on, "local") != 0 ||
		    (me != NULL && strcmp(me->pw_name, s->user) == 0))
			continue;
		cli_print("cli_user_needs_root file=%s line=%d user=%s", path,
		    s->line, s->user);
		ok = false;
	}
	return ok;
}

/* Prints the errors of one document; true: it may be run. */
static bool
check_runbook(const char *path, const struct targets *targets)
{
	struct buf text = { 0 }, out = { 0 };
	struct runbook *runbook;
	bool ok;

	if (!read_document(path, &text))
		return false;
	runbook = runbook_parse(buf_text(&text), text.len);
	ok = runbook->errors == 0;
	runbook_print_diagnostics(runbook, path, &out);
	fputs(buf_text(&out), stdout);
	ok = check_users(path, runbook) && ok;
	if (ok && runbook->plan.steps_count == 0)
		cli_print("cli_no_steps file=%s", path);
	if (ok)
		ok = check_environments(path, runbook, targets);
	cli_print("cli_checked file=%s steps=%zu result=@%s", path,
	    plan_count_steps(&runbook->plan),
	    ok ? "cli_no_errors" : "cli_not_to_be_run");
	runbook_free(runbook);
	buf_clear(&out);
	buf_clear(&text);
	return ok;
}

/* Prints the errors of targets.yml; true: it has none. */
static bool
check_targets(const char *path, struct targets **ret)
{
	static const char *const words[] = { "error", "warning", "note" };
	const struct diagnostic *d;
	struct targets *targets;
	size_t count, errors;

	enum err err = targets_load(path, &targets);

	if (err != ERR_OK) {
		cli_message(CLI_NO,
		    err == ERR_FORBIDDEN ? "runbook_leads_out file=%s"
					 : "cli_file_unreadable file=%s",
		    path);
		return false;
	}
	d = targets_diagnostics(targets, &count, &errors);
	for (size_t i = 0; i < count; i++)
		cli_print("%s:%d:%d: %s: %s", path, d[i].line, d[i].column,
		    words[d[i].severity], d[i].message);
	*ret = targets;
	return errors == 0;
}

/* The path without the suffix “.md”.  The caller frees it. */
static char *
without_ending(const char *path)
{
	return mem_strndup(
	    path, strlen(path) - (text_ends(path, ".md") ? 3 : 0));
}

static bool
is_readme(const char *name)
{
	char *bare = without_ending(name);
	bool is = text_ends(name, ".md") && runbook_name_is_readme(bare);

	free(bare);
	return is;
}

/* A targets.yml and what it has. */
struct library {
	char *path; /* or NULL */
	struct targets *targets;
	bool ok;
	bool is_beside; /* the last file is at the top of its folder */
};

static void
library_clear(struct library *l)
{
	targets_free(l->targets);
	free(l->path);
	*l = (struct library){ 0 };
}

/*
 * The targets.yml that counts for the file: that of the nearest folder above
 * it.  The caller frees it; NULL: there is none.
 */
static char *
targets_above(const char *path, bool *ret_is_beside)
{
	char *real = realpath(path, NULL), *end, *found = NULL;

	*ret_is_beside = true;
	while (real != NULL && (end = strrchr(real, '/')) != NULL) {
		*end = '\0';
		found = mem_printf("%s/targets.yml", real);
		if (access(found, F_OK) == 0)
			break;
		*ret_is_beside = false;
		free(found);
		found = NULL;
	}
	free(real);
	return found;
}

/* Checks the targets.yml of the file, unless it is that of the one before. */
static void
library_of(struct library *l, const char *path)
{
	bool is_beside;
	char *found = targets_above(path, &is_beside);

	if (found == NULL || !text_eq(found, l->path)) {
		library_clear(l);
		l->path = found;
		l->ok = found == NULL || check_targets(found, &l->targets);
	} else {
		free(found);
	}
	l->is_beside = found != NULL && is_beside;
}

/*
 * Checks that the library could show the file, and prints why not; `name` is
 * its path below the runbook folder.
 */
static bool
check_name(const char *path, const char *name)
{
	char *bare = without_ending(name);
	const char *why = runbook_name_refused(bare);

	if (why != NULL)
		cli_print("cli_name_refused file=%s why=%s", path, why);
	free(bare);
	return why == NULL;
}

static bool
check_one(struct library *l, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;

	if (text_ends(path, ".yml") || text_ends(path, ".yaml")) {
		library_clear(l);
		l->ok = check_targets(path, &l->targets);
		l->path = realpath(path, NULL);
		return l->ok;
	}
	library_of(l, path);
	if (is_readme(name) && l->is_beside) {
		cli_print("cli_readme_left_out file=%s", path);
		return true;
	}
	return (is_readme(name) || check_name(path, name)) &&
	    check_runbook(path, l->targets) && l->ok;
}

/* The console reads nothing outside of the folder. */
static bool
check_inside(const char *folder, const char *name, const char *path)
{
	int fd = io_open_beneath(folder, name, true);

	if (fd >= 0)
		close(fd);
	else if (errno == EXDEV)
		cli_message(CLI_NO, "runbook_leads_out file=%s", path);
	return fd >= 0 || errno != EXDEV;
}

/*
 * All runbooks below the folder, and its targets.yml; like the library, it
 * skips names that begin with a dot and the README.md at the top.
 */
static bool
check_folder(const char *folder)
{
	char *paths[] = { (char *)(uintptr_t)folder, NULL };
	FTS *tree = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	char *targets = mem_printf("%s/targets.yml", folder);
	size_t base = strlen(folder);
	struct targets *of = NULL;
	bool ok = check_targets(targets, &of);
	FTSENT *e;

	while (base > 1 && folder[base - 1] == '/')
		base--;
	while (tree != NULL && (e = fts_read(tree)) != NULL) {
		if (e->fts_level > 0 && e->fts_name[0] == '.')
			fts_set(tree, e, FTS_SKIP);
		else if (e->fts_level == 1 && is_readme(e->fts_name))
			continue;
		else if (e->fts_level > 0 && e->fts_info != FTS_DP &&
		    (e->fts_info == FTS_D || text_ends(e->fts_path, ".md")) &&
		    !check_inside(
			folder, e->fts_path + base + 1, e->fts_path)) {
			fts_set(tree, e, FTS_SKIP);
			ok = false;
		} else if (e->fts_info == FTS_F &&
		    text_ends(e->fts_name, ".md"))
			ok = check_name(e->fts_path, e->fts_path + base + 1) &&
			    check_runbook(e->fts_path, of) && ok;
	}
	if (tree != NULL)
		fts_close(tree);
	targets_free(of);
	free(targets);
	return ok;
}

int
cli_check(struct cli *c)
{
	struct library l = { 0 };
	bool ok = true;

	if (c->argc == 0)
		return check_folder(c->runbooks) ? CLI_YES : CLI_NO;
	for (int i = 0; i < c->argc; i++)
		ok = check_one(&l, c->argv[i]) && ok;
	library_clear(&l);
	return ok ? CLI_YES : CLI_NO;
}

/* Prints notes, each “LINE: text” about the result. */
static void
print_notes(const char *output, const char *s)
{
	size_t count = 0;

	for (const char *c = s; *c != '\0'; c++)
		count += *c == '\n';
	if (count > 0)
		cli_message(CLI_YES, "cli_decide count=%zu", count);
	for (size_t n; *s != '\0'; s += n + 1) {
		n = strcspn(s, "\n");
		cli_message(CLI_YES, "%s:%.*s",
		    output != NULL ? output : MESSAGE("cli_result"), (int)n, s);
	}
}

/* Prints a summary of the proposal, and notes for the review. */
static int
print_imported(const struct buf *text)
{
	struct runbook *runbook = runbook_parse(buf_text(text), text->len);
	size_t here = 0;
	int code = CLI_YES;

	for (size_t i = 0; i < runbook->plan.steps_count; i++) {
		const struct step *s = &runbook->plan.steps[i];

		here += s->kind != STEP_MANUAL && !s->restores &&
		    strcmp(s->on, "local") == 0;
	}
	cli_message(CLI_YES, "cli_imported steps=%zu here=%zu",
	    plan_count_steps(&runbook->plan), here);
	if (runbook->errors > 0)
		code = cli_message(
		    CLI_NO, "cli_imported_errors count=%zu", runbook->errors);
	runbook_free(runbook);
	return code;
}

/* Suffixes of Markdown, or of no known format. */
static bool
is_markdown(const char *path)
{
	static const char *const endings[] = { ".md", ".markdown", ".mdown",
		".mkd", ".txt", NULL };
	size_t len = strlen(path), n;

	for (size_t i = 0; endings[i] != NULL; i++) {
		n = strlen(endings[i]);
		if (len > n && strcasecmp(path + len - n, endings[i]) == 0)
			return true;
	}
	return false;
}

static bool
read_any(const char *path, struct buf *ret)
{
	if (!is_markdown(path))
		return pandoc_read(path, ret);
	if (!read_document(path, ret))
		return false;
	if (text_is_utf8(buf_text(ret), ret->len) &&
	    memchr(buf_text(ret), '\0', ret->len) == NULL)
		return true;
	cli_message(CLI_NO, "cli_not_utf8 file=%s", path);
	return false;
}

int
cli_import(struct cli *c)
{
	struct buf text = { 0 }, out = { 0 }, notes = { 0 };
	int code = CLI_NO;

	if (c->argc != 1)
		return CLI_USAGE;
	if (c->output != NULL && access(c->output, F_OK) == 0)
		return cli_message(
		    CLI_NO, "cli_output_exists file=%s", c->output);
	if (!read_any(c->argv[0], &text))
		goto out;
	runbook_import(buf_text(&text), text.len, &out, &notes);
	if (c->output == NULL)
		code = fwrite(buf_text(&out), 1, out.len, stdout) == out.len
		    ? CLI_YES
		    : CLI_NO;
	else if (io_write_file(c->output, 0644, buf_text(&out), out.len) ==
	    ERR_OK)
		code = CLI_YES;
	else
		cli_message(CLI_NO, "cli_file_unwritable file=%s", c->output);
	if (code == CLI_YES) {
		print_notes(c->output, buf_text(&notes));
		code = print_imported(&out);
	}
out:
	buf_clear(&out);
	buf_clear(&notes);
	buf_clear(&text);
	return code;
}
