/*
 * programs.c: programs that read keys or commands from a terminal.
 *
 * “ssh db1”, “su - postgres” or “mysql -u root” on a line of its own opens a
 * session for a person, who types the following lines there.  In a step such a
 * program reads an empty input and ends with success, and the following lines
 * run in the wrong place.  programs.def lists for each program the arguments
 * that give it work.  In doubt there is no warning.
 */
#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "compiler/parse/heuristics.h"
#include "compiler/check/programs.h"
#include "lang/script_lines.h"

#define DEPTH_MAX 8 /* sudo env nice … */
#define COMMAND_MAX 4096

#define SSH "-B -b -c -D -E -e -F -I -i -J -L -l -m -O -o -P -p -Q -R -S -W -w"
#define MYSQL "-h -P -u -D -S -p= --host --port --user --socket --database"
#define PSQL \
	"-h -p -U -d -v -P -o -L -F -R -T --host --port --username --dbname " \
	"--set"
#define CONTAINER \
	"-u -w -e -n -c -f -H --user --workdir --env --env-file --namespace " \
	"--container --context --kubeconfig --index --name --network --image"
#define RUN CONTAINER " -p -v -h -l -m --volume --publish --label --hostname"

#define WATCHED \
	"-n -o -l -c --namespace --output --selector --container --context " \
	"--kubeconfig --tail --since"

#define SHELL "-c --version --help", "-o -O --rcfile --init-file", NULL, 0

#define STARTS(name, ...) { name, __VA_ARGS__, true, PROGRAM_LINES },
#define CLIENT(name, ...) { name, __VA_ARGS__, false, PROGRAM_LINES },
#define EDITOR(name, works, needs, operands) \
	{ name, works, "", needs, operands, false, PROGRAM_KEYS },
#define ASKS(name, works) { name, works, "", NULL, -1, false, PROGRAM_ASKS },
#define PASSWORD(name, values) \
	{ name, "", values, "-p --password", -1, false, PROGRAM_PASSWORD },
#define TTY(name) \
	{ name, "-d --detach", CONTAINER, "-t --tty", 0, false, PROGRAM_TTY },
#define ENDLESS(name, works, values, needs) \
	{ name, works, values, needs, -1, false, PROGRAM_ENDLESS },

static const struct program {
	const char *name, *works, *values, *needs;
	int operands;
	bool runs;
	enum program_input input;
} programs[] = {
#include "compiler/check/programs.def"
};

/* The words of one command. */
struct command {
	struct script_line line;
	size_t at;
	const char *word; /* NULL: none left */
	size_t len;
	bool fed;   /* its input is a file, a text or a pipe */
	bool saved; /* its output goes to a file */
	int depth;  /* its arguments are commands to start */
};

static bool
is_word(const struct command *c, const char *word)
{
	return strlen(word) == c->len && memcmp(c->word, word, c->len) == 0;
}

/* Behind the brackets of “$(…)” and “<(…)”, which belong to the word. */
static size_t
brackets_end(const struct script_line *l, size_t at)
{
	int depth = 0;

	if (at == 0 || strchr("$<>", l->s[at - 1]) == NULL)
		return at;
	do {
		depth += l->s[at] == '(';
		depth -= l->s[at] == ')';
	} while (depth > 0 && ++at < l->len);
	while (at < l->len && strchr(" \t;|&", l->s[at]) == NULL)
		at++;
	return at;
}

/* Consumes “2>&1”, “< file” and similar; false: it is a word. */
static bool
take_redirection(struct command *c)
{
	size_t digits = strspn(c->word, "0123456789"), sign, at = 0, len;
	bool command;

	if (*c->word == '<' &&
	    looks_like_a_placeholder(c->word,
		c->line.len - (size_t)(c->word - c->line.s), &at, &len) &&
	    at == 0) {
		c->at = (size_t)(c->word - c->line.s) + len;
		return false;
	}
	sign = strspn(c->word + digits, "<>");
	if (sign == 0)
		return false;
	c->fed |= c->word[digits] == '<';
	c->saved |= c->word[digits] == '>';
	if (digits + sign < c->len)
		return true; /* the file name is in the word */
	if (c->at < c->line.len && c->line.s[c->at] == '&')
		c->at += 1 + strspn(c->line.s + c->at + 1, "0123456789-");
	else
		(void)script_next_word(&c->line, &c->at, &c->len, &command);
	return true;
}

