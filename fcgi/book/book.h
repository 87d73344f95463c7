/*
 * book.h: the runbook document, parsed.
 *
 * A book is made once from one text and does not change; all that it points
 * to belongs to it.  It is made even where the text has errors: those stand
 * in its diagnostics, and book_errors() says whether it may be run.
 */
#ifndef BOOK_BOOK_H
#define BOOK_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Bounds; what is over is a diagnostic, never a crash. */
#define BOOK_MAX_BYTES		(1024 * 1024)
#define BOOK_MAX_NODES		100000
#define BOOK_MAX_DEPTH		64
#define BOOK_MAX_CELLS		20000
#define BOOK_MAX_STEPS		2000

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

enum parameter_type {
	PARAMETER_TEXT,
	PARAMETER_NUMBER,
	PARAMETER_BOOL,		/* values "true" and "false" */
	PARAMETER_CHOICE,	/* `choices` is not empty */
	PARAMETER_SECRET,
	PARAMETER_LIST,		/* items with commas between them */
	PARAMETER_TYPE__MAX
};

enum rerun { RERUN_ASK, RERUN_SAFE, RERUN_PROBE, RERUN_NEVER, RERUN__MAX };

enum capture_how { CAPTURE_WHOLE, CAPTURE_POINTER, CAPTURE_REGEX };

struct capture {
	const char	*name;
	enum capture_how how;
	const char	*what;		/* JSON pointer or regex, else NULL */
};

struct parameter {
	const char	*name;
	const char	*label;		/* never NULL: the name where absent */
	const char	*help;		/* explanation, or NULL */
	enum parameter_type type;
	const char	*fallback;	/* `default:`, or NULL */
	const char	*pattern;	/* PCRE2, matches the whole value, or NULL */
	const char *const *choices;
	size_t		 choices_count;
	bool		 required;	/* `required:`, true where absent */
	bool		 multiline;	/* may hold line breaks */
	bool		 dash;		/* `dash: true`: may begin with '-' */
	const char	*when;		/* asked only where this holds, or NULL */
	int		 line;
};

struct approval_rule {
	const char	*role;
	int		 count;
};

/* One item of a section that repeats; `outer` are those around it. */
struct binding {
	const char	*name;		/* of each= */
	const char	*list;		/* what it repeats over, as written */
	const char	*item;
	const char	*tag;		/* the item as a part of ids */
	const char	*scope;		/* "@name=tag", outermost first */
	const struct binding *outer;
};

struct section {
	const char	*id;
	const char	*title;		/* plain text */
	int		 level;		/* 1 to 6; 0 for what precedes them all */
	int		 parent;	/* index, or -1 */
	const char	*when;		/* its own, or NULL; parents' hold too */
	const char	*each;
	const char	*each_name;	/* its two halves; NULL in the book */
	const char	*each_list;	/* of a run, which has copies instead */
	const struct binding *bound;	/* of a copy, else NULL */
	const char	*role;
	const char	*hop_from;
	const char	*hop_to;
	const char	*hop_when;	/* holds where a run takes the hop */
	bool		 hop;
	bool		 rollback;	/* or inside one that is */
	int		 line;
};

struct step {
	const char	*id;		/* unique in the book */
	const char	*title;		/* plain text */
	enum step_kind	 kind;
	int		 section;	/* index into sections */
	int		 line;		/* of the fence or list item, from 1 */
	int		 column;
	int		 text_line;	/* of the first line of `text` */
	const char	*text;		/* the block's text; "" for manual steps */
	const char	*on;		/* target or group; "local" if absent */
	const char	*cwd;
	const char	*user;
	const char	*role;		/* own or the section's, else NULL */
	const char	*sign;		/* role that must sign, or NULL */
	const char	*when;		/* own only; sections' hold too */
	const char	*expect;
	const char	*reject;
	const char	*save;
	const char	*same_as;	/* id of a step */
	const char	*keeps;		/* the name its output is kept under: save,
					 * or its id where same-as needs it */
	const char *const *sends;	/* http: names of kept outputs, "< name" */
	const char *const *sends_kept;	/* what those are kept under: in a copy,
					 * by the copy for the same items */
	size_t		 sends_count;
	const char *const *files;	/* http: files it sends, "< ./path" */
	size_t		 files_count;
	const char	*undo;		/* this block reverts that step, or NULL */
	const char	*probe_of;	/* this block probes that step, or NULL */
	const char	*file;		/* edit */
	const char	*mode;		/* copy */
	const char	*status;	/* http */
	int		 redirects;	/* http: that are followed */
	const char	*transaction;	/* SQL */
	int64_t		 timeout_ms;	/* 0: none */
	int64_t		 quiet_ms;	/* 0: none */
	int64_t		 every_ms;	/* 0: once */
	int64_t		 within_ms;
	int		 exit_codes[16];
	size_t		 exit_count;	/* 0: 0 alone means success */
	const struct capture *captures;
	size_t		 captures_count;
	enum rerun	 rerun;
	int		 count;		/* approval: how many, else 0 */
	int		 batch;		/* 0: all at once; percent in batch_percent */
	int		 batch_percent;
	int		 max_fail;	/* -1: not said */
	bool		 serial;
	bool		 pty;
	bool		 interactive;
	bool		 secret;
	bool		 irreversible;
	bool		 essential;
	bool		 evidence;	/* manual: evidence=required */
	bool		 rollback;	/* stands in a .rollback section, or undo= */
	bool		 restores;	/* derived: puts the file of the edit that
					 * it undoes back */
	bool		 executable;	/* this version can execute it */
};

