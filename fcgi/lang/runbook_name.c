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
			return "it is not valid UTF-8. Rename the file.";
		if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) ||
		    text_is_deceptive(cp))
			return "it has a control character, or one that is "
			       "invisible or reorders text. Rename the file.";
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
		return "it has more than 255 bytes, folders included. Shorten "
		       "it.";
	if (runbook_name_is_readme(name))
		return "README.md at the top of the folder is its "
		       "documentation. Rename it.";
	for (const char *s = name;; s++) {
		if (*s == '\0' || *s == '/' || *s == '.')
			return "it, or a folder in it, is empty or begins "
			       "with a dot. Rename it.";
		s += strcspn(s, "/");
		if (*s == '\0')
			break;
		if (++folders > RUNBOOK_FOLDERS_MAX)
			return "it stands more than 6 folders deep. Move it "
			       "up.";
	}
	return refused_character(name, len);
}
