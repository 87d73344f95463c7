/*
 * regex.c: PCRE2 with bounds.
 *
 * Patterns come from documents, subjects from targets: either may be hostile.
 * In a short subject the match limit bounds the work.  In a long one it does
 * not, since the number of start positions and the cost of a step grow with
 * the subject: there a second program is used that calls back at each item of
 * the pattern, and ends when the processor time is over.  Wall clock time was
 * rejected: a busy machine would change answers.  \C is refused, since it
 * could split a character.
 *
 * A bound that is reached is an answer of its own.  To make it rare, programs
 * are compiled to machine code before the first search; where that is not
 * possible (no memory may be executable), and where its stack does not
 * suffice, the interpreter does the same more slowly.  regex_full() searches
 * once and stays with the interpreter, so that only the executor ever asks
 * for executable memory.
 *
 * Text that is not valid UTF-8 is searched with U+FFFD in place of each byte
 * that is wrong.  The answer is one where it holds for any encoding that has
 * ASCII in it (is_certain()); else the search gave up.  PCRE2's own option for
 * such text, PCRE2_MATCH_INVALID_UTF, was rejected: no match reaches over a
 * wrong byte, so that "ERROR.*aborting" is not found in a line with a Latin-1
 * letter.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/regex.h"

#define SHORT 1024          /* bytes of a subject without a clock */
#define SHORT_LIMIT 1000000 /* steps of the matcher */
#define LONG_LIMIT 500000000
#define LONG_MS 1000      /* of processor time */
#define CALLS 64          /* between two checks of the clock */
#define HEAP_LIMIT 32768  /* KiB, of the interpreter */
#define STACK_FIRST 32768 /* bytes, of machine code */
#define STACK_MOST (8 * 1024 * 1024)
#define PATTERN_MAX 4096

/* The two programs: for short subjects and for long ones. */
enum { PLAIN, TIMED, PROGRAMS };

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

struct regex {
	char *pattern;
	uint32_t options;
	bool machine;                   /* code is asked for */
	pcre2_code *programs[PROGRAMS]; /* NULL: not needed */
	pcre2_match_data *match;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
	unsigned calls;
	int64_t until; /* of the processor's clock */
};

static pcre2_code *
compile(const struct regex *re, int which, size_t *ret_at, int *ret_code)
{
	size_t len = strlen(re->pattern);
	uint32_t options = re->options | PCRE2_NEVER_BACKSLASH_C;
	PCRE2_SIZE at = 0;
	int err = PCRE2_ERROR_BADDATA;
	pcre2_code *code;

	if (text_is_utf8(re->pattern, len))
		options |= PCRE2_UTF;
	if (which == TIMED)
		options |= PCRE2_AUTO_CALLOUT;
	code = pcre2_compile(
	    (PCRE2_SPTR)re->pattern, len, options, &err, &at, NULL);
	*ret_at = at;
	*ret_code = err;
	return code;
}

