/*
 * output_text.h: recorded output, made safe to show as text.
 */
#ifndef WEB_VIEWS_OUTPUT_TEXT_H
#define WEB_VIEWS_OUTPUT_TEXT_H

#include "web/http/request.h"

/*
 * Appends the output of a terminal as plain text: colours and cursor
 * movements are dropped, a line that was overwritten with \r is shown as it
 * was last, \b takes back; other control characters become visible symbols
 * and invalid UTF-8 becomes U+FFFD.
 */
void output_text_clean(const char *s, size_t len, struct buf *out);

/* The last lines of a target's output (arena); "" where there is none. */
const char *output_text_lines(
    struct req *req, const char *exec, const char *target, int lines);

/* The cleaned end of an output, at most max bytes of it are read. */
void output_text_read(struct req *req, const char *exec, const char *target,
    size_t max, struct buf *out);

/*
 * The lines of an output that contain the text, as [{line, text}], at most
 * `limit` of them.  A new array.
 */
struct json_object *output_text_search(struct req *req, const char *exec,
    const char *target, const char *text, size_t limit);

#endif
