/* titled.c: a verb and the title of a step, without saying the verb twice. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/catalogue.h"
#include "web/card/titled.h"
#include "web/web.h"

#define COLON "\xef\xbc\x9a" /* of Chinese */

/* The title begins with the verb of the text, "Confirm: {title}". */
static bool
has_verb(const char *text, const char *title)
{
	const char *end = strstr(text, "{title}");
	size_t len = end != NULL ? (size_t)(end - text) : 0;

	while (len > 0 && strchr(": ", text[len - 1]) != NULL)
		len--;
	if (len >= 3 && memcmp(text + len - 3, COLON, 3) == 0)
		len -= 3;
	if (len == 0 || strncasecmp(text, title, len) != 0)
		return false;
	return (unsigned char)text[0] >= 0x80 ||
	    !isalnum((unsigned char)title[len]);
}

const char *
titled(const struct req *req, const char *key, const char *title)
{
	const char *other = catalogue_other(req->lang);

	return has_verb(request_text(req, key), title) ||
		has_verb(catalogue_get(req->web->catalogue, other, key), title)
	    ? title
	    : request_fill(req, key, "title", title, NULL);
}
