/*
 * remote.c: the programs that sh runs on an SSH target.
 *
 * A script there outlives the connection: setsid starts it in its own folder,
 * ~/.countersign/EXEC-TARGET-TRY, whose creation is the lock that prevents a
 * second start.  In the folder:
 *
 *	script		as the document has it (no values)
 *	boot		the boot id of the machine, to detect a restart
 *	pid		of the sh that starts the script and records its result;
 *			it leads their session and process group
 *	out		the output
 *	exit		NONCE CODE, when it ended
 *
 * A line of `pid` or `exit` is one write and counts from its line end on, so
 * nobody reads half of it.  With a hundred hosts at once each process that a
 * target starts costs time: sh does itself as much as it can, and the folder is
 * removed in the same call, after we report on its standard input that all
 * output is durable.
 *
 * With pty there are two more: `terminal`, a program for python3 that gives the
 * script its own terminal and outlives the connection with it
 * (remote_terminal.c); and `typed`, its socket for terminal input.
 *
 * Values are exported by the sh that runs these programs and not written
 * anywhere.  The work is one function, called in the last line: a truncated
 * program does nothing.  Plain POSIX sh, tested with dash, bash and busybox;
 * `kill -s` and not `kill -TERM --`, which dash does not understand.
 */
#include <string.h>

#include "base/encode.h"
#include "executor/ssh/remote.h"
#include "executor/actions/script.h"

#define PIECE (64 * 1024)

/* The common part of all programs; %s are nonce and folder. */
static const char common[] =
    "cs_nonce=%s\n"
    "cs_name=%s\n"
    "cs_say() { printf '%%s %%s\\n' \"$cs_nonce\" \"$*\" >&2; }\n"
    "cs_refuse() { cs_say refused \"$1\"; exit 9; }\n"
    "cs_nap() { sleep 0.1 2>/dev/null || sleep 1; }\n"
    "cs_open() {\n"
    "	case ${HOME-} in /*) ;; *) cs_refuse 'The user has no HOME.';; esac\n"
    "	cs_dir=$HOME/" REMOTE_FOLDER "/$cs_name\n"
    "}\n"
    /* The boot id, or nothing if the system has none. */
    "cs_boot() {\n"
    "	read -r cs_id </proc/sys/kernel/random/boot_id && echo \"$cs_id\"\n"
    "} 2>/dev/null\n"
    /* Reads the process id; false: the start did not get that far. */
    "cs_pid() { cs_pid=; read -r cs_pid <\"$cs_dir/pid\"; } 2>/dev/null\n"
    "cs_alive() {\n"
    "	cs_pid && kill -0 \"$cs_pid\" 2>/dev/null || return 1\n"
    "	[ ! -r \"/proc/$cs_pid/cmdline\" ] ||\n"
    "	    grep -q \"$cs_name\" \"/proc/$cs_pid/cmdline\" 2>/dev/null\n"
    "}\n"
    /* dash wants the two dashes, busybox has none. */
    "cs_kill() {\n"
    "	kill -s \"$1\" -- \"-$cs_pid\" 2>/dev/null ||\n"
    "	    kill -s \"$1\" \"-$cs_pid\" 2>/dev/null\n"
    "}\n"
    /* True if a process of the script's group is left, other than zombies. */
    "cs_group() {\n"
    "	cs_kill 0 || return 1\n"
    "	cs_list=$(ps -e -o pgid= -o stat= 2>/dev/null) || return 0\n"
    "	[ -n \"$cs_list\" ] || return 0\n"
    "	printf '%%s\\n' \"$cs_list\" | grep -q \"^ *$cs_pid  *[^Z ]\"\n"
    "}\n"
    "cs_size() {\n"
    "	cs_size=0\n"
    "	[ ! -s \"$cs_dir/out\" ] || cs_size=$(wc -c <\"$cs_dir/out\") &&\n"
    "	    cs_size=$((cs_size))\n"
    "}\n"
    /* Reads the exit code, if there is one. */
    "cs_exit() { read -r cs_a cs_code <\"$cs_dir/exit\"; } 2>/dev/null\n"
    /* Reports the exit code; false: there is none. */
    "cs_report() {\n"
    "	cs_exit || return 1\n"
    "	cs_open=\n"
    "	if cs_pid && cs_group &&\n"
    "	    ls -l /proc/[0-9]*/fd 2>/dev/null |\n"
    "	    grep -q \"^l.w.*$cs_name/out\\$\"\n"
    "	then cs_open=' open'; fi\n"
    "	cs_size && [ \"$cs_a\" = \"$cs_nonce\" ] || return 1\n"
    "	cs_say exit \"$cs_code $cs_size$cs_open\"\n"
    "}\n"
    /* Why the result is unknown, if the script is gone without an exit code. */
    "cs_lost() {\n"
    "	if [ ! -d \"$cs_dir\" ]; then cs_say lost gone\n"
    "	elif [ \"$(cs_boot)\" != \"$(cat \"$cs_dir/boot\" 2>/dev/null)\" ]\n"
    "	then cs_say lost restarted\n"
    "	else cs_say lost died; fi\n"
    "}\n";

