/*
 * page_preview.c: exactly what the button will do: the text in the run
 * snapshot, its values, the targets and the connections to them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/sha256.h"
#include "base/text.h"
#include "lang/each/each_captured.h"
#include "lang/plan_scope.h"
#include "lang/host_key.h"
#include "base/err.h"
#include "compiler/runbook.h"
#include "lang/step_reads.h"
#include "lang/values.h"
#include "journal/captured.h"
#include "journal/plan.h"
#include "plan/plan_files.h"
#include "web/card/card.h"
#include "web/card/card_copy.h"
#include "web/views/local.h"
#include "web/views/dry_run.h"
#include "web/views/filled_text.h"
#include "web/views/model.h"
#include "web/views/step_values.h"
#include "web/views/with_value.h"
#include "web/pages/page.h"

#define FILE_SHOWN (256 * 1024) /* bytes of a file of statements */

/* "app @ db-1:3306", "db-1:3306", or a file. */
static const char *
place_of(struct view *v, struct json_object *t)
{
	const char *port = json_text(t, "port", NULL);
	const char *place = json_text(t, "host", json_text(t, "socket", ""));
	const char *what = json_text(t, "database", json_text(t, "user", ""));

	if (json_text(t, "file", NULL) != NULL)
		return json_text(t, "file", "");
	return arena_printf(v->req->arena, "%s%s%s%s%s", what,
	    *what != '\0' ? " @ " : "", place, port != NULL ? ":" : "",
	    port != NULL ? port : "");
}

static const char *
host_key_text(struct view *v, struct json_object *t)
{
	const char *key = json_text(t, "host_key", NULL);
	char type[64], print[64];
	struct buf blob = { 0 };
	bool ok = key != NULL && host_key_read(key, type, &blob);

	if (ok)
		host_key_fingerprint(blob.data, blob.len, print);
	buf_clear(&blob);
	return ok ? request_fill(v->req, "how_pinned", "print", print, NULL)
		  : request_text(v->req, "how_not_pinned");
}

/* The address, and how requests are signed. */
static const char *
http_how(struct req *req, struct json_object *t)
{
	struct json_object *sign = json_get(t, "sign");
	const char *how = request_fill(
	    req, "how_http", "url", json_text(t, "url", ""), NULL);

	if (sign == NULL)
		return how;
	return request_fill(req,
	    json_get(sign, "hmac") != NULL ? "how_signed" : "how_secret", "how",
	    how, "header", json_text(sign, "header", ""), "hmac",
	    json_text(sign, "hmac", ""), NULL);
}

static const char *
how_itself(struct view *v, const struct step *step, struct json_object *t)
{
	const char *kind = json_text(t, "kind", "local"), *host;

	if (text_eq(kind, "local"))
		return local_how(v->req, t, step->user);
	if (kind_is(kind_find(kind), KIND_SQL))
		return request_fill(
		    v->req, "how_database", "place", place_of(v, t), NULL);
	if (text_eq(kind, "http"))
		return http_how(v->req, t);
	if (!text_eq(kind, "ssh"))
		return request_fill(v->req, "how_other", "kind", kind, "place",
		    place_of(v, t), NULL);
	host = arena_printf(v->req->arena, "%s:%" PRId64,
	    json_text(t, "host", ""), json_int(t, "port", 22));
	return request_fill(v->req, "how_ssh", "client",
	    json_text(t, "client", "libssh2"), "user", json_text(t, "user", ""),
	    "host", host, "key", host_key_text(v, t), NULL);
}

/* The jump hosts on the way to it, in order. */
static const char *
how(struct view *v, const struct step *step, const char *name)
{
	struct json_object *all = json_get(v->run, "targets");
	struct json_object *t = json_get(all, name);
	const char *what = how_itself(v, step, t), *way = NULL, *next;

	for (int i = 0; i < PLAN_HOPS_MAX && t != NULL; i++) {
		next = json_text(t, "jump", json_text(t, "over", NULL));
		if (next == NULL)
			break;
		way = way == NULL
		    ? next
		    : arena_printf(v->req->arena, "%s → %s", next, way);
		t = json_get(all, next);
	}
	return way == NULL
	    ? what
	    : request_fill(v->req, "how_over", "how", what, "way", way, NULL);
}

