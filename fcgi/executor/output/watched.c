/* watched.c: a regex that is looked for in each line of output. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "executor/output/watched.h"

#define UNCLEAR_MOST 20 /* unclear lines; then a regex is not tried */

enum err
watched_compile(const char *pattern, struct watched *ret, struct fault *fault)
{
	char message[160];
	size_t at;

	ret->regex = regex_new(pattern, &at, message, sizeof(message));
	if (ret->regex == NULL)
		return fault_set(fault, ERR_INVALID, "regex", NULL,
		    "regex_wrong pattern=%.80s at=%zu reason=%s", pattern,
		    at + 1, message);
	return ERR_OK;
}

void
watched_forget(struct watched *w)
{
	free(w->value);
	w->value = NULL;
	w->len = 0;
	w->found = false;
	w->unclear = NULL;
	w->unclear_count = 0;
}

/* Stores the match in the line. */
static void
find(struct watched *w, const char *line, size_t len, size_t at, size_t size)
{
	w->found = true;
	w->at = w->reject ? at : 0;
	w->size = size;
	w->len = w->reject ? len : size;
	w->value = mem_calloc(w->len + 1, 1);
	memcpy(w->value, w->reject ? line : line + at, w->len);
}

void
watched_match(struct watched *w, const char *line, size_t len, bool cut)
{
	enum match match;
	size_t at, size;

	if (w->regex == NULL || w->found || (w->first && w->unclear != NULL) ||
	    w->unclear_count >= UNCLEAR_MOST)
		return;
	match = regex_find(w->regex, line, len, &at, &size);
	if (match == MATCH_YES && (!cut || w->reject)) {
		find(w, line, len, at, size);
	} else if (cut || match == MATCH_GAVE_UP) {
		w->unclear_count++;
		w->unclear = cut               ? MESSAGE("unclear_long")
		    : !text_is_utf8(line, len) ? MESSAGE("unclear_utf8")
					       : MESSAGE("unclear_steps");
	}
}

void
watched_clear(struct watched *w)
{
	regex_free(w->regex);
	free(w->value);
}
