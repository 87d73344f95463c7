/*
 * prose.c: lines of a script that are sentences.
 *
 * A shell would take the first word for a program and execute what stands
 * between backticks.  Commands of English words are written in small letters,
 * and none begins with a Chinese character or mark, so a capital or such a
 * mark tells a sentence; one in small letters has words that no command has.
 */
#include <string.h>

#include "compiler/parse/prose.h"
#include "base/text.h"
#include "compiler/parse/cjk.h"
#include "compiler/parse/heuristics.h"

/* “【注意】”, “（可选）”, “※”, “⚠”; “➜” and “❯” are prompts. */
static bool
is_sign_of_text(uint32_t cp)
{
	return (cp >= 0x3000 && cp <= 0x303f) ||
	    (cp >= 0xff01 && cp <= 0xff65) || cp == 0x2022 || cp == 0x203b ||
	    (cp >= 0x25a0 && cp <= 0x27bf && cp != 0x279c && cp != 0x276f) ||
	    cp >= 0x1f000;
}

bool
looks_like_prose(const char *s, size_t len)
{
	size_t digits = 0, word = 0;
	uint32_t cp;

	while (word < len && s[word] != ' ' && s[word] != '\t')
		word++;
	if ((strspn(s, "-.*=_~") >= len && !(len == 1 && *s == '.')) ||
	    is_sign_of_text(cjk_at(s, len, 0)))
		return true;
	if (memchr(s, ')', word) != NULL || memchr(s, '=', word) != NULL)
		return false; /* the label of a case, a function */
	if (cjk_is_letter(cjk_at(s, len, 0)))
		return true;
	while (digits < len && s[digits] >= '0' && s[digits] <= '9')
		digits++;
	cp = cjk_at(s, len, digits);
	return digits > 0 && digits <= 2 &&
	    (cp == 0x3001 ||
		(cp == '.' && digits + 1 < len && s[digits + 1] == ' '));
}

/* Counts words of the line that only sentences have. */
static size_t
count_words_of_text(const char *s, size_t len)
{
	static const char *const words[] = { " the ", " is ", " are ", " you ",
		" your ", " to ", " that ", " until ", " if ", " by ", " it ",
		" this ", " and ", NULL };
	size_t count = 0;

	for (size_t i = 0; words[i] != NULL; i++)
		count += memmem(s, len, words[i], strlen(words[i])) != NULL;
	return count;
}

/* “Never run it”, “Note: use it”: a word with a capital, and more of them. */
static bool
is_capital_sentence(const char *s, size_t len, size_t word)
{
	static const char *const programs[] = { "Rscript", "Xorg", "Xvfb",
		NULL };
	bool mark = strchr(",:", s[word - 1]) != NULL;
	size_t letters = word - mark, behind = word;

	if (s[0] < 'A' || s[0] > 'Z' || letters < 2 || s[len - 1] == ';' ||
	    text_is_among(s, letters, programs))
		return false;
	for (size_t i = 1; i < letters; i++)
		if (s[i] != '\'' && (s[i] < 'a' || s[i] > 'z'))
			return false;
	while (behind < len && s[behind] == ' ')
		behind++;
	if (behind == len)
		return mark || s[letters] == '.';
	if (strchr("-=<>|&\"$;", s[behind]) != NULL)
		return false;
	return mark || strchr(".:!?", s[len - 1]) != NULL ||
	    memchr(s + behind, ' ', len - behind) != NULL ||
	    memchr(s + behind, '`', len - behind) != NULL;
}

bool
looks_like_a_sentence(const char *s, size_t len)
{
	static const char *const alone[] = { "or", "or:", "or,", "and",
		"and:", "note:", "warning:", "tip:", NULL };
	size_t word = 0, lower = 0;

	while (len > 0 && strchr(" \t\r", s[len - 1]) != NULL)
		len--;
	while (word < len && s[word] != ' ' && s[word] != '\t')
		word++;
	if (word == 0)
		return false;
	if (text_is_among(s, word, alone) &&
	    (word == len || s[word - 1] == ':'))
		return true;
	if (word == 1)
		return strchr("-*", s[0]) != NULL && len > 2;
	if (is_capital_sentence(s, len, word))
		return true;
	while (lower < word && s[lower] >= 'a' && s[lower] <= 'z')
		lower++;
	return lower == word && !looks_like_a_command(s, len) &&
	    strcspn(s, "$|;&<>=\"") >= len && count_words_of_text(s, len) > 1;
}
