/*
 * job_spec_make.c: makes the job spec of an attempt from the run snapshot
 * (run_snapshot.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner/job_spec_make.h"
#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/plan_scope.h"
#include "journal/captured.h"
#include "base/hash.h"
#include "base/err.h"
#include "plan/step.h"
#include "plan/plan.h"
#include "journal/db.h"
#include "plan/state.h"
#include "plan/command.h"
#include "journal/plan.h"
#include "runner/target_selection.h"
#include "runner/dry_run.h"
#include "runner/run_snapshot.h"
#include "runner/runner.h"
#include "runner/target_secrets.h"
#include "runner/artifacts.h"
#include "runner/replay.h"
#include "runner/spawn.h"
#include "wire/job_message.h"

/* The secret parameters of the run; checks each box against the plan. */
static enum err
open_secrets(struct runner *r, struct run_snapshot *s,
    struct json_object *secrets, struct fault *why)
{
	struct json_object *sealed = json_get(s->run, "sealed");
	struct rows *rows = db_query(r->db, STMT_SEALED_OF_RUN, INT(s->run_id));
	char hash[2 * HASH_BYTES + 1];
	enum err err = ERR_OK;
	size_t len, count = 0;

	while (err == ERR_OK && db_next(rows)) {
		const void *box = db_blob(rows, "box", &len);
		char *text;

		hash_hex(box, len, hash);
		if (!text_eq(
			hash, json_text(sealed, db_text(rows, "name"), "")))
			continue; /* of an earlier plan */
		if ((text = job_spec_open_box(r, box, len)) == NULL)
			err = run_snapshot_refuse(
			    why, MESSAGE("refused_secret_sealed"));
		else
			job_spec_put_secret(
			    secrets, db_text(rows, "name"), text);
		count++;
	}
	db_done(rows);
	if (err == ERR_OK && count != (size_t)json_object_object_length(sealed))
		err = run_snapshot_refuse(
		    why, MESSAGE("refused_secret_missing"));
	return err;
}

static struct json_object *
values_of(struct runner *r, struct run_snapshot *s)
{
	struct json_object *values = json_object_new_object();
	struct json_object *parameters = json_get(s->run, "parameters");
	struct json_object *captured = captured_values(r->replayed, s->run_id);
	struct json_object *seen;

	json_object_object_foreach (parameters, name, value) {
		if (value != NULL)
			json_set(values, name, json_object_get(value));
	}
	seen = plan_visible(s->plan, s->step->section, captured);
	json_object_object_foreach (seen, key, text) {
		json_set(values, key, json_object_get(text));
	}
	json_object_put(captured);
	json_object_put(seen);
	return values;
}

/*
 * Replaces "machine:/path" under each="machine in …" by the target of this
 * iteration; what a machine printed names none.
 */
static void
add_items(struct run_snapshot *s, struct json_object *hosts)
{
	const struct binding *b = s->plan->sections[s->step->section].bound;

	for (; b != NULL; b = b->outer)
		if (b->step == NULL && json_get(hosts, b->item) != NULL)
			json_set(hosts, b->name,
			    json_object_get(json_get(hosts, b->item)));
}

/*
 * The machines that a copy uses stand in its text, so the job spec gets all
 * targets of the plan.
 */
static enum err
hosts_of(struct runner *r, struct run_snapshot *s, struct json_object *hosts,
    struct fault *why)
{
	struct json_object *resolved = json_get(s->run, "targets");
	enum err err = ERR_OK;

	if (s->step->kind != STEP_COPY)
		return ERR_OK;
	json_object_object_foreach (resolved, name, target) {
		struct json_object *o = NULL;

		if (err != ERR_OK ||
		    strcmp(json_text(target, "kind", ""), "ssh") != 0)
			continue;
		err = job_target(r, resolved, name, &o, why);
		json_set(hosts, name, o);
	}
	add_items(s, hosts);
	return err;
}

/* The targets whose addresses a script has, by the names of the document. */
static enum err
put_with(struct runner *r, struct run_snapshot *s, struct job_message *m,
    struct fault *why)
{
	const struct step *step = s->step;
	enum err err = ERR_OK;

	m->with = json_object_new_object();
	for (size_t i = 0; i < step->with_count && err == ERR_OK; i++) {
		struct json_object *o = NULL;

		err = job_target_given(r, json_get(s->run, "targets"),
		    step->with_targets[i], &o, why);
		json_set(m->with, step->with[i], o);
	}
	return err;
}

static struct json_object *
names_of(struct runner *r, struct run_snapshot *s)
{
	struct json_object *group, *names;

	if (s->dry_run)
		return json_object_get(s->names);
	group = plan_targets_of(json_get(s->run, "targets"), s->step->on);
	names = target_selection_read(
	    r->replayed, s->run_id, s->step->id, s->n, group);
	json_object_put(group);
	return names;
}

