/*
 * report_derive.c: compares a report with the replay of its events.
 *
 * The report is made again from the replay, by the code with which the console
 * made it, and the two trees must be equal.  Older reports had no "format" and
 * contained more than the record ("can", the possible buttons): the fields of
 * those that can be recomputed must be equal, and the rest is listed as not
 * proven.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/verify/report_derive.h"
#include "base/buf.h"
#include "base/json.h"
#include "cli/verify/report.h"
#include "base/err.h"
#include "compiler/runbook.h"
#include "compiler/scope.h"
#include "journal/plan.h"
#include "journal/report/run_report.h"

/*
 * A report without "format" may lack these: they were not compared with the
 * events then.
 */
static const char *const newer[] = { "format", "progress", "steps.section",
	"steps.outcome", "steps.on", "steps.line", "steps.answers",
	"steps.role", "steps.sign", "steps.when", "steps.keeps",
	"steps.irreversible", "steps.essential", "steps.secret", "steps.undo",
	"steps.probe_of", "steps.targets", "steps.approval", "steps.signed_by",
	"steps.excluded", "steps.hosts", "steps.attempts.targets.artifact",
	"steps.signatures.at", "comments.at", NULL };

/* Two trees being compared; `path` is the position, "steps[2].by". */
struct place {
	struct report *b;
	struct buf path;
};

static void same(
    struct place *p, struct json_object *made, struct json_object *told);

/* Descends to a member, whose name may be hostile. */
static void
enter(struct place *p, const char *key)
{
	size_t at;

	if (p->path.len > 0)
		buf_putc(&p->path, '.');
	at = p->path.len;
	buf_puts(&p->path, key);
	for (; at < p->path.len; at++)
		if ((unsigned char)p->path.data[at] < ' ')
			p->path.data[at] = '?';
}

static void
leave(struct place *p, size_t len)
{
	p->path.len = len;
	p->path.data[len] = '\0';
}

/* The path without its numbers, "steps.by", cut if long. */
static const char *
plain(const struct place *p, char out[100])
{
	size_t n = 0;

	for (const char *s = buf_text(&p->path); *s != '\0' && n < 99; s++) {
		if (*s == '[' && s[1 + strspn(s + 1, "0123456789")] == ']')
			s = strchr(s, ']');
		else
			out[n++] = *s;
	}
	out[n] = '\0';
	return out;
}

static bool
may_lack(const struct place *p, struct json_object *made)
{
	char path[100];

	plain(p, path);
	for (size_t i = 0; p->b->old && newer[i] != NULL; i++)
		if (strcmp(newer[i], path) == 0)
			return true;
	return p->b->old && made == NULL;
}

/* Compares each member that the replay has. */
static void
compare_derived(
    struct place *p, struct json_object *made, struct json_object *told)
{
	size_t len = p->path.len;

	json_object_object_foreach (made, key, value) {
		struct json_object *other;

		enter(p, key);
		if (json_object_object_get_ex(told, key, &other))
			same(p, value, other);
		else if (!may_lack(p, value))
			cli_wrong(&p->b->wrong,
			    "verify_member_missing member=%.500s "
			    "expected=%.200s",
			    p->path.data, json_write(value));
		leave(p, len);
	}
}

/* Handles each member that the replay lacks. */
static void
compare_unproven(
    struct place *p, struct json_object *made, struct json_object *told)
{
	size_t len = p->path.len;
	char path[100];

	json_object_object_foreach (told, key, value) {
		if (json_object_object_get_ex(made, key, NULL))
			continue;
		enter(p, key);
		if (p->b->old)
			json_set(p->b->unproven, plain(p, path), NULL);
		else
			cli_wrong(&p->b->wrong,
			    "verify_member_unproven member=%.500s value=%.200s",
			    p->path.data, json_write(value));
		leave(p, len);
	}
}

static void
same_list(struct place *p, struct json_object *made, struct json_object *told)
{
	size_t len = p->path.len, n = json_count(made);

	if (json_count(told) != n) {
		cli_wrong(&p->b->wrong,
		    "verify_members member=%.500s count=%zu expected=%zu",
		    p->path.data, json_count(told), n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		buf_printf(&p->path, "[%zu]", i);
		same(p, json_at(made, i), json_at(told, i));
		leave(p, len);
	}
}

static void
same(struct place *p, struct json_object *made, struct json_object *told)
{
	enum json_type type = json_object_get_type(made);

	if (json_object_get_type(told) != type) {
		cli_wrong(&p->b->wrong,
		    "verify_member_differs member=%.500s value=%.200s "
		    "expected=%.200s",
		    buf_text(&p->path), json_write(told), json_write(made));
	} else if (type == json_type_object) {
		compare_derived(p, made, told);
		compare_unproven(p, made, told);
	} else if (type == json_type_array) {
		same_list(p, made, told);
	} else if (!json_object_equal(made, told)) {
		cli_wrong(&p->b->wrong,
		    "verify_member_differs member=%.500s value=%.200s "
		    "expected=%.200s",
		    buf_text(&p->path), json_write(told), json_write(made));
	}
}

/*
 * The number of a gate's valid decisions by the roles at the time of the
 * export, which is in no event of the run.
 */
static void
forget_counts(struct json_object *report)
{
	static const char *const keys[] = { "given", "missing", "is_given" };
	struct json_object *steps = json_get(report, "steps");

	for (size_t i = 0; i < json_count(steps); i++) {
		struct json_object *gate = json_get(
		    json_at(steps, i), "approval");

		for (size_t k = 0; gate != NULL && k < 3; k++)
			json_object_object_del(gate, keys[k]);
	}
}

static void
print_unproven(struct json_object *paths)
{
	const char *between = "";
	struct buf names = { 0 };

	if (json_object_object_length(paths) == 0)
		return;
	json_object_object_foreach (paths, path, unused) {
		(void)unused;
		buf_printf(&names, "%s%s", between, path);
		between = ", ";
	}
	cli_print("verify_unproven members=%s", buf_text(&names));
	buf_clear(&names);
}

/* A run of an older version has a document in place of a compiled plan. */
static struct json_object *
make_of_document(struct report *b, struct json_object *row)
{
	struct json_object *made = NULL;
	struct runbook *runbook;

	if (runbook_of_run(json_text(b->report, "document_text", ""),
		json_get(row, "parameters"), json_get(row, "targets"), &runbook,
		NULL) == ERR_OK) {
		made = run_report_make(b->replay, b->run, &runbook->plan);
		runbook_free(runbook);
	}
	return made;
}

/* The report as the replay makes it, or NULL. */
static struct json_object *
make_again(struct report *b)
{
	struct json_object *row = db_first_json(
	    db_query(b->replay, STMT_RUN_GET, INT(b->run)));
	struct json_object *made = NULL;
	struct plan *plan = NULL;

	if (row != NULL && plan_load(b->replay, row, &plan, NULL) == ERR_OK)
		made = plan != NULL ? run_report_make(b->replay, b->run, plan)
				    : make_of_document(b, row);
	plan_free(plan);
	json_object_put(row);
	return made;
}

void
report_compare(struct report *b)
{
	struct json_object *made = make_again(b);
	struct place p = { .b = b };

	if (made == NULL) {
		cli_wrong(&b->wrong, "verify_no_run");
		return;
	}
	b->unproven = json_object_new_object();
	b->old = json_get(b->report, "format") == NULL &&
	    json_get(b->report, "can") != NULL;
	if (b->old)
		forget_counts(made);
	same(&p, made, b->report);
	print_unproven(b->unproven);
	buf_clear(&p.path);
	json_object_put(b->unproven);
	json_object_put(made);
}
