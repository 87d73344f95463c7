/*
 * page_output.c: the recorded output of one target of one attempt.
 *
 * Files are found by the journal's execution id, never by a path from the
 * client.  ".txt" and ".times" are files, and so is ".cast" of a terminal: else
 * it is derived (ranges work).  ".lines" says where lines begin
 * (output_lines.h).  ".play" is a page that
 * replays it, ".terminal" one with terminal input while it runs; without a
 * suffix it is a page with the end of the output and a search.  Secret output
 * is shown in the answer to a form, once: the keeper decrypts it and records
 * for whom.
 */
#include <inttypes.h>
#include <string.h>

#include "base/message.h"
#include "base/text.h"
#include "base/err.h"
#include "plan/plan.h"
#include "journal/db.h"
#include "plan/state.h"
#include "plan/command.h"
#include "wire/tty_message.h"
#include "web/http/command.h"
#include "web/views/model.h"
#include "web/pages/page.h"
#include "web/pages/output_file.h"
#include "web/pages/output_lines.h"
#include "web/views/output_text.h"
#include "web/views/recording.h"
#include "web/views/view.h"
#include "web/views/view_attempts.h"
#include "wire/exec.h"

#define PAGE_BYTES (64 * 1024)
#define EXCERPT_BEGINS "… " /* evaluate.c: of a long line */
#define LISTED_MATCHES 500
#define MAX_MATCHES 10000

static const char *
without_ending(struct req *req, const char *name, const char **ret_ending)
{
	static const char *const endings[] = { EXEC_TEXT, EXEC_TIMES, EXEC_CAST,
		".lines", ".play", ".terminal" };

	*ret_ending = "";
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		if (!text_ends(name, endings[i]))
			continue;
		*ret_ending = endings[i];
		return arena_strndup(
		    req->arena, name, strlen(name) - strlen(endings[i]));
	}
	return name;
}

static enum err
send_file(struct req *req, struct reply *reply, const char *exec,
    const char *target, const char *ending)
{
	bool plays = text_eq(ending, EXEC_CAST);

	if (plays && recording_send(req, reply, exec, target))
		return ERR_OK;
	return output_file_send(req, reply, exec,
	    arena_printf(req->arena, "%s%s", target, ending),
	    plays ? "application/x-asciicast" : "text/plain; charset=utf-8");
}

static enum err
add_search(struct req *req, struct json_object *o, const char *exec,
    const char *target)
{
	const char *q = request_query(req, "q");
	size_t most = req->wants == WANTS_HTML ? LISTED_MATCHES : MAX_MATCHES;
	struct json_object *matches = *q == '\0'
	    ? json_object_new_array()
	    : output_text_search(req, exec, target, q, most);
	size_t n;

	if (matches == NULL)
		return output_text_unreadable(req);
	n = json_count(matches);
	model_text(o, "q", q);
	model_text(o, "found_text", NULL); /* the viewer writes it */
	model_put(o, "matches", matches);
	model_bool(o, "has_matches", n > 0);
	model_bool(o, "has_more_matches", n == most);
	model_bool(o, "is_unmatched", *q != '\0' && n == 0);
	return ERR_OK;
}

/* The end of the output, and what was looked for in it. */
static enum err
add_output(struct req *req, struct json_object *o, const char *exec,
    const char *target)
{
	struct buf text = { 0 };
	enum err err = add_search(req, o, exec, target);

	if (err == ERR_OK &&
	    output_text_read(req, exec, target, PAGE_BYTES, &text) != ERR_OK)
		err = output_text_unreadable(req);
	model_text(o, "text", buf_text(&text));
	buf_clear(&text);
	return err;
}

static void
add_place(struct req *req, struct json_object *o, struct view *v, int step)
{
	struct json_object *run = json_object_new_object();
	struct json_object *s = json_object_new_object();

	model_int(run, "id", req->run);
	model_text(run, "title", json_text(v->run, "title", ""));
	model_text(
	    run, "url", arena_printf(req->arena, "/runs/%" PRId64, req->run));
	model_text(s, "id", req->step);
	model_path(s, "path", req->step);
	model_text(s, "title", view_title(v, step));
	model_put(o, "run", run);
	model_put(o, "step", s);
}

