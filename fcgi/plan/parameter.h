/* parameter.h: the parameters of a run, and its approval rules. */
#ifndef PLAN_PARAMETER_H
#define PLAN_PARAMETER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum parameter_type {
	PARAMETER_TEXT,
	PARAMETER_NUMBER,
	PARAMETER_BOOL,   /* values "true" and "false" */
	PARAMETER_CHOICE, /* `choices` is not empty */
	PARAMETER_SECRET,
	PARAMETER_LIST, /* items with commas between them */
	PARAMETER_TYPE__MAX
};

/* The text for people of an item of a list. */
struct item_label {
	const char *id;
	const char *text;
};

struct parameter {
	const char *name;
	const char *label; /* never NULL: the name if absent */
	const char *help;  /* explanation, or NULL */
	enum parameter_type type;
	const char *fallback; /* `default:`, or NULL */
	const char *pattern;  /* PCRE2, matches the whole value, or
			       * NULL */
	const char *message;  /* the author's description of the pattern, or
			       * NULL */
	const char *const *choices;
	size_t choices_count;
	const struct item_label *labels; /* of items of a list */
	size_t labels_count;
	const char *min, *max; /* of a number that a task asks for, or NULL */
	bool required;         /* `required:`, true if absent */
	bool multiline;        /* may hold line breaks */
	bool dash;             /* `dash: true`: may begin with '-' */
	const char *when;      /* needed only if this holds, or NULL */
	int line;
};

struct approval_rule {
	const char *role;
	int count;
	int64_t expires_ms; /* 0: never */
	bool same_person;   /* a person who fills another rule may fill this one
			     * as well */
};

#endif