static bool
next_word(struct command *c)
{
	bool command, first = c->at == 0;

	do {
		c->word = script_next_word(&c->line, &c->at, &c->len, &command);
		if (c->word == NULL || (command && !first))
			return (c->word = NULL) != NULL;
		if (c->at < c->line.len && c->line.s[c->at] == '(')
			c->at = brackets_end(&c->line, c->at);
		c->len = c->at - (size_t)(c->word - c->line.s);
		first = false;
	} while (text_starts(c->word, "\\\n") || take_redirection(c));
	return true;
}

/* The next of the options in a list. */
static bool
next_option(const char **list, const char **ret, size_t *ret_len)
{
	*list += strspn(*list, " ");
	*ret = *list;
	*ret_len = strcspn(*list, " ");
	*list += *ret_len;
	return *ret_len > 0;
}

/* The list has the word, or the list accepts operands and it is one. */
static bool
lists(const char *list, const char *word, size_t len)
{
	const char *o, *sign = memchr(word, '=', len);
	size_t n;

	if (len > 2 && word[1] == '-' && sign != NULL)
		len = (size_t)(sign - word);
	while (next_option(&list, &o, &n))
		if ((n == len && memcmp(o, word, n) == 0) ||
		    (*o == '@' && *word == '@') ||
		    (*o == '*' && len >= n &&
			memcmp(word + len - n + 1, o + 1, n - 1) == 0))
			return true;
	return false;
}

static bool
lists_letter(const char *list, char letter)
{
	return lists(list, (const char[]){ '-', letter, '\0' }, 2);
}

struct found {
	bool works;
	bool needed;
};

/* Consumes one option, or several letters, and a value in the next word. */
static void
take_option(const struct program *p, struct command *c, struct found *f)
{
	const char *word = c->word;
	size_t len = c->len;
	bool value = lists(p->values, word, len) &&
	    memchr(word, '=', len) == NULL;

	f->works |= lists(p->works, word, len);
	f->needed |= p->needs != NULL && lists(p->needs, word, len) &&
	    (p->input != PROGRAM_PASSWORD || memchr(word, '=', len) == NULL);
	for (size_t i = 1; word[1] != '-' && i < len && !f->works &&
	     p->input != PROGRAM_PASSWORD;
	     i++) {
		char attached[] = { '-', word[i], '=', '\0' };

		f->works |= lists_letter(p->works, word[i]);
		f->needed |= p->needs != NULL &&
		    lists_letter(p->needs, word[i]);
		if (lists(p->values, attached, 3))
			break;
		if (lists_letter(p->values, word[i])) {
			value = i + 1 == len;
			break;
		}
	}
	if (value)
		(void)next_word(c);
}

static enum program_input reads(struct command *c, const char **ret_name);

/* Finds the name of the program, and of its subcommand among its options. */
static bool
take_name(const struct program *p, struct command *c, struct found *f)
{
	const char *name = p->name, *slash;
	size_t n = strcspn(name, " ");

	while ((slash = memchr(c->word, '/', c->len)) != NULL) {
		c->len -= (size_t)(slash + 1 - c->word);
		c->word = slash + 1;
	}
	if (c->len != n || memcmp(c->word, name, n) != 0)
		return false;
	while (name[n] == ' ') {
		name += n + 1;
		n = strcspn(name, " ");
		while (next_word(c) && c->word[0] == '-')
			take_option(p, c, f);
		if (c->word == NULL || c->len != n ||
		    memcmp(c->word, name, n) != 0)
			return false;
	}
	return true;
}

/* Of the command that the program starts; “timeout” ends it. */
static enum program_input
reads_started(const struct program *p, struct command *c, const char **ret_name)
{
	enum program_input input = reads(c, ret_name);

	return input == PROGRAM_ENDLESS && strcmp(p->name, "timeout") == 0
	    ? PROGRAM_NONE
	    : input;
}

