/*
 * exec.h: what the runner and a step process agree on.
 *
 * The runner makes the folder DATA/exec/EXEC (EXEC is 32 hex digits, one per
 * attempt), starts countersign-executor with that folder as its working folder
 * and its only argument "EXEC", with the order on its standard input.  The step
 *process lives on without the runner; all that it has to say stands in that
 *folder:
 *
 *	lock		held (io_lock) for as long as the process lives
 *	pid		its process id, decimal; SIGTERM to it cancels the step
 *	alive		touched every second for as long as the process goes on;
 *			its text is the time (CLOCK_MONOTONIC, milliseconds) by
 *			which what it does now has to be over, or 0
 *	status		one JSON object a line, only ever appended to; the
 *			runner has made it, empty
 *	TARGET.cast	the output, masked, asciicast v2
 *	TARGET.txt	the same output without timing: live and tail views;
 *			of a terminal, the lines that it showed
 *	TARGET.save	the output byte for byte, where the step keeps it: the
 *			body of the last http answer, what a script printed,
 *			the last result of SQL as CSV; never with a secret in it
 *
 *	TARGET.sealed	where the order has seal_to: the output, masked, at
 *			most EXEC_SEALED_LIMIT bytes of it, in a sealed box
 *			(libsodium) that only the keeper can open.  The other
 *			two have one line then, which says that
 *	TARGET.keys	a socket (0600, SOCK_SEQPACKET), where the step is
 *			interactive: what people type.  The step makes it before
 *			it says "running" and removes it at the end; the last
 *			who connects is heard.  Nothing of it is ever on disk
 *
 * What people type, to that socket, each a message of its own:
 *	{"typist": EXEC_TYPIST hex digits, "from": n, "data": base64 of
 *		EXEC_KEYS_MOST bytes at most, "columns", "rows": the size of
 *		the page's window, or both absent}
 * A typist is a page; it numbers the bytes that it sends from 0 on, and the
 * data are those from n on.  What came before is dropped, what leaves a gap
 * too.  Without a typist there is no number, and no answer.  The terminal has
 * the size that the one tells who typed last; before, it is 80 by 24.  The
 * recording has each change as an event "r", "COLUMNSxROWS".  The step says,
 * after each message and when it changes, how many bytes of that typist the
 * terminal has taken:
 *	{"typist", "arrived": n}
 *
 * Both outputs only grow while the step runs.  Where the output is over the
 * limit, its middle is dropped (a hole is punched, so that offsets stay true)
 * and counted; when the step ends the hole is replaced by one line that says
 * how much was dropped.
 *
 * The order (nothing of it is in argv or the environment of the step):
 *	{"exec": EXEC, "run": number as text,
 *	 "step": {"id", "kind": "sh|bash|python|http|mysql|postgresql|sqlite|
 *		copy|edit|preflight", "text", "text_line", "status",
 *		"redirects", "transaction",
 *		"file", "mode", "cwd" (its {{values}} are filled in), "user",
 *		"pty": bool, the script runs in a terminal of its own,
 *		"interactive": bool, people type into that terminal,
 *		"answers": [{"prompt": regex, "reply": text with {{names}}}],
 *			typed into it where the prompt appears,
 *		"timeout_ms", "quiet_ms", "expect", "reject", "exit": [0],
 *		"every_ms", "within_ms",
 *		"captures": [{"name", "how": "whole|pointer|regex", "what"}],
 *		"look": true where it is only to be said what would be done,
 *		"restore": true where an edit puts its file back,
 *		"save": name under which the output is kept,
 *		"same_as": {"step": id, "files": {target: "EXEC/TARGET.save"}},
 *		"batch": how many targets before the next ones start (absent:
 *		all at once), "max_fail": how many may fail before no other
 *		is started (absent: in batches none, else all)},
 *	 "values": {name: text}, "secrets": {name: text}, "mask": [text],
 *	 "own": {target: {name: text}}, values that differ from one target to
 *		another, as an earlier step captured them there,
 *	 "lacks": {target: why nothing can be executed there}, where such a
 *		value is missing,
 *	 "numbers": [names of values that are numbers, for SQL],
 *	 "from_statement": {target: the statement to start at, where the ones
 *		before it were applied by an earlier attempt},
 *	 "skipped": {target: [statements before it that people skipped]},
 *	 "environment": name,
 *	 "local": the target “local” of the plan, with what targets.yml says of
 *		steps on this machine: "user", "production", "unconfined",
 *		"forbidden" (inventory/local.c, executor/confine/confine.h),
 *	 "targets": [{"name", "kind": "local"} | {"name", "kind": "ssh",
 *		"host", "port", "user", "key", "passphrase", "agent",
 *		"host_key", "client", "jump": {such a target}} | {"name",
 *		"kind": "http|mysql|postgresql|sqlite", the texts of
 *		targets.yml (http: also the objects "headers" and "aws") with
 *		named secrets opened, "over": {an ssh target}}],
 *	 "hosts": {name: an ssh target} where the step is a copy: those that
 *		its lines name; a path without a name is of the target,
 *	 "artifacts": {name: {target: "EXEC/TARGET.save"}}: what earlier steps
 *		have kept and this one sends,
 *	 "seen": {target: SHA-256 of the file that an edit is to find there,
 *		as its difference was shown},
 *	 "undo": {target: {"backup", "sum"}}: what is put back, and the
 *		SHA-256 that the file must have,
 *	 "needs": {target: [interpreters]} for a preflight, which tries the
 *		targets and changes nothing; "users": [user= of steps here],
 *	 "files": {"./path": {"file": its path, "sha256"}}: files of the runbook
 *		folder that this step sends, as the plan pins them,
 *	 "seal_to": where the output is kept secret, the X25519 public key, in
 *		hex, that it is sealed to,
 *	 "output_limit": bytes for each target, "parallel": how many at once}
 *
 * Lines of status ("at" is milliseconds since 1970):
 *	{"at", "target", "state": "running"}	the script was started there
 *	{"at", "target", "note": "quiet|reconnecting|reconnected|try|
 *		output_open|progress|silent|answers", "message"}
 *	The last two are about the process of the target; the runner says
 *	them, without a target, about the process of the step.
 *	{"at", "target", "state": "succeeded|failed|unknown|not_started",
 *		"exit": n or null,
 *		"message", "bytes", "dropped", "tries",
 *		"contradicted": true where its reject matched, or may have,
 *		"resume": {"statement", "of"} where a retry may start at that
 *		statement, "captures": {name: text},
 *		"artifact": {"name", "bytes"} where the output was kept,
 *		"sealed": {} where the output was sealed,
 *		"seen": SHA-256 of the file that an edit found,
 *		"changed": {"file", "backup", "sum"} of an edit that changed
 *		its file: the sum is of the file as it is now; all are empty
 *		where a secret is part of the path,
 *		"checks": [{"check", "state": "ok|warning|failed", "text"}] of
 *		a preflight}
 *					durable (fdatasync) and last of target
 *	A note "progress" says how far the step is on its target, as it is
 *	shown to people ("12 of 31"); at most one in two
 *	seconds, as each is an event of the run.
 *	{"at", "done": true, "state": "succeeded|failed|unknown", "message"}
 *						durable and last of all
 */