static void
add_target(struct view *v, const struct step *step, struct json_object *list,
    const char *name)
{
	struct json_object *o;

	for (size_t i = 0; i < json_count(list); i++)
		if (text_eq(json_text(json_at(list, i), "name", ""), name))
			return;
	o = json_object_new_object();
	model_text(o, "name", name);
	model_text(o, "how", how(v, step, name));
	json_object_array_add(list, o);
}

/* The targets of the step, and both ends of a copy. */
static struct json_object *
targets_model(struct view *v, const struct step *step)
{
	struct json_object *list = json_object_new_array();
	struct json_object *ends = request_own(
	    v->req, card_copy_ends(v->req, step));
	struct json_object *names = request_own(v->req, view_targets(v, step));

	for (size_t i = 0; i < json_count(names); i++)
		add_target(
		    v, step, list, json_object_get_string(json_at(names, i)));
	for (size_t i = 0; i < json_count(ends); i++) {
		struct json_object *of = request_own(v->req,
		    plan_targets_of(json_get(v->run, "targets"),
			json_object_get_string(json_at(ends, i))));

		for (size_t k = 0; k < json_count(of); k++)
			add_target(v, step, list,
			    json_object_get_string(json_at(of, k)));
	}
	return list;
}

/* Adds all texts of the step, filled in. */
static void
add_filled(struct view *v, struct json_object *o, const struct step *step)
{
	const char *refused = NULL, *text = step->text;

	if (kind_is(step->kind, KIND_VALUES))
		text = filled_text(v, step, &refused);
	model_text(o, "filled_text", text != step->text ? text : NULL);
	model_text(o, "refused", refused);
	model_text(o, "answers", step->answers);
	text = filled_line(v, step, step->answers);
	model_text(o, "filled_answers", text != step->answers ? text : NULL);
	model_text(o, "file", filled_line(v, step, step->file));
	model_text(o, "cwd", filled_line(v, step, step->cwd));
	model_text(o, "user", filled_line(v, step, step->user));
}

/*
 * Puts the text of a file of statements, if it is the one of the plan; of a
 * long one, its beginning.
 */
static void
put_file_text(struct view *v, struct json_object *o, const char *name,
    const char *expected)
{
	unsigned char hash[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1] = "";
	struct buf text = { 0 };
	bool same;

	if (io_read_beneath(
		v->req->web->runbooks, name, PLAN_FILES_MAX, &text) == ERR_OK) {
		sha256(buf_text(&text), text.len, hash);
		text_hex(hash, sizeof(hash), hex);
	}
	same = text_eq(hex, expected);
	model_bool(o, "is_changed", !same);
	model_bool(o, "is_cut", same && text.len > FILE_SHOWN);
	model_text(o, "text",
	    same ? arena_strndup(v->req->arena, buf_text(&text),
		       text.len < FILE_SHOWN ? text.len : FILE_SHOWN)
		 : NULL);
	buf_clear(&text);
}

/* Files of the runbook folder that the step uses, from the plan. */
static struct json_object *
files_model(struct view *v, const struct step *step)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < step->files_count; i++) {
		struct json_object *o = json_object_new_object();
		struct json_object *snapshot = json_get(
		    json_get(v->run, "targets"), step->files[i]);

		model_text(o, "name", step->files[i]);
		model_text(o, "size_text",
		    model_size(v->req, json_int(snapshot, "bytes", 0)));
		model_text(o, "sha256", json_text(snapshot, "sha256", ""));
		if (kind_is(step->kind, KIND_SQL)) {
			put_file_text(v, o, step->files[i],
			    json_text(snapshot, "sha256", "-"));
		} else {
			model_bool(o, "is_changed", false);
			model_bool(o, "is_cut", false);
			model_text(o, "text", NULL);
		}
		json_object_array_add(list, o);
	}
	return list;
}

/* "3 KB (local), 2 KB (web1)": the artifact as it would be read now, or NULL.
 */