static enum program_input
reads_by(const struct program *p, struct command c, const char **ret_name)
{
	struct found f = { .needed = p->needs == NULL };
	bool options = true;
	int operands = 0;

	if (!take_name(p, &c, &f))
		return PROGRAM_NONE;
	f.works &= p->input == PROGRAM_ASKS;
	f.needed = p->needs == NULL;
	while (!f.works && next_word(&c)) {
		if (options && is_word(&c, "--"))
			options = false;
		else if (options && c.word[0] == '-')
			take_option(p, &c, &f);
		else if (lists(p->works, c.word, c.len))
			return PROGRAM_NONE;
		else if (operands == p->operands && p->input == PROGRAM_TTY)
			break;
		else if (operands == p->operands)
			return p->runs ? reads_started(p, &c, ret_name)
				       : PROGRAM_NONE;
		else
			operands++;
	}
	f.needed |= c.saved && p->needs != NULL && lists(p->needs, ">", 1);
	if (f.works || !f.needed ||
	    (c.fed && (p->input == PROGRAM_LINES || p->input == PROGRAM_ASKS)))
		return PROGRAM_NONE;
	*ret_name = p->name;
	return p->input;
}

/* Classifies the command that begins with the word. */
static enum program_input
reads(struct command *c, const char **ret_name)
{
	enum program_input input = PROGRAM_NONE;

	if (c->depth++ == DEPTH_MAX)
		return PROGRAM_NONE;
	while (c->word != NULL && *c->word != '=' &&
	    memchr(c->word, '=', c->len) != NULL)
		(void)next_word(c); /* NAME=value before it */
	for (size_t i = 0; c->word != NULL && input == PROGRAM_NONE &&
	     i < sizeof(programs) / sizeof(programs[0]);
	     i++)
		input = reads_by(&programs[i], *c, ret_name);
	return input;
}

/* The command reads the output of the one before it. */
static bool
is_piped(const char *s, size_t at)
{
	while (at > 0 && strchr(" \t", s[at - 1]) != NULL)
		at--;
	return at > 0 && s[at - 1] == '|' && (at < 2 || s[at - 2] != '|');
}

static enum program_input
reads_at(const char *s, size_t len, size_t at, const char **ret_name)
{
	struct command c = { .fed = is_piped(s, at) };

	while (len > 0 && len - at < COMMAND_MAX && s[len - 1] == '\\' &&
	    s[len] == '\n')
		len += 1 + strcspn(s + len + 1, "\n");
	c.line = (struct script_line){ .s = s + at, .len = len - at };
	if (c.line.len > COMMAND_MAX)
		c.line.len = COMMAND_MAX;
	return next_word(&c) ? reads(&c, ret_name) : PROGRAM_NONE;
}

/* Behind the pattern of a case, “all|mysql)”, whose bracket closes nothing. */
static size_t
pattern_end(const char *s, size_t len)
{
	const char *end = memchr(s, ')', len);

	return end != NULL && memchr(s, '(', (size_t)(end - s)) == NULL
	    ? (size_t)(end - s)
	    : 0;
}

static bool
is_keyword(const char *s, size_t len)
{
	static const char *const words[] = { "then", "do", "else", "if", "elif",
		"while", "until", NULL };

	for (size_t i = 0; words[i] != NULL; i++)
		if (strlen(words[i]) == len && memcmp(words[i], s, len) == 0)
			return true;
	return false;
}

enum program_input
program_find(const char *s, size_t len, size_t *at, size_t *ret_at,
    const char **ret_name)
{
	struct script_line line = { .s = s, .len = len };
	enum program_input input = PROGRAM_NONE;
	bool command, next = false;
	const char *word;
	size_t n;

	if (*at == 0)
		*at = pattern_end(s, len);
	while (input == PROGRAM_NONE &&
	    (word = script_next_word(&line, at, &n, &command)) != NULL) {
		if (!command && !next)
			continue;
		next = is_keyword(word, n);
		if (next)
			continue;
		*ret_at = (size_t)(word - s);
		input = reads_at(s, len, *ret_at, ret_name);
	}
	return input;
}