/* The people who have typed into it, or NULL. */
static const char *
people_typing(struct req *req, const char *target)
{
	struct rows *rows = db_query(req->web->db, STMT_WEB_TYPISTS,
	    INT(req->run), TEXT(req->step), INT(req->n), TEXT(target));
	const char *names = NULL;

	while (db_next(rows))
		names = names == NULL
		    ? arena_printf(req->arena, "%s", db_text(rows, "account"))
		    : arena_printf(req->arena, "%s, %s", names,
			  db_text(rows, "account"));
	db_done(rows);
	return names == NULL
	    ? NULL
	    : request_fill(req, "terminal_typists", "names", names, NULL);
}

/* True if it takes input now and this person may type. */
static void
add_typing(struct json_object *o, struct view *v, int step, enum state state)
{
	const char *role = v->plan->steps[step].role;
	bool there = v->plan->steps[step].interactive && state == STATE_RUNNING;

	model_bool(o, "can_type", there && view_may(v, VERB_step_type, step));
	model_text(o, "watch_text",
	    !there ? NULL
		   : request_fill(v->req, "terminal_watch", "role",
			 role != NULL ? role : "operator", NULL));
	model_text(o, "typists_text",
	    !there ? NULL : people_typing(v->req, json_text(o, "target", "")));
	model_text(o, "terminal_url",
	    !there ? NULL
		   : arena_printf(v->req->arena, "%s.terminal",
			 json_text(o, "output_url", "")));
	model_text(o, "columns_range",
	    arena_printf(
		v->req->arena, "%d %d", TTY_COLUMNS_LEAST, TTY_COLUMNS_MOST));
	model_text(o, "rows_range",
	    arena_printf(
		v->req->arena, "%d %d", TTY_ROWS_LEAST, TTY_ROWS_MOST));
	model_text(o, "type_url",
	    arena_printf(v->req->arena, "%s/type",
		request_step_url(v->req, v->req->run, v->req->step)));
}

/* Secret output: marks it, or adds the revealed text. */
static void
add_sealed(struct view *v, struct json_object *o, int step, bool sealed,
    const char *revealed)
{
	const char *role = v->plan->steps[step].role;
	bool can = sealed && view_may(v, VERB_step_reveal, step);

	model_bool(o, "is_sealed", sealed);
	model_bool(o, "can_reveal", can && revealed == NULL);
	model_bool(o, "is_revealed", revealed != NULL);
	model_text(o, "revealed", revealed);
	model_text(o, "sealed_text",
	    !sealed || can ? NULL
			   : request_fill(v->req, "sealed_role", "role",
				 role != NULL ? role : "operator", NULL));
	model_text(o, "reveal_url",
	    !sealed ? NULL
		    : arena_printf(v->req->arena, "%s/reveal",
			  request_step_url(v->req, v->req->run, v->req->step)));
}

/* The line in a message that reject= found one, or NULL. */
static const char *
rejected_in(struct req *req, struct json_object *message)
{
	const char *line;

	if (!text_eq(json_text(message, "code", ""), "evaluate_reject"))
		return NULL;
	line = json_text(json_get(message, "args"), "line", "");
	if (text_starts(line, EXCERPT_BEGINS))
		line += strlen(EXCERPT_BEGINS);
	return *line == '\0' ? NULL : arena_strdup(req->arena, line);
}

/* The line that reject= found, or NULL; of a long one, an excerpt. */
static const char *
rejected_line(struct req *req, const char *text)
{
	struct json_object *o = text == NULL ? NULL : message_json(text);
	const char *line = NULL;

	if (json_object_is_type(o, json_type_object))
		line = rejected_in(req, o);
	else if (json_object_is_type(o, json_type_array))
		for (size_t i = 0; line == NULL && i < json_count(o); i++)
			line = rejected_in(req, json_at(o, i));
	json_object_put(o);
	return line;
}

static void
add_state(
    struct view *v, int step, struct json_object *row, struct json_object *o)
{
	const struct view_step *s = &v->steps[step];

	view_put_state(v, s, o, json_text(row, "state", ""),
	    json_get(row, "exit"), view_is_answered(v, s, v->req->n));
}

