/*
 * page_runbook.c: one document, rendered, with its parameters and with what
 * the check has to say about it.
 */
#include <string.h>

#include "base/text.h"
#include "html/url.h"
#include "web/card.h"
#include "web/model.h"
#include "web/page.h"

static const char *const severities[SEVERITY_NOTE + 1] = {
	[SEVERITY_ERROR] = "error",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_NOTE] = "note",
};

static const char *const types[PARAMETER_TYPE__MAX] = {
	[PARAMETER_TEXT] = "text",
	[PARAMETER_NUMBER] = "number",
	[PARAMETER_BOOL] = "bool",
	[PARAMETER_CHOICE] = "choice",
	[PARAMETER_SECRET] = "secret",
	[PARAMETER_LIST] = "list",
};

struct making {
	struct req		*req;
	struct shelved	*shelf;
};

static bool
keep_all(void *ctx, const struct item *item)
{
	(void)ctx;
	(void)item;
	return true;
}

static struct json_object *
make_step(void *ctx, int step)
{
	struct making *m = ctx;
	struct json_object *o = json_object_new_object();

	card_what(m->req, o, m->shelf, step);
	html_inherit(o, card_base(m->req, m->shelf, step));
	return o;
}

static void
add_diagnostic(struct req *req, struct json_object *list,
    const struct diagnostic *d)
{
	struct json_object *o = json_object_new_object();
	const char *message = d->message;

	if (d->code != NULL)
		message = request_fill(req, arena_printf(req->arena,
		    "check_%s", d->code), d->message, "about",
		    d->about != NULL ? d->about : "", NULL);
	model_int(o, "line", d->line);
	model_int(o, "column", d->column);
	model_text(o, "severity", severities[d->severity]);
	model_text(o, "severity_text", model_word(req, "severity",
	    severities[d->severity]));
	model_text(o, "message", message);
	json_object_array_add(list, o);
}

/* A role that no account has: nobody could press the step, or approve. */
static void
check_role(struct req *req, struct json_object *list, const char *role,
    int line, int column)
{
	struct diagnostic d = { .severity = SEVERITY_WARNING, .line = line,
		.column = column, .code = "role", .about = role };
	int64_t count = 0;
	struct rows *rows;

	if (role == NULL)
		return;
	rows = db_query(req->web->db, STMT_ROLE_COUNT, TEXT(role));
	if (db_next(rows))
		count = db_int(rows, 0);
	db_done(rows);
	d.message = arena_printf(req->arena, "Nobody here has the role “%s”.",
	    role);
	if (count == 0)
		add_diagnostic(req, list, &d);
}

static struct json_object *
diagnostics(struct req *req, const struct book *book)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < book->diagnostics_count; i++)
		add_diagnostic(req, list, &book->diagnostics[i]);
	for (size_t i = 0; i < book->approvals_count; i++)
		check_role(req, list, book->approvals[i].role, 1, 1);
	for (size_t i = 0; i < book->steps_count; i++) {
		const struct step *s = &book->steps[i];

		check_role(req, list, s->role, s->line, s->column);
		if (!text_eq(s->sign, s->role))
			check_role(req, list, s->sign, s->line, s->column);
	}
	return list;
}

static struct json_object *
parameters(struct req *req, const struct book *book)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < book->parameters_count; i++) {
		const struct parameter *p = &book->parameters[i];
		struct json_object *o = json_object_new_object();
		struct json_object *choices = json_object_new_array();

		for (size_t k = 0; k < p->choices_count; k++)
			json_object_array_add(choices,
			    json_object_new_string(p->choices[k]));
		model_text(o, "name", p->name);
		model_text(o, "label", p->label);
		model_text(o, "help", p->help);
		model_text(o, "type", types[p->type]);
		model_text(o, "type_text", model_word(req, "type",
		    types[p->type]));
		model_text(o, "fallback", p->fallback);
		model_text(o, "pattern", p->pattern);
		model_put(o, "choices", choices);
		model_bool(o, "required", p->required);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *
approvals(const struct book *book)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < book->approvals_count; i++) {
		struct json_object *o = json_object_new_object();

		model_text(o, "role", book->approvals[i].role);
		model_int(o, "count", book->approvals[i].count);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *
tags_and_outline(const struct book *book, struct json_object *model)
{
	struct json_object *tags = json_object_new_array();
	struct json_object *outline = json_object_new_array();

	for (size_t i = 0; i < book->tags_count; i++)
		json_object_array_add(tags,
		    json_object_new_string(book->tags[i]));
	for (size_t i = 1; i < book->sections_count; i++) {
		struct json_object *o = json_object_new_object();

		model_text(o, "id", book->sections[i].id);
		model_text(o, "title", book->sections[i].title);
		model_int(o, "level", book->sections[i].level);
		json_object_array_add(outline, o);
	}
	model_put(model, "tags", tags);
	model_put(model, "outline", outline);
	return model;
}

enum err
page_runbook(struct req *req, struct reply *reply)
{
	struct making making = { .req = req };
	struct card_maker maker = { keep_all, make_step, NULL, NULL,
	    &making };
	struct json_object *model, *list;
	const struct book *book;
	struct buf url = {0};
	enum err err = books_current(req, req->name, &making.shelf);

	if (err != ERR_OK)
		return err;
	book = making.shelf->book;
	model = json_object_new_object();
	url_put_query(&url, req->name);
	model_text(model, "name", req->name);
	model_text(model, "name_url", buf_text(&url));
	buf_clear(&url);
	model_text(model, "title", book->title);
	model_text(model, "summary", book->summary);
	model_text(model, "owner", book->owner);
	tags_and_outline(book, model);
	list = diagnostics(req, book);
	model_put(model, "diagnostics", list);
	model_bool(model, "has_diagnostics",
	    json_object_array_length(list) > 0);
	model_bool(model, "is_broken", book->errors > 0);
	model_bool(model, "targets_wrong", books_targets_mistakes(req) > 0);
	model_bool(model, "can_run", book->errors == 0 &&
	    book->steps_count > 0 &&
	    actor_has(&req->actor, "operator"));
	model_put(model, "parameters", parameters(req, book));
	model_bool(model, "has_parameters", book->parameters_count > 0);
	model_put(model, "approvals", approvals(book));
	model_text(model, "rehearsal", book->rehearsal);
	model_bool(model, "has_rules", book->approvals_count > 0 ||
	    book->rehearsal != NULL);
	model_put(model, "items", card_items(making.shelf, &maker));
	model_put(model, "environments", books_environments(req));
	return reply_model(req, reply, "runbook.html", book->title, model);
}