/* In a dry run, a target that cannot be tried gets that as its result. */
static enum err
targets_of(struct runner *r, struct run_snapshot *s, struct json_object *all,
    struct fault *why)
{
	struct json_object *resolved = json_get(s->run, "targets");
	struct json_object *names = names_of(r, s);
	enum err err = names != NULL
	    ? ERR_OK
	    : run_snapshot_refuse(why, MESSAGE("refused_other_targets"));

	for (size_t i = 0; err == ERR_OK && i < json_count(names); i++) {
		const char *name = json_object_get_string(json_at(names, i));
		struct json_object *o = NULL;

		err = job_target(r, resolved, name, &o, why);
		if (err == ERR_OK) {
			json_object_array_add(all, o);
		} else if (s->dry_run) {
			dry_run_refuse(s->refused, name, why->message);
			err = ERR_OK;
		}
	}
	json_object_put(names);
	return err;
}

static struct json_object *
numbers_of(const struct plan *plan)
{
	struct json_object *names = json_object_new_array();
	struct parameter asked;

	for (size_t i = 0; i < plan->parameters_count; i++)
		if (plan->parameters[i].type == PARAMETER_NUMBER)
			json_object_array_add(names,
			    json_object_new_string(plan->parameters[i].name));
	for (size_t i = 0; i < plan->steps_count; i++)
		if (step_asks(&plan->steps[i], &asked) &&
		    asked.type == PARAMETER_NUMBER)
			json_object_array_add(
			    names, json_object_new_string(asked.name));
	return names;
}

/* The statements at which a retry starts. */
static enum err
put_statements(struct runner *r, struct run_snapshot *s, struct job_message *m,
    struct fault *why)
{
	struct json_object *skipped,
	    *from = target_selection_statements(r->replayed, s->run_id,
		s->step->id, s->n, json_text(s->run, "plan", ""), &skipped);

	if (from == NULL)
		return run_snapshot_refuse(
		    why, MESSAGE("refused_other_statement"));
	m->from_statement = from;
	m->skipped = skipped;
	return ERR_OK;
}

/*
 * Seals secret output to the keeper, which shows it to authorized people, and
 * its artifact to us.
 */
static enum err
put_seal(const struct runner *r, struct run_snapshot *s, struct job_message *m,
    struct fault *why)
{
	char *path = mem_printf("%s/keys/output.pub", r->data_dir);
	struct buf key = { 0 };
	char *save_to;
	bool ok = !s->step->secret ||
	    (io_read_file(path, 1024, &key) == ERR_OK &&
		key.len >= 2 * (size_t)EXEC_SEAL_KEY);

	if (ok && s->step->secret) {
		m->seal_to = arena_strndup(
		    m->arena, key.data, 2 * EXEC_SEAL_KEY);
		save_to = arena_alloc(m->arena, 2 * EXEC_SEAL_KEY + 1);
		text_hex(r->public_key, EXEC_SEAL_KEY, save_to);
		m->save_to = save_to;
	}
	buf_clear(&key);
	free(path);
	return ok ? ERR_OK
		  : run_snapshot_refuse(why, MESSAGE("refused_no_output_key"));
}

/* The fields of every job spec. */
static void
fill_common(const struct runner *r, struct run_snapshot *s, const char *exec,
    struct job_message *m)
{
	m->exec = arena_strdup(m->arena, exec);
	m->run = arena_printf(m->arena, "%lld", (long long)s->run_id);
	m->environment = arena_strdup(
	    m->arena, json_text(s->run, "environment", ""));
	m->local = json_object_get(
	    json_get(json_get(s->run, "targets"), "local"));
	m->output_limit = r->output_limit;
	m->parallel = EXEC_PARALLEL;
}

/*
 * The reason why a target lacks a value: an empty value would change the
 * meaning.
 */
static void
put_lack(struct json_object *lacks, const char *target, const char *name,
    struct json_object *there)
{
	size_t n = json_count(there);
	struct buf names = { 0 }, text = { 0 };

	for (size_t i = 0; i < n && i < 3; i++)
		buf_printf(&names, "%s%s", i > 0 ? ", " : "",
		    json_object_get_string(json_at(there, i)));
	if (n > 3)
		buf_puts(&names, ", …");
	message_put(&text, "said_lacks name=%s targets=%s target=%s", name,
	    buf_text(&names), target);
	buf_clear(&names);
	json_set_text(lacks, target, buf_text(&text));
	buf_clear(&text);
}

/* Values that differ between targets. */
static void
put_own(struct runner *r, struct run_snapshot *s, struct job_message *m)
{
	struct json_object *by = captured_by_target(
	    r->replayed, s->run_id, s->plan, s->step);
	struct json_object *apart = captured_apart(by, s->step, m->values);

	m->own = json_object_new_object();
	m->lacks = json_object_new_object();
	for (size_t i = 0; i < json_count(m->targets); i++) {
		const char *target = json_text(
		    json_at(m->targets, i), "name", "");
		struct json_object *mine = json_object_new_object(), *value;

		json_set(m->own, target, mine);
		json_object_object_foreach (apart, name, there) {
			value = json_get(json_get(by, target), name);
			if (value != NULL)
				json_set(mine, name, json_object_get(value));
			else
				put_lack(m->lacks, target, name, there);
		}
	}
	json_object_put(by);
	json_object_put(apart);
}