/*
 * Its own outputs are discarded: messages of sh about a killed script are not
 * the script's.
 */
static const char launch[] = "	: >\"$cs_dir/out\"\n"
			     "	setsid sh -c '\n"
			     "read -r cs_nonce\n"
			     "exec </dev/null\n"
			     "trap : TERM INT\n"
			     "echo $$ >\"$0/pid\"\n"
			     "( exec %s%s >>\"$0/out\" 2>&1 )\n"
			     "echo \"$cs_nonce $?\" >\"$0/exit\"\n"
			     "' \"$cs_dir\" >/dev/null 2>&1 <<EOF &\n"
			     "$cs_nonce\n"
			     "EOF\n"
			     "	cs_started=$!\n"
			     "	cs_say started\n"
			     "}\n";

static const char check_terminal[] =
    "	command -v python3 >/dev/null 2>&1 || cs_refuse 'A terminal (pty) "
    "needs python3, which is not installed on %s. Install it there, or write "
    "the "
    "step without pty.'\n";

static const char make_folder[] =
    "	command -v setsid >/dev/null 2>&1 || cs_refuse 'The program setsid is "
    "not installed on %s; it is needed so that a script outlives the "
    "connection.'\n"
    "	{ [ -d \"$HOME/" REMOTE_FOLDER "\" ] ||\n"
    "	    cs_error=$(mkdir -p -m 700 \"$HOME/" REMOTE_FOLDER "\" 2>&1)\n"
    "	} &&\n"
    "	    cs_error=$(mkdir -m 700 \"$cs_dir\" 2>&1) || {\n"
    "		[ ! -d \"$cs_dir\" ] || return 0\n"
    "		cs_refuse \"No folder for the script can be made on %s: "
    "$cs_error.\"\n"
    "	}\n"
    "	cs_boot >\"$cs_dir/boot\"\n";

static const char put_file[] =
    "cs_put() {\n"
    "	cs_file=$1\n"
    "	shift\n"
    "	{ printf %%s \"$@\" >\"$cs_dir/$cs_file\"; } 2>/dev/null && return\n"
    "	rm -rf \"$cs_dir\"\n"
    "	cs_refuse 'The script could not be written on %s. Is its disk full?'\n"
    "}\n";

/*
 * We end with an empty line, or with nothing at all if the connection is lost:
 * then the folder stays for a later call.
 */
static const char follow[] =
    "cs_follow() {\n"
    "	printf '%%s\\n' \"$cs_nonce\"\n"
    "	cs_typing=\n"
    "	if [ -f \"$cs_dir/terminal\" ]; then\n"
    "		exec 3<&0\n"
    "		python3 -I \"$cs_dir/terminal\" <&3 4<<EOF &\n"
    "$cs_nonce\n"
    "EOF\n"
    "		cs_typing=$!\n"
    "		exec 3<&-\n"
    "	fi\n"
    "	tail -c +%lld -f \"$cs_dir/out\" </dev/null 2>/dev/null &\n"
    "	cs_tail=$!\n"
    "	if [ -n \"$cs_started\" ]; then\n"
    "		wait \"$cs_started\"\n"
    "	else\n"
    "		cs_i=0\n"
    "		until cs_pid || [ \"$cs_i\" -gt 50 ]; do\n"
    "			cs_nap; cs_i=$((cs_i + 1))\n"
    "		done\n"
    "		until cs_exit || ! cs_alive; do cs_nap; done\n"
    "	fi\n"
    "	cs_ended=\n"
    "	[ -n \"$cs_typing\" ] || ! cs_report || cs_ended=1\n"
    "	cs_last=stay\n"
    "	[ -z \"$cs_ended\" ] || read -r cs_last || cs_last=stay\n"
    "	kill \"$cs_tail\" $cs_typing\n"
    "	wait \"$cs_tail\" $cs_typing\n"
    "	[ -n \"$cs_last\" ] || exec rm -rf -- \"$cs_dir\"\n"
    "	[ -n \"$cs_ended\" ] || cs_report || cs_lost\n"
    "}\n";

