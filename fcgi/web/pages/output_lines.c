/*
 * output_lines.c: where the lines of a recorded output begin, piece by piece.
 *
 * A page that shows any line of a large output needs to know where it begins,
 * and no browser should fetch the whole for that.  A piece ends with a line, so
 * that the next one begins with one; a line that is longer than a piece makes
 * it longer.  A group of lines is what the page reads at once.  Of escape
 * sequences only those of colours matter here, as they hold on behind the end
 * of a line (static/js/term.js shows them).
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "pack/exec_file.h"
#include "web/pages/output_lines.h"
#include "web/views/model.h"
#include "web/views/output_text.h"

#define PIECE (16 * 1024 * 1024)
#define PIECE_SEARCHED (4 * 1024 * 1024)
#define MATCHES 10000 /* of a piece */
#define READ (256 * 1024)
#define GROUP_LINES 200
#define GROUP_BYTES (256 * 1024)
#define CODES 64 /* bytes; more colours than that are left out */
#define ESC 0x1b

enum reading { TEXT_STATE, ESCAPE_STATE, ARGS_STATE };

struct scan {
	struct json_object *groups;
	int64_t line, at;             /* of the line that is read */
	int64_t group_line, group_at; /* of the last group */
	enum reading state;
	char args[CODES]; /* of the sequence */
	size_t args_len;
	char codes[CODES];
};

static void
add_group(struct scan *s)
{
	struct json_object *group = json_object_new_array();

	json_object_array_add(group, json_object_new_int64(s->line));
	json_object_array_add(group, json_object_new_int64(s->at));
	if (s->codes[0] != '\0')
		json_object_array_add(group, json_object_new_string(s->codes));
	json_object_array_add(s->groups, group);
	s->group_line = s->line;
	s->group_at = s->at;
}

/* A sequence of colours has ended: those that hold on from here. */
static void
take_codes(struct scan *s)
{
	const char *args = s->args;
	size_t len = strlen(s->codes), add;

	s->args[s->args_len] = '\0';
	if (args[0] == '0' || args[0] == '\0') {
		s->codes[0] = '\0';
		len = 0;
		args += strspn(args, "0");
		args += *args == ';';
	}
	add = strlen(args);
	if (add == 0 || (len >= add && text_eq(s->codes + len - add, args)))
		return;
	if (len + add + 2 > sizeof(s->codes))
		return;
	if (len > 0)
		s->codes[len++] = ';';
	memcpy(s->codes + len, args, add + 1);
}

/* A byte of an escape sequence. */
static void
take_escape(struct scan *s, unsigned char c)
{
	if (s->state == ESCAPE_STATE) {
		s->state = c == '[' ? ARGS_STATE : TEXT_STATE;
		s->args_len = 0;
	} else if (strchr("0123456789;:", c) != NULL && c != '\0') {
		if (s->args_len + 1 < sizeof(s->args))
			s->args[s->args_len++] = (char)c;
	} else {
		if (c == 'm' && s->args_len + 1 < sizeof(s->args))
			take_codes(s);
		s->state = TEXT_STATE;
	}
}

/* Text without the end of a line. */
static void
take_text(struct scan *s, const char *p, const char *end)
{
	while (p < end) {
		if (s->state == TEXT_STATE) {
			p = memchr(p, ESC, (size_t)(end - p));
			if (p == NULL)
				return;
			s->state = ESCAPE_STATE;
		} else if (*p == ESC) {
			s->state = ESCAPE_STATE;
		} else {
			take_escape(s, (unsigned char)*p);
		}
		p++;
	}
}

/*
 * The bytes that stand at `at`; true if they have the end of the last line of
 * the piece.
 */
static bool
take(struct scan *s, const char *data, size_t len, int64_t at, int64_t until)
{
	const char *p = data, *end = data + len, *newline;

	while ((newline = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		take_text(s, p, newline);
		s->state = TEXT_STATE;
		p = newline + 1;
		s->line++;
		s->at = at + (p - data);
		if (s->at >= until)
			return true;
		if (s->line - s->group_line >= GROUP_LINES ||
		    s->at - s->group_at >= GROUP_BYTES)
			add_group(s);
	}
	take_text(s, p, end);
	return false;
}

static enum err
add_groups(struct json_object *o, struct exec_file *f, struct scan *s)
{
	int64_t at = s->at, until = at + PIECE;
	struct buf bytes = { 0 };
	char *data = buf_reserve(&bytes, READ);
	ssize_t n = 0;
	bool ended = false;

	add_group(s);
	while (!ended && (n = exec_file_read(f, data, READ, at)) > 0) {
		ended = take(s, data, (size_t)n, at, until);
		at += n;
	}
	buf_clear(&bytes);
	model_put(o, "groups", s->groups);
	model_int(o, "at", s->at);
	model_int(o, "line", s->line);
	model_int(o, "end", ended ? s->at : at);
	return n < 0 ? ERR_IO : ERR_OK;
}

static enum err
add_matches(
    struct json_object *o, struct exec_file *f, const char *q, struct scan *s)
{
	struct output_place place = { .line = s->line + 1, .at = s->at };
	struct json_object *list = json_object_new_array(), *found;
	enum err err = output_text_search_piece(
	    f, q, MATCHES, PIECE_SEARCHED, &place, list);
	size_t n = json_count(list);

	found = json_object_new_array_ext((int)n + 1);
	for (size_t i = 0; i < n; i++)
		json_object_array_add(found,
		    json_object_new_int64(
			json_int(json_at(list, i), "line", 1) - 1));
	json_object_put(list);
	model_put(o, "matches", found);
	model_int(o, "at", place.at);
	model_int(o, "line", place.line - 1);
	model_bool(o, "is_last", place.is_end);
	return err;
}

/* Only what take_codes() writes. */
static void
read_codes(const char *text, struct scan *s)
{
	if (strlen(text) < sizeof(s->codes) &&
	    text[strspn(text, "0123456789;:")] == '\0')
		memcpy(s->codes, text, strlen(text) + 1);
}

enum err
output_lines(
    struct req *req, struct reply *reply, const char *exec, const char *target)
{
	struct exec_file_name name = { req->web->data, req->run, exec,
		arena_printf(req->arena, "%s.txt", target) };
	const char *q = request_query(req, "q");
	struct scan s = { .groups = NULL };
	struct exec_file *f;
	struct json_object *o;
	enum err err;

	read_codes(request_query(req, "codes"), &s);
	if ((err = exec_file_open(&name, &f)) == ERR_IO)
		return output_text_unreadable(req);
	if (err != ERR_OK)
		return fault_set(&req->fault, ERR_NOT_FOUND, "no_output", "",
		    "%s", request_text(req, "no_output"));
	text_int(request_query(req, "at"), 0, exec_file_size(f), &s.at);
	text_int(request_query(req, "line"), 0, exec_file_size(f), &s.line);
	o = json_object_new_object();
	model_int(o, "size", exec_file_size(f));
	if (*q != '\0') {
		err = add_matches(o, f, q, &s);
	} else {
		s.groups = json_object_new_array();
		err = add_groups(o, f, &s);
	}
	exec_file_close(f);
	if (err == ERR_OK)
		return reply_json(req, reply, o);
	json_object_put(o);
	return output_text_unreadable(req);
}