/*
 * The step as it is to be executed now; put into the job spec with what else
 * the purpose asks for.
 */
static enum err
fill_purpose(struct runner *r, struct run_snapshot *s, struct job_message *m,
    struct fault *why)
{
	struct step step = *s->step;

	if (step.restores)
		m->undo = dry_run_changed(r, s->run_id, step.undo);
	if (s->dry_run)
		dry_run_step(&step);
	else
		target_selection_pace(&step, json_get(s->run, "targets"));
	m->step = step_write(&step, STEP_IN_JOB);
	m->dry_run = s->dry_run;
	if (s->dry_run)
		return ERR_OK;
	if (step.kind == STEP_EDIT)
		m->seen = dry_run_seen(r, s->run, s->step);
	return put_statements(r, s, m, why);
}

static enum err
fill_job_spec(struct runner *r, struct run_snapshot *s, const char *exec,
    struct job_message *m, struct fault *why)
{
	enum err err;

	fill_common(r, s, exec, m);
	m->values = values_of(r, s);
	m->numbers = numbers_of(s->plan);
	m->secrets = json_object_new_object();
	m->targets = json_object_new_array();
	m->hosts = json_object_new_object();
	err = fill_purpose(r, s, m, why);
	if (err == ERR_OK && !s->dry_run)
		err = put_seal(r, s, m, why);
	if (err == ERR_OK)
		err = open_secrets(r, s, m->secrets, why);
	if (err == ERR_OK)
		err = targets_of(r, s, m->targets, why);
	if (err == ERR_OK)
		put_own(r, s, m);
	if (err == ERR_OK)
		err = job_spec_put_artifacts(
		    r, s->run_id, s->step, json_get(s->run, "targets"), m, why);
	if (err == ERR_OK)
		err = put_with(r, s, m, why);
	return err == ERR_OK ? hosts_of(r, s, m->hosts, why) : err;
}

/* A preflight has no document, no values and no secrets but credentials. */
static enum err
fill_preflight(struct runner *r, struct run_snapshot *s, const char *exec,
    struct job_message *m, struct fault *why)
{
	fill_common(r, s, exec, m);
	m->step = dry_run_preflight();
	m->needs = dry_run_needs(s->plan, json_get(s->run, "targets"));
	m->programs = dry_run_programs(s->plan, s->run);
	m->users = dry_run_users(s->plan);
	m->targets = json_object_new_array();
	return targets_of(r, s, m->targets, why);
}

/*
 * Makes the job spec of an attempt, or (state NULL) of a dry run, in one
 * transaction of the journal.  After a failed read, its findings do not count.
 */
static enum err
make(struct runner *r, struct run_snapshot *s, const char *exec,
    const char *state, struct job_message *m, struct fault *why)
{
	enum err err;

	if (r->db == NULL)
		return ERR_UNAVAILABLE;
	(void)db_begin(r->db);
	err = state != NULL ? run_snapshot_read(r, exec, state, s, why)
			    : run_snapshot_read_dry_run(r, exec, s, why);
	if (err == ERR_OK)
		err = s->step == NULL ? fill_preflight(r, s, exec, m, why)
				      : fill_job_spec(r, s, exec, m, why);
	if (replay_end(r) != ERR_OK)
		err = ERR_UNAVAILABLE;
	if (db_end(r->db, ERR_OK) == ERR_OK)
		return err;
	db_close(r->db); /* reopened before the next job */
	r->db = NULL;
	return ERR_UNAVAILABLE;
}

enum err
job_spec_make(struct runner *r, const char *exec, const char *state,
    struct spawn *ret, struct fault *why)
{
	struct run_snapshot s = { 0 };
	struct job_message m;
	enum err err;

	job_message_init(&m);
	err = make(r, &s, exec, state, &m, why);
	if (err == ERR_OK)
		job_message_write(&m, &ret->spec);
	ret->clients = err == ERR_OK && kind_is(s.step->kind, KIND_CLIENT);
	job_message_clear(&m);
	run_snapshot_clear(&s);
	return err;
}

enum err
job_spec_make_dry_run(struct runner *r, const char *exec, struct spawn *ret,
    struct json_object *refused, struct fault *why)
{
	struct run_snapshot s = { .refused = refused };
	struct job_message m;
	enum err err;

	job_message_init(&m);
	err = make(r, &s, exec, NULL, &m, why);
	if (err == ERR_OK && json_count(m.targets) > 0)
		job_message_write(&m, &ret->spec);
	ret->clients = err == ERR_OK &&
	    kind_is(
		s.step != NULL ? s.step->kind : STEP_PREFLIGHT, KIND_CLIENT);
	job_message_clear(&m);
	run_snapshot_clear(&s);
	return err;
}
