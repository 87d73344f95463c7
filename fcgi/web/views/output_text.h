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

/*
 * Appends the cleaned end of an output, if there is one; reads at most max
 * bytes.  ERR_IO: it cannot be read.
 */
enum err output_text_read(struct req *req, const char *exec, const char *target,
    size_t max, struct buf *out);

/*
 * The lines of an output that contain the text, as [{line, text}], at most
 * `limit`, of which the first 500 have their text. A new array; NULL: a part
 * of it cannot be read.
 */
struct json_object *output_text_search(struct req *req, const char *exec,
    const char *target, const char *text, size_t limit);

/* A line of an output. */
struct output_place {
	int64_t line; /* its number, from 1 */
	int64_t at;   /* the byte where it begins */
	bool is_end;  /* nothing is there any more */
};

struct exec_file;

/*
 * Adds the lines from a place on, as output_text_search(), until `limit` are
 * found or some more than `bytes` were searched; *place is then the line
 * behind.  ERR_IO: a part cannot be read.
 */
enum err output_text_search_piece(struct exec_file *f, const char *text,
    size_t limit, int64_t bytes, struct output_place *place,
    struct json_object *found);

/* ERR_IO with the fault that a part of an output cannot be read. */
enum err output_text_unreadable(struct req *req);

/* The page of the output of a target in an attempt. */
const char *output_text_url(const struct req *req, int64_t run,
    const char *step, int64_t n, const char *target);

#endif