static int64_t
processor_ms(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The matcher calls back. */
static int
check_clock(pcre2_callout_block *block, void *ctx)
{
	struct regex *re = ctx;

	(void)block;
	return ++re->calls % CALLS == 0 && processor_ms() > re->until
	    ? PCRE2_ERROR_MATCHLIMIT
	    : 0;
}

static struct regex *
open_regex(const char *pattern, uint32_t options, size_t *ret_at, int *ret_code)
{
	struct regex *re = mem_calloc(1, sizeof(*re));

	re->pattern = mem_strdup(pattern);
	re->options = options;
	re->programs[PLAIN] = compile(re, PLAIN, ret_at, ret_code);
	if (re->programs[PLAIN] == NULL) {
		regex_free(re);
		return NULL;
	}
	re->match = pcre2_match_data_create(2, NULL);
	re->context = pcre2_match_context_create(NULL);
	if (re->match == NULL || re->context == NULL)
		abort();
	pcre2_set_depth_limit(re->context, LONG_LIMIT);
	pcre2_set_heap_limit(re->context, HEAP_LIMIT);
	pcre2_set_callout(re->context, check_clock, re);
	return re;
}

struct regex *
regex_new(const char *pattern, size_t *ret_at, char *message, size_t size)
{
	struct regex *re;
	size_t at;
	int err;

	if (strlen(pattern) > PATTERN_MAX) {
		*ret_at = PATTERN_MAX;
		if (size > 0)
			strncpy(message, MESSAGE("regex_long"), size - 1);
		if (size > 0)
			message[size - 1] = '\0';
		return NULL;
	}
	re = open_regex(pattern, PCRE2_MULTILINE, &at, &err);
	if (re != NULL)
		return re;
	*ret_at = at;
	if (size > 0)
		pcre2_get_error_message(err, (PCRE2_UCHAR *)message, size);
	return NULL;
}

void
regex_free(struct regex *re)
{
	if (re == NULL)
		return;
	pcre2_jit_stack_free(re->stack);
	pcre2_match_context_free(re->context);
	pcre2_match_data_free(re->match);
	for (int i = 0; i < PROGRAMS; i++)
		pcre2_code_free(re->programs[i]);
	free(re->pattern);
	free(re);
}

/* Allocates a stack for machine code, before any is compiled. */
static void
prepare(struct regex *re)
{
	if (re->machine)
		return;
	re->machine = true;
	re->stack = pcre2_jit_stack_create(STACK_FIRST, STACK_MOST, NULL);
	if (re->stack == NULL)
		abort();
	pcre2_jit_stack_assign(re->context, NULL, re->stack);
	(void)pcre2_jit_compile(re->programs[PLAIN], PCRE2_JIT_COMPLETE);
}

static const pcre2_code *
program(struct regex *re, int which)
{
	size_t at;
	int err;

	if (re->programs[which] != NULL)
		return re->programs[which];
	re->programs[which] = compile(re, which, &at, &err);
	if (re->programs[which] == NULL)
		abort(); /* it was valid before */
	if (re->machine)
		(void)pcre2_jit_compile(
		    re->programs[which], PCRE2_JIT_COMPLETE);
	return re->programs[which];
}

/* As pcre2_match(): the number of pairs, or an error. */
static int
run(struct regex *re, int which, const char *s, size_t len)
{
	PCRE2_SPTR text = (PCRE2_SPTR)(s != NULL ? s : "");
	const pcre2_code *code = program(re, which);
	int n;

	pcre2_set_match_limit(
	    re->context, which == TIMED ? LONG_LIMIT : SHORT_LIMIT);
	if (which == TIMED)
		re->until = processor_ms() + LONG_MS;
	n = pcre2_match(code, text, len, 0, 0, re->match, re->context);
	if (n == PCRE2_ERROR_JIT_STACKLIMIT)
		n = pcre2_match(
		    code, text, len, 0, PCRE2_NO_JIT, re->match, re->context);
	return n;
}

/*
 * True if the pattern gives the same answer for text in another encoding as
 * for that text with U+FFFD in place of its wrong bytes: it has no character
 * beyond ASCII, asks for no property of characters, and counts none of them
 * ("." and negated sets stand for any number of characters).
 */
static bool
is_certain(const char *pattern)
{
	bool negated = false;

	for (const char *s = pattern; *s != '\0'; s++) {
		bool any = *s == '.';

		if ((unsigned char)*s >= 0x80)
			return false;
		if (*s == '\\') {
			if (*++s == '\0' || strchr("wWbBpPXRN", *s) != NULL)
				return false;
			any = strchr("SDHV", *s) != NULL;
		} else if (*s == '[') {
			negated = s[1] == '^';
			s += negated;
			s += s[1] == ']';
		} else if (*s == ']') {
			any = negated;
			negated = false;
		}
		if (any && !negated && s[1] != '*' && s[1] != '+')
			return false;
	}
	return true;
}

/*
 * The text with U+FFFD in place of invalid bytes; at[i] is the offset in s of
 * its byte i.
 */
static void
replace_wrong(const char *s, size_t len, struct buf *out, uint32_t **ret_at)
{
	uint32_t *at = mem_calloc(3 * len + 1, sizeof(*at));
	uint32_t cp;

	for (size_t i = 0, n; i<len; i += n> 0 ? n : 1) {
		size_t before = out->len;

		n = text_utf8_next(s + i, len - i, &cp);
		if (n > 0)
			buf_put(out, s + i, n);
		else
			buf_puts(out, REPLACEMENT);
		for (size_t k = before; k < out->len; k++)
			at[k] = (uint32_t)(n > 0 ? i + k - before : i);
	}
	at[out->len] = (uint32_t)len;
	*ret_at = at;
}

/* Searches text that is not valid UTF-8; as run(). */
static int
run_replaced(struct regex *re, const char *s, size_t len)
{
	PCRE2_SIZE *v = pcre2_get_ovector_pointer(re->match);
	struct buf text = { 0 };
	uint32_t *at;
	int n;

	if (!is_certain(re->pattern))
		return PCRE2_ERROR_BADUTFOFFSET;
	replace_wrong(s, len, &text, &at);
	n = run(
	    re, text.len > SHORT ? TIMED : PLAIN, buf_text(&text), text.len);
	for (int i = 0; n >= 0 && i < 4; i++)
		if (v[i] != PCRE2_UNSET && v[i] <= text.len)
			v[i] = at[v[i]];
	free(at);
	buf_clear(&text);
	return n;
}

static int
search(struct regex *re, const char *s, size_t len)
{
	int n = run(re, len > SHORT ? TIMED : PLAIN, s, len);

	if (n <= PCRE2_ERROR_UTF8_ERR1 && n >= PCRE2_ERROR_UTF8_ERR21)
		n = run_replaced(re, s, len);
	return n;
}

static enum match
answer_of(int n)
{
	return n >= 0                  ? MATCH_YES
	    : n == PCRE2_ERROR_NOMATCH ? MATCH_NO
				       : MATCH_GAVE_UP;
}

enum match
regex_find(struct regex *re, const char *s, size_t len, size_t *ret_start,
    size_t *ret_len)
{
	PCRE2_SIZE *v;
	int n;

	prepare(re);
	n = search(re, s, len);
	if (n < 0)
		return answer_of(n);
	v = pcre2_get_ovector_pointer(re->match);
	/* 0: more groups than the two requested */
	if (n != 1 && v[2] != PCRE2_UNSET)
		v += 2;
	*ret_start = v[0];
	*ret_len = v[1] >= v[0] ? v[1] - v[0] : 0;
	return MATCH_YES;
}

enum match
regex_full(const char *pattern, const char *s)
{
	struct regex *re;
	size_t at;
	int err, n;

	if (strlen(pattern) > PATTERN_MAX)
		return MATCH_NO;
	re = open_regex(pattern, PCRE2_ANCHORED | PCRE2_ENDANCHORED, &at, &err);
	if (re == NULL)
		return MATCH_NO;
	n = run(re, PLAIN, s, strlen(s));
	regex_free(re);
	return answer_of(n);
}
