/*
 * exec.h: the interface between the runner and an executor.
 *
 * The runner creates the folder DATA/exec/EXEC (EXEC is 32 hex digits, one
 * per attempt) and starts countersign-executor with that folder as its
 * working folder, "EXEC" as its only argument and the job spec on its
 * standard input (job_message.def).  Or it has started the program before, in
 * DATA/exec, with EXEC_STAND_BY as its argument and a SOCK_SEQPACKET socket as
 * its standard input: the program sends EXEC_READY and waits for one message,
 * EXEC with the descriptor of the job spec (SCM_RIGHTS).  It enters the folder,
 * and has EXEC as its argument from then on.  If the runner ends before, so
 * does the program.
 *
 * The executor goes on without the runner; it reports in files of its folder:
 *
 *	lock		held (io_lock) while the process runs
 *	pid		its process id, decimal; SIGTERM cancels the step
 *	alive		touched every second while the process goes on; the
 *			text is the deadline (CLOCK_MONOTONIC, milliseconds)
 *			of the current action, or 0
 *	status		a line for each event (status_line.h), append-only; the
 *			runner creates it empty
 *	TARGET.txt	the redacted output; of a terminal, the lines that it
 *			showed
 *	TARGET.times	when it came; its last line has the hash of the text,
 *			and of the cast (times.h)
 *	TARGET.cast	of a terminal, its redacted bytes, asciicast v2; of
 *			others it is made of text and times when it is asked
 *			for (cast.h).  An executor of an older version wrote it
 *			for all, and no times: its hash proves it, and nothing
 *			proves the text
 *	TARGET.save	an artifact, the unchanged output: the body of the
 *			last http answer, the output of a script, the last
 *			result of SQL as CSV; never with a secret in it.  If
 *			the job spec has seal_to, a sealed box of it, at most
 *			EXEC_SEALED_LIMIT bytes, that only the runner can open
 *
 *	TARGET.sealed	if the job spec has seal_to: the redacted output, at
 *			most EXEC_SEALED_LIMIT bytes of it, in a sealed box
 *			(libsodium) that only the keeper can open.  Text and
 *			cast then have one line, which says so
 *	TARGET.keys	if the step is interactive: a socket (0600,
 *			SOCK_SEQPACKET) for terminal input (tty_message.h).
 *			The executor creates it before it reports "running" and
 *			removes it at the end; only the last client is served.
 *			Input is never written to disk
 *
 * The runner removes lock, pid and alive when the keeper has the final line and
 * the process is gone.  An executor does not begin if there is a pid, or if the
 * status has lines.
 *
 * Some seconds after the run has ended, countersign-pack moves all regular
 * files but these three into the pack of the run (pack/pack.h), and removes the
 * folder.  Files of an execution that may be over are read by pack/exec_file.h.
 *
 * All outputs only grow while the step runs.  If the output exceeds the
 * limit, its middle is dropped (a hole is punched, so that offsets stay
 * valid) and counted; when the step ends, one line that gives the number of
 * dropped bytes replaces the hole.
 */
#ifndef WIRE_EXEC_H
#define WIRE_EXEC_H

#define EXEC_ID_BYTES 16 /* twice as many hex digits */
#define EXEC_STAND_BY "--stand-by                      " /* as long as EXEC */
#define EXEC_READY "ready"
#define EXEC_LOCK "lock"
#define EXEC_PID "pid"
#define EXEC_ALIVE "alive"
#define EXEC_ALIVE_MS 1000
#define EXEC_STATUS "status"
#define EXEC_ISOLATION "run/isolation" /* in the data folder */
#define EXEC_PACK_LOCK "run/pack.lock" /* held by countersign-pack */
#define EXEC_OUTPUT_LIMIT (64LL << 20) /* serve --output-limit */
#define EXEC_OUTPUT_MOST_MB 1000000
#define EXEC_TEXT ".txt"
#define EXEC_TIMES ".times"
#define EXEC_CAST ".cast"
#define EXEC_ARTIFACT ".save"
#define EXEC_SEALED ".sealed"
#define EXEC_SEALED_LIMIT (512 * 1024) /* fits into one frame */
#define EXEC_SEAL_KEY 32               /* bytes */
#define EXEC_ARTIFACT_LIMIT (64LL * 1024 * 1024)
#define EXEC_OPENED_LIMIT (2LL * 1024 * 1024) /* sealed ones of a job spec */
#define EXEC_USES_LIMIT (16LL * 1024 * 1024)  /* artifacts of a script */
#define EXEC_PARALLEL 64

#define EXEC_MAX_CAPTURE (64 * 1024) /* bytes of a captured value */

#endif
