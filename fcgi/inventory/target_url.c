/*
 * target_url.c: checks the url and headers of an http target in targets.yml.
 *
 * Steps append their paths to its url, and its credentials go to its host
 * alone; so it is only a scheme, a host and a path, and its headers are one
 * line each.
 */
#include <string.h>
#include <strings.h>

#include "inventory/target_url.h"
#include "base/message.h"
#include "compiler/parse/yaml.h"
#include "lang/http/http_url.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

const char *
url_refused(const char *url)
{
	struct http_url u;

	if (http_url_read(url, &u) != NULL || strpbrk(u.rest, "?#@") != NULL)
		return MESSAGE("url_form");
	return NULL;
}

/* Headers that the client itself sets; a second one would contradict it. */
static bool
is_of_the_client(const char *name)
{
	static const char *const names[] = { "Host", "Content-Length",
		"Transfer-Encoding", "Connection", NULL };

	for (size_t i = 0; names[i] != NULL; i++)
		if (strcasecmp(names[i], name) == 0)
			return true;
	return false;
}

const char *
header_name_refused(const char *name)
{
	if (name[0] == '\0' ||
	    name[strspn(name, LETTERS "0123456789-_")] != '\0')
		return MESSAGE("headers_form");
	return is_of_the_client(name) ? MESSAGE("headers_own") : NULL;
}

const char *
headers_refused(const struct yaml_tree *map, const struct yaml_tree **ret_at)
{
	const struct yaml_tree *all = map, *y;
	const char *why;

	*ret_at = map;
	if (map == NULL)
		return NULL;
	if (map->kind != YTREE_MAP)
		return MESSAGE("headers_map");
	for (map = map->first; map != NULL; map = map->next) {
		*ret_at = map;
		if (map->kind != YTREE_TEXT)
			return MESSAGE("headers_form");
		if ((why = header_name_refused(map->key)) != NULL)
			return why;
		for (y = all->first; y != map; y = y->next)
			if (strcasecmp(y->key, map->key) == 0)
				return MESSAGE("headers_twice");
		for (const char *s = map->text; *s != '\0'; s++)
			if (((unsigned char)*s < ' ' && *s != '\t') ||
			    *s == 0x7f)
				return MESSAGE("headers_one_line");
	}
	return NULL;
}
