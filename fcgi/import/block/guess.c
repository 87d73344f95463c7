/*
 * guess.c: what a block of code is by its look, whatever its label says.
 *
 * Authors leave the label away, or write the one of the block before.  A guess
 * has to be true of all lines of a block: a single one that is something else
 * leaves it as it is.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "import/block/guess.h"
#include "base/text.h"
#include "import/pieces.h"
#include "compiler/parse/heuristics.h"

bool
guess_statement(const char *s)
{
	static const char *const words[] = { "select", "insert", "update",
		"delete", "create", "alter", "drop", "use", "show", "grant",
		"revoke", "flush", "rename", "truncate", "call", "vacuum",
		"analyze", "reindex", "begin", "commit", "replace", "set",
		NULL };
	size_t n = strcspn(s, " \t\n;(");

	for (size_t i = 0; words[i] != NULL; i++)
		if (strlen(words[i]) == n && strncasecmp(s, words[i], n) == 0)
			return true;
	return false;
}

bool
guess_is_sql(const char *s)
{
	bool open = false, any = false; /* a statement goes on */
	size_t len, end;

	for (; *s != '\0'; s += len + (s[len] == '\n')) {
		s += strspn(s, " \t\r");
		len = strcspn(s, "\n");
		for (end = len; end > 0 && strchr(" \t\r", s[end - 1]);)
			end--;
		if (end == 0 || text_starts(s, "--") || s[0] == '#')
			continue;
		if (!open && any && text_starts(s, "source "))
			continue;
		if (!open && !guess_statement(s))
			return false;
		any = true;
		open = s[end - 1] != ';';
	}
	return any && !open;
}

/* Brackets that the line leaves open. */
static int
count_open(const char *s, size_t len)
{
	int open = 0;

	for (size_t i = 0; i < len; i++)
		open += (strchr("([{", s[i]) != NULL) -
		    (strchr(")]}", s[i]) != NULL);
	return open;
}

/* The length of a plain or dotted name. */
static size_t
python_name(const char *s)
{
	size_t n = 0;

	while (s[n] == '_' ||
	    (n > 0 && (isdigit((unsigned char)s[n]) || s[n] == '.')) ||
	    ((s[n] | 0x20) >= 'a' && (s[n] | 0x20) <= 'z'))
		n++;
	return n;
}

bool
guess_is_python(const char *s)
{
	bool any = false;
	int open = 0; /* brackets */
	size_t len, n;

	for (; *s != '\0'; s += len + (s[len] == '\n')) {
		s += strspn(s, " \t");
		len = strcspn(s, "\n");
		if (len == 0 || s[0] == '#' || open > 0) {
			open += count_open(s, len);
			continue;
		}
		n = python_name(s);
		if (text_starts(s, "import ") ||
		    (text_starts(s, "from ") &&
			memmem(s, len, " import ", 8) != NULL)) {
			any = true;
		} else if (n > 1 && s[n] == '(' && s[len - 1] == ')') {
			any = true;
		} else if (n == 0 || !text_starts(s + n, " = ")) {
			return false;
		}
		open += count_open(s, len);
	}
	return any;
}

bool
guess_has_no_command(const char *s)
{
	size_t len;

	for (; *s != '\0'; s += len + (s[len] == '\n')) {
		s += strspn(s, " \t");
		len = strcspn(s, "\n");
		if (looks_like_a_command(s, len) ||
		    looks_like_a_prompt(s, len) > 0)
			return false;
	}
	return true;
}

bool
guess_is_table(const char *s)
{
	size_t words = 0, n;

	s += strspn(s, " \t\n");
	for (; *s != '\0' && *s != '\n'; s += n + strspn(s + n, " \t")) {
		n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_()/%0123456789");
		if (n < 2 || strchr(" \t\n", s[n]) == NULL)
			return false;
		words++;
	}
	return words >= 3;
}

/* Words with two blanks or more between them: “root     3079    1836”. */
static bool
is_row(const char *s, size_t len)
{
	size_t gaps = 0;

	for (size_t i = 1; i + 2 < len; i++)
		gaps += s[i - 1] != ' ' && s[i] == ' ' && s[i + 1] == ' ' &&
		    s[i + 2 + strspn(s + i + 2, " ")] != '#';
	return gaps > 1;
}

bool
guess_is_columns(const char *s)
{
	size_t len, rows = 0;

	for (; *s != '\0'; s += len + (s[len] == '\n')) {
		s += strspn(s, " \t");
		len = strcspn(s, "\n");
		if (len > 0 &&
		    (!is_row(s, len) || looks_like_a_command(s, len)))
			return false;
		rows += len > 0;
	}
	return rows > 1;
}

bool
guess_has_crontab(const char *s)
{
	size_t len, fields, at, n;

	for (; *s != '\0'; s += len + (s[len] == '\n')) {
		s += strspn(s, " \t");
		len = strcspn(s, "\n");
		at = fields = 0;
		while (fields < 5 &&
		    (n = strspn(s + at, "0123456789*/,-")) > 0 &&
		    s[at + n] == ' ' && s[at] != '-') {
			at += n + strspn(s + at + n, " ");
			fields++;
		}
		if (fields == 5 && at < len &&
		    (s[at] == '/' || isalpha((unsigned char)s[at])))
			return true;
	}
	return false;
}

