/*
 * remote.c: the programs that sh runs on an SSH target.
 *
 * A script there outlives the connection: setsid gives it a session and process
 * group of its own, and a sh that ignores signals waits for its end.  Its files
 * are in ~/.countersign, a folder for the user alone, where NAME is
 * EXEC-TARGET-TRY:
 *
 *	NAME		its state; the creation of this file is the lock that
 *			prevents a second start
 *	NAME.script	as the document has it (no values)
 *	NAME.out	the output
 *	NAME.taken	how many bytes of it the console has, durably
 *	NAME.artifacts	a folder of those that the script reads, until it ends
 *	NAME.terminal	a folder, with pty
 *
 * The lines of the state are `boot ID` of the machine, to detect a restart;
 * `runs PID` of the script; `waits PID` of the sh that waits for it; and NONCE
 * CODE, when it ended and all of its output is in the file.  Each is one write
 * and counts from its line end on, so nobody reads half of it.
 *
 * The output takes at most 64 MB of the target's disk.  The script prints into
 * a pipe, which a sh copies by dd; while the file holds 40 MB, the sh waits for
 * the console to have more (remote_taken.h), and deallocates that part of the
 * file by fallocate.  So offsets stay valid, and a new connection continues at
 * the next byte.  Then `waits` names this sh, and there are three more lines in
 * the state: `over CODE` as soon as the script has ended; `open` if another
 * process holds the pipe then, from which somebody must read on; `torn` if a
 * part of the output could not be written.  Without a console for 15 minutes
 * the file grows without a bound, so that the script ends; likewise on a file
 * system or a busybox that cannot deallocate.  The script prints into the file
 * itself, as terminal.py does, if fallocate, dd or /proc is missing.
 *
 * Files of a fixed size, removed one after the other, were rejected: they would
 * do without fallocate, but nothing that each host has follows a row of files
 * without a pause, and each byte would have two addresses.
 *
 * With a hundred hosts at once each process that a target starts costs time: sh
 * does itself as much as it can, and the files are removed in the same call,
 * after we report on its standard input that all output is durable.  A folder
 * for each execution was rejected, as mkdir is one more process.
 *
 * NAME.terminal has `program`, for python3, which gives the script its own
 * terminal and outlives the connection with it (terminal.py); `typed`, its
 * socket for terminal input; and `exit` when the script has ended.
 *
 * A program is script.sh with our variables before it and a function behind
 * it, which its last line calls: a truncated program does nothing.  Values are
 * exported by the sh that runs it and not written anywhere.
 */
#include <inttypes.h>
#include <string.h>

#include "base/encode.h"
#include "executor/actions/script.h"
#include "executor/remote/programs.h"
#include "executor/remote/remote.h"

#define PIECE (63 * 1024) /* a multiple of 3, for base64 */

static void
begin(const struct remote *r, struct buf *out)
{
	script_setting("cs_nonce", r->nonce, out);
	script_setting("cs_base", REMOTE_FOLDER, out);
	script_setting("cs_name", r->name, out);
	buf_puts(out, program_script);
}

/* As arguments for a printf that may be an external program. */
static void
put_text(const char *file, const char *text, size_t len, struct buf *out)
{
	buf_printf(out, "cs_put %s", file);
	for (size_t at = 0, n; at < len; at += n) {
		n = len - at < PIECE ? len - at : PIECE;
		buf_putc(out, ' ');
		encode_shell(text + at, n, out);
	}
	buf_putc(out, '\n');
}

/* The checks before anything is written. */
static void
put_checks(const struct job_spec *spec, struct buf *out)
{
	buf_printf(out, "cs_interpreter %s\n", spec->interpreter);
	if (spec->step.cwd == NULL)
		buf_puts(out, "cs_enter_home\n");
	else {
		buf_puts(out, "cs_enter ");
		encode_shell(spec->step.cwd, strlen(spec->step.cwd), out);
		buf_putc(out, '\n');
	}
	if (spec->step.pty)
		buf_puts(out, "cs_terminal\n");
	if (spec->artifacts_count > 0)
		buf_puts(out, "cs_base64\n");
}

/*
 * The artifacts that the script reads: base64, as sh has no way to write any
 * byte.  A here-document was rejected, as bash puts a large one into /tmp.
 */
static void
put_artifacts(const struct artifact_files *files, struct buf *out)
{
	struct buf text = { 0 };

	if (files->count > 0)
		buf_puts(out, "cs_artifacts\n");
	for (size_t i = 0; i < files->count; i++) {
		const struct artifact_file *f = &files->all[i];

		buf_printf(out, "cs_give %s", f->name);
		for (size_t at = 0; at < f->data.len; at += PIECE) {
			size_t n = f->data.len - at;

			buf_reset(&text);
			encode_base64(
			    f->data.data + at, n < PIECE ? n : PIECE, &text);
			buf_printf(out, " %s", buf_text(&text));
		}
		buf_puts(out, "\n");
	}
	if (text.data != NULL)
		explicit_bzero(text.data, text.cap);
	buf_clear(&text);
}

/* The command that executes the script's file. */
static void
put_launch(const struct job_spec *spec, struct buf *out)
{
	const char *load = script_loader(spec);

	buf_printf(out, "cs_launch %s%s %s ",
	    spec->step.pty ? "python3 -I \"$cs_state.terminal/program\" " : "",
	    spec->interpreter, script_flag(spec));
	if (load != NULL) {
		buf_puts(out, "-c ");
		encode_shell(load, strlen(load), out);
		buf_putc(out, ' ');
	}
	buf_puts(out, "\"$cs_state.script\"\n");
}

/* The function that makes the files and starts the script. */
static void
put_start(const struct remote *r, struct buf *out)
{
	struct buf text = { 0 };

	buf_puts(out, "cs_start() {\n[ ! -e \"$cs_state\" ] || return 0\n");
	put_checks(r->spec, out);
	buf_puts(out, "cs_make || return 0\n");
	if (r->spec->step.pty) {
		buf_puts(out, "cs_folder terminal\n");
		put_text("terminal/program", program_terminal,
		    strlen(program_terminal), out);
	}
	script_text(r->spec, &text);
	put_text("script", buf_text(&text), text.len, out);
	put_artifacts(&r->artifacts, out);
	script_exports(r->spec, r->target, out);
	put_launch(r->spec, out);
	buf_puts(out, "}\n");
	buf_clear(&text);
}

/* The end of the program: a function of script.sh, called with a number or two.
 */
static void
put_main(const char *call, int64_t a, int64_t b, struct buf *out)
{
	buf_printf(out,
	    "cs_main() {\n"
	    "cs_open\n"
	    "%s %" PRId64 " %" PRId64 "\n"
	    "exit 0\n"
	    "}\n"
	    "cs_main\n",
	    call, a, b);
}

void
remote_follow(const struct remote *r, bool again, int64_t from, struct buf *out)
{
	begin(r, out);
	if (!again)
		put_start(r, out);
	put_main(again ? "cs_started=\ncs_follow"
		       : "cs_started=\ncs_start\ncs_follow",
	    from + 1, 0, out);
}

void
remote_fetch(const struct remote *r, int64_t from, int64_t len, struct buf *out)
{
	begin(r, out);
	put_main("cs_fetch", from + 1, len, out);
}

void
remote_end(const struct remote *r, struct buf *out)
{
	begin(r, out);
	put_main("cs_end", 0, 0, out);
}

void
remote_remove(const struct remote *r, struct buf *out)
{
	begin(r, out);
	put_main("cs_remove", 0, 0, out);
}