static const char *
artifact_there(struct view *v, const char *name)
{
	struct rows *rows = db_query(v->req->web->db, STMT_WEB_ARTIFACTS_NAMED,
	    INT(v->lifecycle.id), TEXT(name));
	struct json_object *by = request_own(v->req, json_object_new_object());
	const char *text = NULL;

	while (db_next(rows))
		json_set_text(by, db_text(rows, "target"),
		    model_size(v->req, db_int(rows, "bytes")));
	db_done(rows);
	json_object_object_foreach (by, target, size) {
		text = arena_printf(v->req->arena, "%s%s%s (%s)",
		    text != NULL ? text : "", text != NULL ? ", " : "",
		    json_object_get_string(size), target);
	}
	return text;
}

/* A step with secret output keeps it. */
static bool
artifact_is_sealed(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->steps_count; i++)
		if (text_eq(plan->steps[i].artifact, name) &&
		    plan->steps[i].secret)
			return true;
	return false;
}

/* Artifacts that the step sends or reads. */
static struct json_object *
artifacts_model(struct view *v, const struct step *step)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < step->sends_count; i++) {
		struct json_object *o = json_object_new_object();

		model_text(o, "name", step->sends_artifacts[i]);
		model_text(
		    o, "there", artifact_there(v, step->sends_artifacts[i]));
		model_bool(o, "sealed",
		    artifact_is_sealed(v->plan, step->sends_artifacts[i]));
		json_object_array_add(list, o);
	}
	return list;
}

static const char *
lead(struct req *req, const struct step *step)
{
	if (kind_is(step->kind, KIND_SCRIPT))
		return request_text(req, "preview_lead");
	return request_text(req, "preview_lead_encoded");
}

/* Of a step that is repeated for items that are not known yet. */
static const char *
template_note(struct view *v, int step)
{
	int section = each_template(v->plan, v->plan->steps[step].section);

	return section >= 0 && v->plan->sections[section].each_step != NULL
	    ? view_list_note(v, section)
	    : NULL;
}

enum err
page_preview(struct req *req, struct reply *reply)
{
	struct json_object *o, *step, *run, *values;
	struct view *v;
	enum err err = view_load(req, req->run, &v);
	int i, undo;

	if (err != ERR_OK)
		return err;
	if ((i = runbook_cache_find_step(v->entry, req->step)) < 0)
		return fault_set(&req->fault, ERR_NOT_FOUND, "no_step", "",
		    "no_step_of_name step=%s", req->step);
	o = json_object_new_object();
	run = json_object_new_object();
	step = json_object_new_object();
	undo = v->entry->undone_by[i];
	values = step_values(v, &v->plan->steps[i]);
	with_list(v, &v->plan->steps[i], values);
	model_int(run, "id", req->run);
	model_text(run, "title", json_text(v->run, "title", ""));
	model_int(run, "seq", json_int(v->run, "seq", 0));
	card_what(req, step, v->entry, i);
	json_set_text(step, "title", view_title(v, i));
	model_text(
	    o, "url", arena_printf(req->arena, "/runs/%" PRId64, req->run));
	model_put(o, "run", run);
	model_put(o, "step", step);
	model_put(o, "targets", targets_model(v, &v->plan->steps[i]));
	model_bool(o, "has_values", json_count(values) > 0);
	model_put(o, "values", values);
	model_text(o, "lead", lead(req, &v->plan->steps[i]));
	model_text(o, "list_note", template_note(v, i));
	model_put(o, "look",
	    dry_run_is_possible(&v->plan->steps[i]) ? dry_run_of_step(v, i)
						    : NULL);
	model_text(o, "look_label", dry_run_label(req, &v->plan->steps[i]));
	model_bool(o, "can_dry_run", view_may(v, VERB_step_dry_run, i));
	model_put(o, "files", files_model(v, &v->plan->steps[i]));
	model_put(o, "artifacts", artifacts_model(v, &v->plan->steps[i]));
	model_text(o, "success", card_success(req, &v->plan->steps[i]));
	model_text(o, "undo", undo < 0 ? NULL : view_title(v, undo));
	add_filled(v, o, &v->plan->steps[i]);
	model_text(o, "role", v->plan->steps[i].role);
	model_text(o, "limits_text", json_text(step, "limits_text", NULL));
	return reply_model(req, reply, "preview.html", view_title(v, i), o);
}