#ifndef WIRE_EXEC_H
#define WIRE_EXEC_H

#define EXEC_ID_BYTES 16 /* twice as many hex digits */
#define EXEC_LOCK "lock"
#define EXEC_PID "pid"
#define EXEC_ALIVE "alive"
#define EXEC_ALIVE_MS 1000
#define EXEC_STATUS "status"
#define EXEC_ISOLATION "run/isolation" /* in the data folder */
#define EXEC_OUTPUT_LIMIT (64LL << 20) /* serve --output-limit */
#define EXEC_OUTPUT_MOST_MB 1000000
#define EXEC_KEPT ".save"
#define EXEC_SEALED ".sealed"
#define EXEC_SEALED_LIMIT (512 * 1024) /* a frame has room for it */
#define EXEC_SEAL_KEY 32               /* bytes */
#define EXEC_KEYS ".keys"
#define EXEC_KEYS_MOST 4096 /* bytes of one message */
#define EXEC_TYPIST 32
#define EXEC_COLUMNS_LEAST 20
#define EXEC_COLUMNS_MOST 500
#define EXEC_ROWS_LEAST 5
#define EXEC_ROWS_MOST 200
#define EXEC_KEPT_LIMIT (64LL * 1024 * 1024)
#define EXEC_PARALLEL 64

/* What stands in an attempt that was never accepted (keeper/unaccepted.h), or
 * that no event backs (runner/replay.h). */
#define EXEC_NOT_ACCEPTED \
	"The runner did not accept this within a minute. " \
	"Nothing was started, and nothing will be: press again."
#define EXEC_FORGED \
	"The tables of the journal say that this may run, and " \
	"its events do not: nothing was executed. Somebody changed the " \
	"journal: “countersign verify” says where."
#define EXEC_CHAIN_BROKEN \
	"The chain of events does not hold: nothing was " \
	"executed. Somebody changed the journal: “countersign verify” says " \
	"where."
#define EXEC_NOT_ACCEPTED_RESTART \
	"The keeper was started again before the " \
	"runner accepted this. Nothing was started, and nothing will be: " \
	"press again."
#define EXEC_MAX_CAPTURE (64 * 1024) /* bytes of a captured value */

#endif