/* What stands on the page, in document order. */
enum item_kind { ITEM_HEADING, ITEM_PROSE, ITEM_STEP };

struct item {
	enum item_kind	 kind;
	int		 index;		/* section (HEADING) or step (STEP) */
	int		 section;	/* the section it stands in */
	const void	*nodes;		/* PROSE, and the body of a manual step:
					 * for book_render(); else NULL */
};

enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE };

struct diagnostic {
	enum severity	 severity;
	int		 line;		/* from 1 */
	int		 column;	/* from 1, in characters */
	const char	*message;	/* what is wrong and what to do about it */
};

struct book {
	const char	*title;		/* front matter, else first heading */
	const char	*summary;	/* or NULL */
	const char	*owner;		/* or NULL */
	const char	*rehearsal;	/* environment, or NULL */
	const char *const *tags;
	size_t		 tags_count;
	const struct parameter *parameters;
	size_t		 parameters_count;
	const struct approval_rule *approvals;
	size_t		 approvals_count;
	const char *const *lists;	/* what its sections repeat over */
	size_t		 lists_count;
	const struct section *sections;	/* sections[0] has level 0 */
	size_t		 sections_count;
	const struct step *steps;
	size_t		 steps_count;
	const struct item *items;
	size_t		 items_count;
	const struct diagnostic *diagnostics;	/* by line and column */
	size_t		 diagnostics_count;
	size_t		 errors;	/* how many of them are errors */
	bool		 front_matter;	/* it has one, and that has no error */
};

/*
 * Parses a document of len bytes.  Always succeeds; the caller frees the book
 * with book_free().  Bounded in time and memory whatever the text.
 */
struct book	*book_parse(const char *text, size_t len);
void		 book_free(struct book *book);

/* The step with that id, or -1. */
int		 book_find_step(const struct book *book, const char *id);

/* Where a value comes from: NULL where there is none of that name. */
typedef const char *(*book_value_fn)(void *ctx, const char *name);

/*
 * Appends the HTML of an item's nodes: raw HTML of the text is shown as
 * text, links are on a list of schemes, {{name}} is replaced by the escaped
 * value (left as it stands where value is NULL or knows none).
 */
void		 book_render(const struct book *book, const struct item *item,
		    book_value_fn value, void *ctx, struct buf *out);

/* "sh", "mysql", "manual": the words of the document.  Never NULL. */
const char	*book_kind_name(enum step_kind kind);

/*
 * True where the step stands under a `when` that is false: its own or that
 * of a section around it.  `*ret_why` is then that expression (it belongs to
 * the book).  An expression that cannot be evaluated (a value is missing)
 * counts as false.
 */
bool		 book_is_excluded(const struct book *book, int step,
		    book_value_fn value, void *ctx, const char **ret_why);

/*
 * Checks one value for a parameter: type, pattern, choices, the characters
 * that HAZARDS bans (NUL, CR, LF unless multiline; leading '-' unless dash),
 * 64 KB at most.  Returns NULL or why not, as a sentence for the person who
 * typed it (static or inside `*scratch`).
 */
const char	*book_check_value(const struct parameter *p, const char *value,
		    struct buf *scratch);

/* Appends all diagnostics as `file:line:column: error: message` lines. */
void		 book_print_diagnostics(const struct book *book,
		    const char *file, struct buf *out);

#endif
