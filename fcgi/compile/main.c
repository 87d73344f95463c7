/*
 * main.c: countersign-compile, the only program beside web and command line
 * that parses documents and targets.yml.
 *
 * The keeper starts one for each request, which arrives on standard input.  The
 * exit code is 0 if there is an answer on standard output, also if that is a
 * refusal; 1: the request cannot be read; 2: usage.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "compile/compile.h"
#include "compile/sandbox.h"
#include "wire/compile_message.h"

/* Prints which means of the sandbox hold here, as one line of JSON. */
static int
print_means(unsigned means)
{
	char text[128];
	int n = snprintf(text, sizeof(text),
	    "{\"namespaces\":%s,\"landlock\":%s,\"seccomp\":%s}\n",
	    means & SANDBOX_NAMESPACES ? "true" : "false",
	    means & SANDBOX_LANDLOCK ? "true" : "false",
	    means & SANDBOX_SECCOMP ? "true" : "false");

	return io_write_all(STDOUT_FILENO, text, (size_t)n) == 0 ? 0 : 1;
}

static int
serve_request(void)
{
	struct buf request = { 0 }, answer = { 0 };
	ssize_t n;

	while (
	    (n = read(STDIN_FILENO, buf_reserve(&request, 65536), 65536)) > 0 &&
	    request.len < COMPILE_REQUEST_MOST)
		request.len += (size_t)n;
	if (n != 0 ||
	    compile_answer(buf_text(&request), request.len, &answer) !=
		ERR_OK) {
		log_warn("standard input is no request of the keeper");
		return 1;
	}
	n = io_write_all(STDOUT_FILENO, buf_text(&answer), answer.len);
	buf_clear(&request);
	buf_clear(&answer);
	return n == 0 ? 0 : 1;
}

/*
 * Ends without the handlers of exit(): LeakSanitizer's would start a process,
 * which the sandbox refuses.
 */
int
main(int argc, char **argv)
{
	unsigned means;

	log_open("countersign-compile");
	if (argc > 2 || (argc == 2 && strcmp(argv[1], "--sandbox") != 0)) {
		fputs("usage: countersign-compile [--sandbox]\n"
		      "The keeper starts it.  --sandbox prints what the "
		      "kernel grants for its sandbox.\n",
		    stderr);
		return 2;
	}
	means = sandbox_enter();
	_exit(argc == 2 ? print_means(means) : serve_request());
}
