/*
 * regex.c: PCRE2 with bounds.
 *
 * Patterns come from documents, subjects from targets: either may be hostile.
 * The match limits bound backtracking and memory; \C is refused, since it
 * could split a character.  There is no JIT: it wants memory that is
 * writable and executable, which the sandboxes forbid, and its stack would
 * not heed the limits.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "book/regex.h"

#define MATCH_LIMIT	300000
#define DEPTH_LIMIT	20000
#define HEAP_LIMIT	16384	/* KiB */
#define PATTERN_MAX	4096

struct regex {
	pcre2_code		*code;
	pcre2_match_data	*match;
	pcre2_match_context	*context;
};

static struct regex *
compile(const char *pattern, uint32_t options, size_t *ret_at, int *ret_code)
{
	size_t len = strlen(pattern);
	struct regex *re;
	pcre2_code *code;
	PCRE2_SIZE at = 0;
	int err = PCRE2_ERROR_BADDATA;

	if (text_is_utf8(pattern, len))
		options |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
	code = pcre2_compile((PCRE2_SPTR)pattern, len,
	    options | PCRE2_NEVER_BACKSLASH_C, &err, &at, NULL);
	*ret_at = at;
	*ret_code = err;
	if (code == NULL)
		return NULL;
	re = mem_calloc(1, sizeof(*re));
	re->code = code;
	re->match = pcre2_match_data_create(2, NULL);
	re->context = pcre2_match_context_create(NULL);
	if (re->match == NULL || re->context == NULL)
		abort();
	pcre2_set_match_limit(re->context, MATCH_LIMIT);
	pcre2_set_depth_limit(re->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(re->context, HEAP_LIMIT);
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
			strncpy(message, "the pattern is too long", size - 1);
		if (size > 0)
			message[size - 1] = '\0';
		return NULL;
	}
	re = compile(pattern, PCRE2_MULTILINE, &at, &err);
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
	pcre2_match_context_free(re->context);
	pcre2_match_data_free(re->match);
	pcre2_code_free(re->code);
	free(re);
}

bool
regex_find(const struct regex *re, const char *s, size_t len,
    size_t *ret_start, size_t *ret_len)
{
	PCRE2_SIZE *v;
	int n;

	n = pcre2_match(re->code, (PCRE2_SPTR)(s != NULL ? s : ""), len, 0, 0,
	    re->match, re->context);
	if (n < 0)
		return false;
	v = pcre2_get_ovector_pointer(re->match);
	/* 0 means that there are more groups than the two we ask for */
	if (n != 1 && v[2] != PCRE2_UNSET)
		v += 2;
	*ret_start = v[0];
	*ret_len = v[1] >= v[0] ? v[1] - v[0] : 0;
	return true;
}

bool
regex_full(const char *pattern, const char *s)
{
	struct regex *re;
	size_t at, len;
	int err;
	bool ok;

	if (strlen(pattern) > PATTERN_MAX)
		return false;
	re = compile(pattern, PCRE2_ANCHORED | PCRE2_ENDANCHORED, &at, &err);
	ok = re != NULL && regex_find(re, s, strlen(s), &at, &len);
	regex_free(re);
	return ok;
}
