/*
 * runbook_name.c: valid names of runbooks.
 *
 * Files are named by their authors, in any script, with blanks and punctuation.
 * Refused are only parts that a path must not have (empty, or beginning with a
 * dot), characters that a list would not show (control characters, characters
 * that reorder or hide text), and README.md at the top of the folder, which Git
 * forges show as the documentation of the folder.
 */
#include <string.h>
#include <strings.h>

#include "base/message.h"
#include "base/text.h"
#include "lang/runbook_name.h"

static const char *
refused_character(const char *name, size_t len)
{
	uint32_t cp;
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		n = text_utf8_next(name + i, len - i, &cp);
		if (n == 0)
			return MESSAGE("runbook_name_utf8");
		if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) ||
		    text_is_deceptive(cp))
			return MESSAGE("runbook_name_control");
	}
	return NULL;
}

bool
runbook_name_is_readme(const char *name)
{
	return strcasecmp(name, "README") == 0;
}

const char *
runbook_name_refused(const char *name)
{
	size_t folders = 0, len = strlen(name);

	if (len > RUNBOOK_NAME_MAX)
		return MESSAGE("runbook_name_long");
	if (runbook_name_is_readme(name))
		return MESSAGE("runbook_name_readme");
	for (const char *s = name;; s++) {
		if (*s == '\0' || *s == '/' || *s == '.')
			return MESSAGE("runbook_name_dot");
		s += strcspn(s, "/");
		if (*s == '\0')
			break;
		if (++folders > RUNBOOK_FOLDERS_MAX)
			return MESSAGE("runbook_name_deep");
	}
	return refused_character(name, len);
}
