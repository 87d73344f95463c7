/*
 * output_lines.h: where the lines of a recorded output begin, piece by piece.
 */
#ifndef WEB_PAGES_OUTPUT_LINES_H
#define WEB_PAGES_OUTPUT_LINES_H

#include "web/http/reply.h"

/*
 * Replies with a piece of the output of the run req->run, as JSON.  `at` and
 * `line` of the address are a byte at which a line begins and the number of
 * that line, from 0; `codes` are the colours that hold there.
 *
 *	{"size", "at", "line", "end"}	the bytes of the file; the line behind
 *					the piece, and its byte; the byte behind
 *					the last one that was read, which is in
 *					that line
 *	"groups": [[line, at, codes]]	every some lines; codes only if there
 *					are any
 *
 * With `q` there are "matches" in place of "groups" and "end": the numbers of
 * the lines of the piece that contain the text; "is_last" is true if it was the
 * last piece.  ERR_NOT_FOUND with a fault.
 */
enum err output_lines(
    struct req *req, struct reply *reply, const char *exec, const char *target);

#endif
