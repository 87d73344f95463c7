/*
 * curl.c: a command of curl as a request of an http step.
 *
 * Method, headers, data and address are carried over exactly.  Credentials
 * belong to a target, which is then to be declared.  A command with an option
 * that changes more (a file, a form, a proxy, no check of certificates) stays
 * with its shell, as does one for the machine on which it is executed
 * (localhost), which is not the console's.
 */
#include <string.h>
#include <strings.h>

#include "import/block/curl.h"
#include "base/buf.h"
#include "base/text.h"
#include "import/import_own.h"
#include "import/block/shell_words.h"
#include "compiler/parse/heuristics.h"

struct request {
	const char *method, *url, *user, *redirects, *time;
	struct buf headers, data;
	bool has_data, has_type, has_accept, refused;
};

static void
put_header(struct request *r, const char *header)
{
	static const char *const refused[] = { "Host:", "Content-Length:",
		"Transfer-Encoding:", "Connection:", "Upgrade:", "Expect:",
		NULL };

	for (size_t i = 0; refused[i] != NULL; i++)
		r->refused |= strncasecmp(
				  header, refused[i], strlen(refused[i])) == 0;
	r->refused |= strchr(header, ':') == NULL || header[0] == '@' ||
	    strstr(header, "{{") != NULL;
	r->has_type |= strncasecmp(header, "Content-Type:", 13) == 0;
	r->has_accept |= strncasecmp(header, "Accept:", 7) == 0;
	buf_printf(&r->headers, "%s\n", header);
}

static void
put_data(struct request *r, const char *data, bool raw)
{
	r->refused |= (data[0] == '@' && !raw) || strstr(data, "{{") != NULL ||
	    strstr(data, "\n###") != NULL || text_starts(data, "###") ||
	    data[0] == '<';
	if (r->has_data)
		buf_putc(&r->data, '&');
	buf_puts(&r->data, data);
	r->has_data = true;
}

static void
set_method(struct request *r, const char *method)
{
	static const char *const methods[] = { "GET", "HEAD", "POST", "PUT",
		"PATCH", "DELETE", "OPTIONS", NULL };
	size_t i = 0;

	while (methods[i] != NULL && strcmp(methods[i], method) != 0)
		i++;
	r->refused |= methods[i] == NULL;
	r->method = method;
}

/* An option that has a value; false: it is none of these. */
static bool
read_valued(struct request *r, const char *option, const char *value)
{
	static const char *const names[] = { "-X", "--request", "-H",
		"--header", "-d", "--data", "--data-ascii", "--data-raw",
		"--data-binary", "--json", "-u", "--user", "-m", "--max-time",
		"--url", NULL };
	size_t i = 0;

	while (names[i] != NULL && strcmp(names[i], option) != 0)
		i++;
	if (names[i] == NULL)
		return false;
	if (value == NULL) {
		r->refused = true;
	} else if (i < 2) {
		set_method(r, value);
	} else if (i < 4) {
		put_header(r, value);
	} else if (i < 9) {
		put_data(r, value, i == 7);
	} else if (i == 9) {
		put_data(r, value, false);
		put_header(r, "Content-Type: application/json");
		put_header(r, "Accept: application/json");
	} else if (i < 12) {
		r->user = value;
	} else if (i < 14) {
		r->time = value;
		r->refused |= value[strspn(value, "0123456789")] != '\0';
	} else {
		r->url = value;
	}
	return true;
}

/* “-sSX” is “-s -S -X”; false: one of them is not known. */
static bool
read_cluster(struct request *r, const char *word, const char *next, size_t *i)
{
	char option[3] = "-";
	static const char plain[] = "sSifvg#";

	for (const char *c = word + 1; *c != '\0'; c++) {
		option[1] = *c;
		if (strchr(plain, *c) != NULL)
			continue;
		if (*c == 'L') {
			r->redirects = "5";
			continue;
		}
		if (*c == 'I') {
			r->method = "HEAD";
			continue;
		}
		*i += c[1] == '\0';
		return read_valued(r, option, c[1] != '\0' ? c + 1 : next);
	}
	return true;
}