static const char end_it[] =
    "	cs_i=0\n"
    "	until cs_pid || [ \"$cs_i\" -gt 20 ]; do\n"
    "		cs_nap; cs_i=$((cs_i + 1))\n"
    "	done\n"
    "	cs_report && exit 0\n"
    "	cs_alive || { cs_lost; exit 0; }\n"
    "	cs_kill TERM\n"
    "	cs_i=0\n"
    "	while cs_group; do\n"
    "		[ \"$cs_i\" -ne 50 ] || cs_kill KILL\n"
    "		[ \"$cs_i\" -le 80 ] || { cs_say alive; exit 0; }\n"
    "		cs_nap; cs_i=$((cs_i + 1))\n"
    "	done\n"
    "	cs_size && cs_say ended \"$cs_size\"\n";

static void
begin(const struct remote *r, struct buf *out)
{
	buf_printf(out, common, r->nonce, r->name);
}

/* The end of the program: runs the function. */
static void
finish(struct buf *out)
{
	buf_puts(out, "exit 0\n}\ncs_main\n");
}

/* As arguments for a printf that may be an external program. */
static void
put_text(const char *file, struct buf *text, struct buf *out)
{
	buf_printf(out, "cs_put %s", file);
	for (size_t at = 0, n; at < text->len; at += n) {
		n = text->len - at < PIECE ? text->len - at : PIECE;
		buf_putc(out, ' ');
		encode_shell(text->data + at, n, out);
	}
	buf_putc(out, '\n');
	buf_reset(text);
}

/* The function that creates the folder, fills it, and starts the script. */
static void
put_start(const struct remote *r, struct buf *out)
{
	struct buf text = { 0 };
	bool pty = r->spec->step.pty;

	buf_printf(out, put_file, r->target);
	buf_puts(out, "cs_start() {\n[ ! -d \"$cs_dir\" ] || return 0\n");
	script_checks(r->spec, r->target, out);
	if (pty)
		buf_printf(out, check_terminal, r->target);
	buf_printf(out, make_folder, r->target, r->target);
	if (pty) {
		buf_puts(&text, remote_terminal);
		put_text("terminal", &text, out);
	}
	script_text(r->spec, &text);
	put_text("script", &text, out);
	script_exports(r->spec, r->target, out);
	buf_reset(&text);
	script_call(r->spec, "\"$0/script\"", &text);
	buf_printf(out, launch, pty ? "python3 -I \"$0/terminal\" " : "",
	    buf_text(&text));
	buf_clear(&text);
}

void
remote_follow(const struct remote *r, bool again, int64_t from, struct buf *out)
{
	begin(r, out);
	if (!again)
		put_start(r, out);
	buf_printf(out, follow, (long long)from + 1);
	buf_printf(out,
	    "cs_main() {\n"
	    "cs_open\n"
	    "cs_started=\n"
	    "%s\n"
	    "if [ -z \"$cs_started\" ]; then\n"
	    "	[ -d \"$cs_dir\" ] || { cs_lost; exit 0; }\n"
	    "	cs_say attached\n"
	    "fi\n"
	    "cs_follow\n",
	    again ? "" : "cs_start");
	finish(out);
}

void
remote_fetch(const struct remote *r, int64_t from, int64_t len, struct buf *out)
{
	begin(r, out);
	buf_printf(out,
	    "cs_main() {\n"
	    "cs_open\n"
	    "printf '%%s\\n' \"$cs_nonce\"\n"
	    "tail -c +%lld \"$cs_dir/out\" | head -c %lld\n",
	    (long long)from + 1, (long long)len);
	finish(out);
}

void
remote_end(const struct remote *r, struct buf *out)
{
	begin(r, out);
	buf_printf(out,
	    "cs_main() {\n"
	    "cs_open\n"
	    "printf '%%s\\n' \"$cs_nonce\"\n"
	    "%s",
	    end_it);
	finish(out);
}

void
remote_remove(const struct remote *r, struct buf *out)
{
	begin(r, out);
	buf_puts(out,
	    "cs_main() {\n"
	    "cs_open\n"
	    "rm -rf -- \"$cs_dir\"\n");
	finish(out);
}