bool
guess_names_output(const char *s)
{
	static const char *const words[] = { "输出", "输出结果", "执行结果",
		"运行结果", "返回结果", "结果", "返回", "示例输出", "输出示例",
		"预期输出", "output", "expected output", "sample output",
		"example output", "result", "response", NULL };
	size_t len = strlen(s);

	while (len > 0 && strchr(" :", s[len - 1]) != NULL)
		len--;
	if (len > 3 && memcmp(s + len - 3, "：", 3) == 0)
		len -= 3;
	return text_is_among(s, len, words);
}

bool
guess_says_output(const char *sentence)
{
	static const char *const words[] = { "输出", "输入内容", "如下内容",
		"结果如下", "显示如下", "类似", "会看到", "output", "will see",
		"should see", "look like", "looks like", "prints", "similar to",
		NULL };

	return pieces_has(sentence, words);
}

static bool
is_data_file(const char *s, size_t len)
{
	static const char *const endings[] = { ".conf", ".cnf", ".cfg", ".ini",
		".yml", ".yaml", ".json", ".xml", ".env", ".properties",
		".toml", ".rb", ".crt", ".pem", ".key", ".log", ".sql", ".gz",
		".zip", ".txt", ".md", NULL };

	while (len > 0 && strchr(" \t\r", s[len - 1]) != NULL)
		len--;
	for (size_t i = 0; endings[i] != NULL; i++) {
		size_t n = strlen(endings[i]);

		if (len > n && memcmp(s + len - n, endings[i], n) == 0)
			return strchr("/~.", s[0]) != NULL &&
			    memchr(s, ' ', len) == NULL;
	}
	return false;
}

/* “registry.example.org/shop/api:1.4”: the name of an image. */
static bool
is_image(const char *s, size_t len)
{
	const char *slash = memchr(s, '/', len);

	while (len > 0 && strchr(" \t\r", s[len - 1]) != NULL)
		len--;
	return slash != NULL && strchr("/~.$", s[0]) == NULL &&
	    memchr(s, ' ', len) == NULL &&
	    memchr(s, '.', (size_t)(slash - s)) != NULL &&
	    memchr(slash, ':', len - (size_t)(slash - s)) != NULL;
}

/* “https://…”, and nothing else. */
static bool
is_address(const char *s, size_t len)
{
	while (len > 0 && strchr(" \t\r", s[len - 1]) != NULL)
		len--;
	return (text_starts(s, "https://") || text_starts(s, "http://")) &&
	    memchr(s, ' ', len) == NULL;
}

bool
guess_is_files(const char *s)
{
	bool any = false;
	size_t len;

	for (; *s != '\0'; s += len + (s[len] == '\n')) {
		s += strspn(s, " \t");
		len = strcspn(s, "\n");
		if (len == 0 || s[0] == '#')
			continue;
		if (!is_data_file(s, len) && !is_image(s, len) &&
		    !is_address(s, len))
			return false;
		any = true;
	}
	return any;
}

bool
guess_has_arrow(const char *s)
{
	char quote = '\0';
	bool comment = false;

	for (; *s != '\0'; s++) {
		if (*s == '\n') {
			quote = '\0';
			comment = false;
		} else if (quote != '\0' ? *s == quote
					 : *s == '"' || *s == '\'') {
			quote = quote != '\0' ? '\0' : *s;
		} else if (quote == '\0') {
			comment |= *s == '#';
			if (!comment && text_starts(s, "→"))
				return true;
		}
	}
	return false;
}

/* “{,.bak}”, “{a,b}”, “{1..3}” behind no “$”. */
static bool
has_braces(const char *s)
{
	for (; (s = strchr(s, '{')) != NULL; s++) {
		size_t n = strcspn(s + 1, "} \t\n{\"'");

		if (s[1 + n] == '}' && s[-1] != '$' && s[1] != '}' &&
		    (memchr(s + 1, ',', n) != NULL ||
			memmem(s + 1, n, "..", 2) != NULL))
			return true;
	}
	return false;
}

/* “all=(a b)”: an array. */
static bool
has_array(const char *s)
{
	const char *start = s;

	for (; (s = strstr(s, "=(")) != NULL; s++)
		if (s > start &&
		    (isalnum((unsigned char)s[-1]) || s[-1] == '_' ||
			s[-1] == '+'))
			return true;
	return false;
}

/* The line begins with a word that only bash knows. */
static bool
begins_bash(const char *s)
{
	static const char *const words[] = { "source ", "function ", "declare ",
		"shopt ", "pushd ", "popd", "mapfile ", "readarray ", "select ",
		"let ", "((", NULL };

	for (size_t i = 0; words[i] != NULL; i++)
		if (text_starts(s, words[i]))
			return true;
	return false;
}

const char *
guess_shell(const char *s)
{
	static const char *const signs[] = { "<(", ">(", "[[ ", "<<<", "&>",
		"|&", " $'", "pipefail", "read -p", "read -s", "${!",
		"&& source ", "; source ", NULL };
	bool bash = text_has_any(s, strlen(s), signs) || has_array(s) ||
	    (*s != '\0' && has_braces(s + 1));

	for (const char *line = s; *line != '\0' && !bash;) {
		line += strspn(line, " \t");
		bash = begins_bash(
		    line + looks_like_a_prompt(line, strcspn(line, "\n")));
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return bash ? "bash" : "sh";
}