static bool
read_option(struct request *r, const struct shell_words *w, size_t *i)
{
	static const char *const plain[] = { "--silent", "--show-error",
		"--include", "--fail", "--fail-with-body", "--verbose",
		"--globoff", "--compressed", NULL };
	const char *word = w->all[*i];
	const char *next = *i + 1 < w->count ? w->all[*i + 1] : NULL;

	if (word[1] != '-')
		return read_cluster(r, word, next, i);
	for (size_t k = 0; plain[k] != NULL; k++)
		if (strcmp(plain[k], word) == 0)
			return true;
	if (strcmp(word, "--location") == 0) {
		r->redirects = "5";
		return true;
	}
	if (strcmp(word, "--head") == 0) {
		r->method = "HEAD";
		return true;
	}
	(*i)++;
	return read_valued(r, word, next);
}

static bool
read_all(struct request *r, const struct shell_words *w)
{
	for (size_t i = 1; i < w->count && !r->refused; i++) {
		const char *word = w->all[i];

		if (word[0] == '-' && word[1] != '\0') {
			if (!read_option(r, w, &i))
				return false;
		} else if (r->url == NULL) {
			r->url = word;
		} else {
			return false;
		}
	}
	return !r->refused && r->url != NULL && strpbrk(r->url, ".:") != NULL &&
	    strstr(r->url, "localhost") == NULL &&
	    strstr(r->url, "127.0.0.1") == NULL &&
	    strpbrk(r->url, " <>{}[]\"\n") == NULL;
}

/* The host of the address; of the arena. */
static const char *
host_of(struct import *im, const char *url)
{
	const char *s = strstr(url, "://");

	s = s != NULL ? s + 3 : url;
	return arena_strndup(im->p.arena, s, strcspn(s, "/:?#"));
}

static void
write_request(struct import *im, struct request *r, struct curl *ret)
{
	struct buf out = { 0 };
	const char *method = r->method != NULL ? r->method
	    : r->has_data                      ? "POST"
					       : "GET";

	if (strstr(r->url, "://") == NULL)
		r->url = arena_printf(im->p.arena, "http://%s", r->url);
	buf_printf(&out, "%s %s\n%s", method, r->url, buf_text(&r->headers));
	if (r->has_data && !r->has_type)
		buf_puts(
		    &out, "Content-Type: application/x-www-form-urlencoded\n");
	if (r->has_data)
		buf_printf(&out, "\n%s\n", buf_text(&r->data));
	ret->request = arena_strdup(im->p.arena, buf_text(&out));
	buf_clear(&out);
}

static void
write_attributes(struct import *im, const struct request *r, struct curl *ret)
{
	const char *host = host_of(im, r->url);
	const char *on = r->user != NULL && text_is_id(host)
	    ? arena_printf(im->p.arena, " on=%s", host)
	    : "";

	ret->target = r->user != NULL ? host : NULL;
	ret->more = arena_printf(im->p.arena, "%s%s%s%s%s%s", on,
	    r->redirects != NULL ? " redirects=" : "",
	    r->redirects != NULL ? r->redirects : "",
	    r->time != NULL ? " timeout=" : "", r->time != NULL ? r->time : "",
	    r->time != NULL ? "s" : "");
}

bool
curl_read(struct import *im, const char *s, size_t len, struct curl *ret)
{
	struct shell_words w;
	struct request r = { 0 };
	size_t at = 0, n;
	bool ok;

	if (len < 6 || memcmp(s, "curl", 4) != 0 ||
	    strchr(" \\", s[4]) == NULL ||
	    !shell_words_read(im->p.arena, s, len, &w) ||
	    looks_like_a_placeholder(s, len, &at, &n))
		return false;
	ok = read_all(&r, &w);
	if (ok) {
		write_attributes(im, &r, ret);
		write_request(im, &r, ret);
	}
	buf_clear(&r.headers);
	buf_clear(&r.data);
	return ok;
}
