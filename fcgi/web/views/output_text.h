/* output_text.h: recorded output of the run req->run as safe text. */
#ifndef WEB_VIEWS_OUTPUT_TEXT_H
#define WEB_VIEWS_OUTPUT_TEXT_H

#include "web/http/request.h"

/*
 * Appends the output of a terminal as plain text: drops colours and cursor
 * movements, shows the last version of a line that was overwritten with \r,
 * applies \b, shows other control characters as visible symbols and invalid
 * UTF-8 as U+FFFD.
 */
void output_text_clean(const char *s, size_t len, struct buf *out);

/* The last lines of a target's output (arena); "" if there is none. */
const char *output_text_lines(
    struct req *req, const char *exec, const char *target, int lines);

/*
 * The last line that is not blank, cut to a length (arena); NULL: there is
 * none.
 */
const char *output_text_last(
    struct req *req, const char *exec, const char *target);

/* The cleaned end of an output; reads at most max bytes. */
void output_text_read(struct req *req, const char *exec, const char *target,
    size_t max, struct buf *out);

/*
 * The lines of an output that contain the text, as [{line, text}], at most
 * `limit`, of which the first 500 have their text. A new array.
 */
struct json_object *output_text_search(struct req *req, const char *exec,
    const char *target, const char *text, size_t limit);

/* A line of an output: its number, from 1, and the byte where it begins. */
struct output_place {
	int64_t line;
	int64_t at;
};

struct exec_file;

/*
 * Adds the lines from a place on, as output_text_search(), until `limit` are
 * found or some more than `bytes` were searched; *place is then the line
 * behind.  True: it was the last.
 */
bool output_text_search_piece(struct exec_file *f, const char *text,
    size_t limit, int64_t bytes, struct output_place *place,
    struct json_object *found);

/* The page of the output of a target in an attempt. */
const char *output_text_url(const struct req *req, int64_t run,
    const char *step, int64_t n, const char *target);

#endif
