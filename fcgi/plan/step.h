/*
 * step.h: a step, as the document describes it.
 */
#ifndef PLAN_STEP_H
#define PLAN_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum step_kind {
	STEP_SH,
	STEP_BASH,
	STEP_PYTHON,
	STEP_ANSWERS,
	STEP_HTTP,
	STEP_MYSQL,
	STEP_POSTGRESQL,
	STEP_SQLITE,
	STEP_COPY,
	STEP_EDIT,
	STEP_APPROVAL,
	STEP_MANUAL,
	STEP_KIND__MAX
};

enum rerun { RERUN_ASK, RERUN_SAFE, RERUN_PROBE, RERUN_NEVER, RERUN__MAX };

enum capture_how { CAPTURE_WHOLE, CAPTURE_POINTER, CAPTURE_REGEX };

struct capture {
	const char *name;
	enum capture_how how;
	const char *what; /* JSON pointer or regex, else NULL */
};

struct step {
	const char *id;    /* unique in the runbook */
	const char *title; /* plain text */
	bool is_titled;    /* its own title, not its heading's */
	enum step_kind kind;
	int section; /* index into sections */
	int line;    /* of the fence or list item, from 1 */
	int column;
	int text_line;    /* of the first line of `text` */
	const char *text; /* of the block; "" for manual steps */
	const char *on;   /* target or group; "local" if absent */
	const char *cwd;
	const char *user;
	const char *role; /* own or the section's, else NULL */
	const char *sign; /* role that must sign, or NULL */
	const char *when; /* own only; sections' hold too */
	const char *expect;
	const char *reject;
	const char *save;
	const char *same_as;      /* id of a step */
	const char *keeps;        /* name of its artifact: save, or its id
				   * if same-as needs it */
	const char *const *sends; /* http: artifacts, "< name" */
	const char *const
	    *sends_artifacts; /* their names in the run: in a copy,
			       * those of the copy for the same items */
	size_t sends_count;
	const char *const *files; /* http: files to send, "< ./path" */
	size_t files_count;
	const char *undo;        /* it reverts that step, or NULL */
	const char *after;       /* rollback: it comes behind that step, or
				  * behind the one that undoes it */
	const char *probe_of;    /* it probes that step, or NULL */
	const char *file;        /* edit */
	const char *mode;        /* copy */
	const char *status;      /* http */
	int redirects;           /* http: redirects to follow */
	const char *transaction; /* SQL */
	int64_t timeout_ms;      /* 0: none */
	int64_t quiet_ms;        /* 0: none */
	int64_t every_ms;        /* 0: once */
	int64_t within_ms;
	int exit_codes[16];
	size_t exit_count; /* 0: 0 alone means success */
	const struct capture *captures;
	size_t captures_count;
	enum rerun rerun;
	int count; /* approval: how many, else 0 */
	int batch; /* 0: all at once; percent in
		    * batch_percent */
	int batch_percent;
	int max_fail; /* -1: absent */
	bool serial;
	const char *answers; /* pty: text of its answers, or NULL */
	bool pty;
	bool interactive;
	bool secret;
	bool irreversible;
	bool essential;
	bool evidence; /* manual: evidence=required */
	bool rollback; /* in a .rollback section, or has undo= */
	bool restores; /* derived: restores the file of the edit that it undoes
			*/
};

/* "sh", "mysql", "manual": the words of the document.  Never NULL. */
const char *runbook_kind_name(enum step_kind kind);

#endif
