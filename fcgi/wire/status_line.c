/*
 * status_line.c: writes and reads the lines of a status file.
 *
 * The reader is strict: a step's process has read what foreign hosts sent, and
 * the record depends on its lines.
 */
#include "base/json.h"
#include "base/text.h"
#include "plan/state.h"
#include "wire/status_line.h"

/* clang-format off */
static const struct json_key running_keys[] = {
	{ "at",		json_type_int,		false },
	{ "target",	json_type_string,	true },
	{ "state",	json_type_string,	true },
	{ NULL, 0, false },
};

static const struct json_key note_keys[] = {
	{ "at",		json_type_int,		false },
	{ "target",	json_type_string,	false },
	{ "note",	json_type_string,	true },
	{ "message",	json_type_string,	false },
	{ NULL, 0, false },
};

static const struct json_key ended_keys[] = {
	{ "at",		json_type_int,		false },
	{ "target",	json_type_string,	true },
	RESULT_KEYS
	{ NULL, 0, false },
};

static const struct json_key done_keys[] = {
	{ "at",		json_type_int,		false },
	{ "done",	json_type_boolean,	true },
	{ "state",	json_type_string,	true },
	{ "message",	json_type_string,	false },
	{ NULL, 0, false },
};
/* clang-format on */

static const struct json_key *const keys[] = {
	[STATUS_RUNNING] = running_keys,
	[STATUS_NOTE] = note_keys,
	[STATUS_ENDED] = ended_keys,
	[STATUS_DONE] = done_keys,
};

struct json_object *
status_line_write(const struct status_line *line)
{
	struct json_object *o = json_object_new_object();

	if (line->at > 0)
		json_set_int(o, "at", line->at);
	if (line->target != NULL)
		json_set_text(o, "target", line->target);
	switch (line->kind) {
	case STATUS_RUNNING:
		json_set_text(o, "state", "running");
		break;
	case STATUS_NOTE:
		json_set_text(o, "note", line->note);
		json_set_text(o, "message", line->message);
		break;
	case STATUS_ENDED:
		result_put_line(&line->result, o);
		break;
	case STATUS_DONE:
		json_set_bool(o, "done", true);
		json_set_text(o, "state", line->result.state);
		json_set_text(o, "message", line->result.message);
		break;
	}
	return o;
}

void
status_line_put(const struct status_line *line, struct buf *out)
{
	struct json_object *o = status_line_write(line);

	buf_puts(out, json_write(o));
	buf_putc(out, '\n');
	json_object_put(o);
}

static enum status_kind
kind_of(struct json_object *o)
{
	if (json_flag(o, "done", false))
		return STATUS_DONE;
	if (json_get(o, "note") != NULL)
		return STATUS_NOTE;
	return text_eq(json_text(o, "state", ""), "running") ? STATUS_RUNNING
							     : STATUS_ENDED;
}

/* The outcome of a target, or of the step, which is always started. */
static bool
is_outcome(const char *state, enum status_kind kind)
{
	return state_in(state_find(state),
	    STATES_OF_OUTCOME | (kind == STATUS_ENDED ? IN(NOT_STARTED) : 0));
}

enum err
status_line_read(
    struct json_object *o, struct status_line *ret, struct fault *fault)
{
	struct status_line line = { 0 };
	enum err err;

	if (!json_object_is_type(o, json_type_object))
		return fault_set(
		    fault, ERR_INVALID, "bad_line", "line", "json_no_object");
	line.kind = kind_of(o);
	if ((err = json_check(o, keys[line.kind], fault)) != ERR_OK)
		return err;
	line.at = json_int(o, "at", 0);
	line.target = json_text(o, "target", NULL);
	line.note = json_text(o, "note", NULL);
	line.message = json_text(o, "message", NULL);
	if (line.kind == STATUS_ENDED || line.kind == STATUS_DONE)
		result_read(o, &line.result);
	if (line.target != NULL && !text_is_id(line.target))
		return fault_set(fault, ERR_INVALID, "bad_line", "target",
		    "refused_bad_target");
	if ((line.kind == STATUS_ENDED || line.kind == STATUS_DONE) &&
	    !is_outcome(line.result.state, line.kind))
		return fault_set(fault, ERR_INVALID, "bad_line", "state",
		    "refused_bad_line");
	*ret = line;
	return ERR_OK;
}

enum err
status_line_parse(const char *text, size_t len, struct status_line *ret)
{
	struct json_object *o = NULL;
	enum err err = json_read(text, len, &o, NULL);

	if (err == ERR_OK)
		err = status_line_read(o, ret, NULL);
	if (err == ERR_OK)
		ret->json = o;
	else
		json_object_put(o);
	return err;
}