static enum err
show(struct req *req, struct reply *reply, struct json_object *row,
    const char *target, const char *template, const char *revealed)
{
	enum state state = state_read(row);
	const char *exec = json_text(row, "exec", ""), *url;
	int64_t dropped = json_int(row, "dropped", 0);
	struct json_object *o;
	struct view *v;
	int step;
	enum err err = view_load(req, req->run, &v);

	if (err != ERR_OK)
		return err;
	o = json_object_new_object();
	url = output_text_url(req, req->run, req->step, req->n, target);
	step = runbook_cache_find_step(v->entry, req->step);
	add_place(req, o, v, step);
	model_int(o, "attempt", req->n);
	model_text(o, "target", target);
	model_text(o, "state", state_word(state));
	add_state(v, step, row, o);
	model_text(o, "exit_text", model_exit(req, json_get(row, "exit")));
	model_int(o, "bytes", json_int(row, "bytes", 0));
	model_text(o, "size_text", model_size(req, json_int(row, "bytes", 0)));
	model_text(o, "started_at", json_text(row, "started_at", NULL));
	model_text(o, "text_url", arena_printf(req->arena, "%s.txt", url));
	model_text(o, "times_url", arena_printf(req->arena, "%s.times", url));
	model_text(o, "lines_url", arena_printf(req->arena, "%s.lines", url));
	model_text(o, "cast_url", arena_printf(req->arena, "%s.cast", url));
	model_text(o, "play_url", arena_printf(req->arena, "%s.play", url));
	model_text(o, "output_url", url);
	model_text(o, "message",
	    request_message(req, json_text(row, "message", NULL)));
	model_text(
	    o, "rejected", rejected_line(req, json_text(row, "message", NULL)));
	model_text(o, "dropped_text",
	    dropped == 0 ? NULL
			 : request_fill(req, "dropped", "size",
			       model_size(req, dropped), NULL));
	model_bool(o, "is_running", state_in(state, STATES_BUSY));
	add_typing(o, v, step, state);
	add_sealed(
	    v, o, step, json_text(row, "sealed", NULL) != NULL, revealed);
	if ((err = add_output(req, o, exec, target)) != ERR_OK) {
		json_object_put(o);
		return err;
	}
	return reply_model(req, reply, template, view_title(v, step), o);
}

enum err
page_output(struct req *req, struct reply *reply)
{
	const char *ending;
	const char *target = without_ending(req, req->name, &ending);
	struct json_object *row = request_own(req,
	    db_first_json(db_query(req->web->db, STMT_WEB_TARGET, INT(req->run),
		TEXT(req->step), INT(req->n), TEXT(target))));

	if (row == NULL)
		return fault_set(&req->fault, ERR_NOT_FOUND, "no_output", "",
		    "%s", request_text(req, "no_output"));
	if (text_eq(ending, ".play"))
		return show(req, reply, row, target, "replay.html", NULL);
	if (text_eq(ending, ".terminal"))
		return show(req, reply, row, target, "terminal.html", NULL);
	if (text_eq(ending, ".lines"))
		return output_lines(
		    req, reply, json_text(row, "exec", ""), target);
	if (*ending != '\0')
		return send_file(
		    req, reply, json_text(row, "exec", ""), target, ending);
	return show(req, reply, row, target, "output.html", NULL);
}

enum err
post_reveal(struct req *req, struct reply *reply)
{
	struct json_object *body, *answer, *row;
	const char *target = "";
	enum err err = command_body(req, req->verb, &body);

	if (err != ERR_OK)
		return err;
	req->n = json_int(body, "attempt", 0);
	target = arena_strdup(req->arena, json_text(body, "target", ""));
	if ((err = command_ask(req, req->verb, body, &answer)) != ERR_OK)
		return err;
	reply->cache = "no-store";
	if (req->wants != WANTS_HTML)
		return reply_json(req, reply, json_object_get(answer));
	row = request_own(req,
	    db_first_json(db_query(req->web->db, STMT_WEB_TARGET, INT(req->run),
		TEXT(req->step), INT(req->n), TEXT(target))));
	return show(req, reply, row, target, "output.html",
	    json_text(answer, "text", ""));
}
