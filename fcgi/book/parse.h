/*
 * parse.h: what the files of book/ share while a document is being parsed.
 * Nobody outside book/ includes it.
 */
#ifndef BOOK_PARSE_H
#define BOOK_PARSE_H

#include "base/arena.h"
#include "book/book.h"

struct json_object;

#define NOWHERE		SIZE_MAX	/* a place that is not known */
#define TITLE_MAX	120		/* characters of a title */

enum node_type {
	NODE_DOC, NODE_FRAGMENT, NODE_QUOTE, NODE_UL, NODE_OL, NODE_LI,
	NODE_HR, NODE_H, NODE_CODE, NODE_P, NODE_TABLE, NODE_THEAD,
	NODE_TBODY, NODE_TR, NODE_TH, NODE_TD,
	/* inline from here on */
	NODE_EM, NODE_STRONG, NODE_A, NODE_IMG, NODE_CODESPAN, NODE_DEL,
	NODE_TEXT, NODE_ENTITY, NODE_BR, NODE_SOFTBR
};

struct node {
	enum node_type	 type;
	struct node	*parent, *first, *last, *next;
	const char	*text;		/* TEXT, ENTITY, CODE: not terminated;
					 * A, IMG: the address */
	size_t		 len;		/* of the text; UL, OL: items */
	size_t		 at;		/* offset of its first text, NOWHERE */
	size_t		 end;		/* behind its last text */
	const char	*lang;		/* CODE: first word of the info string */
	const char	*alert;		/* QUOTE: "warning", or NULL */
	size_t		 info;		/* CODE: where the info string begins */
	size_t		 info_end;
	int		 number;	/* H: level; OL: start; TH, TD: align;
					 * LI: its number; CODE: fence's line */
	bool		 tight;		/* P without <p> */
	bool		 task;
	bool		 checked;
	bool		 continued;	/* LI that goes on behind a step */
	bool		 fenced;
	bool		 closed;	/* CODE: its closing fence was found */
	bool		 holds_step;	/* itself or something within */
};

/* One of {#id .class key=value flag}. */
struct attr {
	char		 sort;		/* '#', '.', '=', 'f' (a flag); 0: it
					 * was wrong */
	const char	*name;		/* of id, class, key or flag */
	const char	*value;		/* for '=' */
	size_t		 at;
	size_t		 value_at;
};

struct attrs {
	bool		 present;
	size_t		 at;		/* of the opening brace */
	struct attr	*list;
	size_t		 count;
};

/* What a step or section was made from, beside its public record. */
struct origin {
	struct attrs	 attrs;
	const struct node *node;
	size_t		 at;		/* fence, list item or heading */
	size_t		 text_end;	/* CODE: behind the closing fence */
};

struct parse {
	struct book	*book;		/* its arrays are heap until the end */
	struct arena	*arena;
	const char	*src;		/* whole document, sanitised, NUL-ended */
	size_t		 len;
	size_t		 body;		/* where Markdown begins */
	size_t		*lines;		/* offsets at which lines begin */
	size_t		 lines_count;
	size_t		 lines_cap;
	struct node	*doc;
	struct section	*sections;
	struct origin	*section_origins;
	struct step	*steps;
	struct origin	*step_origins;
	struct item	*items;
	struct parameter *parameters;
	struct diagnostic *diagnostics;
	size_t		 sections_count, sections_cap, section_origins_cap;
	size_t		 steps_count, steps_cap, step_origins_cap;
	size_t		 items_count, items_cap;
	size_t		 parameters_count, parameters_cap;
	size_t		 diagnostics_count, diagnostics_cap;
	size_t		 errors;
};

/* source.c: lines, places, diagnostics */
void	 source_open(struct parse *p, const char *text, size_t len);
int	 source_line(const struct parse *p, size_t at);		/* from 0 */
size_t	 source_line_start(const struct parse *p, int line);
size_t	 source_line_end(const struct parse *p, int line);
void	 source_place(const struct parse *p, size_t at, int *ret_line,
	    int *ret_column);					/* from 1 */
void	 report(struct parse *p, enum severity severity, size_t at,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void	 report_place(struct parse *p, enum severity severity, int line,
	    int column, const char *message);
void	 report_sort(struct parse *p);

/* frontmatter.c */
void	 frontmatter_read(struct parse *p);

/* markdown.c */
void	 markdown_read(struct parse *p);
struct node *node_new(struct parse *p, enum node_type type);
void	 node_append(struct node *parent, struct node *child);

/* plain.c: text of nodes; all results belong to the arena */
bool	 plain_entity(const char *s, size_t len, char out[8], size_t *ret_len);
char	*plain_title(struct parse *p, const struct node *n);
bool	 plain_is_title(const struct node *n);
char	*plain_slug(struct parse *p, const char *title);

/* attribute.c */
bool	 attribute_find(const struct parse *p, size_t from, size_t to,
	    size_t *ret_open, size_t *ret_close);
size_t	 attribute_open(const struct parse *p, size_t from, size_t to);
void	 attribute_read(struct parse *p, size_t open, size_t close,
	    struct attrs *ret);
void	 attribute_strip(struct node *n, size_t from);
const struct attr *attribute_get(const struct attrs *a, char sort,
	    const char *name);

/* suggest.c: the closest of the words, or NULL */
const char *suggest(const char *word, const char *const *words);

/* ids.c: ids that were not written, and those that were twice */
#define IDS_SLOTS	16384	/* over three times what there can be */
struct ids {
	const char	*slots[IDS_SLOTS];
	const char	*base;		/* what was numbered last */
	int		 number;	/* and up to where */
};
bool	 ids_take(struct ids *ids, const char *id);
const char *ids_derive(struct ids *ids, struct arena *arena,
	    const char *base);
void	 ids_read(struct parse *p);

/* steps.c: sections, steps and items from the tree */
void	 steps_read(struct parse *p);

/* apply.c: attributes into the records */
void	 apply_step(struct parse *p, struct step *s, struct origin *o);
void	 apply_section(struct parse *p, struct section *s, struct origin *o);
int	 kind_of(const char *lang);

/* names.c */
const char *name_refused(const char *name);
bool	 name_is_known(const struct parse *p, const char *name, int step,
	    int section);
bool	 repeats_around(const struct parse *p, int inner, int outer);

/* each.c */
void	 check_each(struct parse *p, int section);
void	 each_keep_lists(struct parse *p);
bool	 each_captures(const struct parse *p, const char *name, int before);

/* expand.c: repeats what repeats; false: it would become too large */
bool	 expand_all(struct parse *p, struct json_object *lists);
void	 restore_all(struct parse *p);

/* hops.c */
void	 check_hops(struct parse *p);

/* kept.c: kept outputs: which there are, and whether the name of one may
 * stand in a step (NULL, or why not; of the arena) */
void	 kept_read(struct parse *p);
void	 check_kept(struct parse *p, int step);
const char *kept_refused(const struct parse *p, int step, const char *name);

/* check.c, content.c */
void	 check_book(struct parse *p);
void	 check_content(struct parse *p, size_t step);

#endif
