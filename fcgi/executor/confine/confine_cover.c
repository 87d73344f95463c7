/*
 * confine_cover.c: covers the data folder in a mount namespace.
 *
 * An empty tmpfs is mounted on the folder.  If the file system, or a part of
 * it, is mounted elsewhere too (bind mounts), the same files have other paths,
 * so the table of mounts is searched for each of these.  A second procfs would
 * show the processes outside, and /run/user has the sockets of the user's
 * service manager, which starts programs outside: both are covered as well.
 * Hiding paths by Landlock was rejected: it cannot exclude a folder below an
 * allowed one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "executor/confine/confine_cover.h"

#define MOUNTS_MAX (8 * 1024 * 1024)
#define COVER_FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC)

struct mount {
	char device[24]; /* "8:1" */
	char *root;      /* the part of its file system that it shows */
	char *point;
	char *type;
};

struct mounts {
	struct mount *list;
	size_t count, cap;
	char **covered;
	size_t covered_count, covered_cap;
};

/* Decodes "\040" and similar escapes of mountinfo, in place. */
static char *
unescape(const char *s)
{
	char *out = mem_strdup(s), *to = out;

	for (const char *p = out; *p != '\0'; p++) {
		if (p[0] == '\\' && p[1] >= '0' && p[1] <= '3' && p[2] >= '0' &&
		    p[2] <= '7' && p[3] >= '0' && p[3] <= '7') {
			*to++ = (char)((p[1] - '0') * 64 + (p[2] - '0') * 8 +
			    (p[3] - '0'));
			p += 3;
		} else {
			*to++ = *p;
		}
	}
	*to = '\0';
	return out;
}

/* 36 35 98:0 /root /point options [optional …] - type source options */
static void
read_line(struct mounts *m, char *line)
{
	char *words[6], *type = strstr(line, " - "), *save = NULL;
	struct mount *one;
	size_t n = 0;

	if (type == NULL)
		return;
	type += 3;
	type[-3] = '\0';
	for (char *w = strtok_r(line, " ", &save); w != NULL && n < 6;
	     w = strtok_r(NULL, " ", &save))
		words[n++] = w;
	if (n < 5 || strlen(words[2]) >= sizeof(one->device))
		return;
	type[strcspn(type, " ")] = '\0';
	one = mem_grow(&m->list, &m->cap, m->count++, sizeof(*one));
	memcpy(one->device, words[2], strlen(words[2]) + 1);
	one->root = unescape(words[3]);
	one->point = unescape(words[4]);
	one->type = mem_strdup(type);
}

static bool
read_mounts(struct mounts *m)
{
	struct buf text = { 0 };
	char *save = NULL;
	bool ok = io_read_file("/proc/self/mountinfo", MOUNTS_MAX, &text) ==
	    ERR_OK;

	for (char *line = ok ? strtok_r(text.data, "\n", &save) : NULL;
	     line != NULL; line = strtok_r(NULL, "\n", &save))
		read_line(m, line);
	buf_clear(&text);
	return ok && m->count > 0;
}

static void
clear_mounts(struct mounts *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->list[i].root);
		free(m->list[i].point);
		free(m->list[i].type);
	}
	for (size_t i = 0; i < m->covered_count; i++)
		free(m->covered[i]);
	free(m->list);
	free(m->covered);
}

/* The rest of a path below a folder, "" for itself; NULL: it is elsewhere. */
static const char *
beneath(const char *path, const char *folder)
{
	size_t n = strcmp(folder, "/") == 0 ? 0 : strlen(folder);

	if (strncmp(path, folder, n) != 0 ||
	    (path[n] != '/' && path[n] != '\0'))
		return NULL;
	return path + n;
}

static bool
cover(struct mounts *m, const char *path)
{
	struct stat st;
	bool ok;

	for (size_t i = 0; i < m->covered_count; i++)
		if (strcmp(m->covered[i], path) == 0)
			return true;
	if (lstat(path, &st) != 0)
		return errno == ENOENT || errno == ENOTDIR;
	if (S_ISDIR(st.st_mode))
		ok = mount("countersign", path, "tmpfs", COVER_FLAGS,
			 "mode=0755,size=64m,nr_inodes=256") == 0;
	else
		ok = mount("/dev/null", path, NULL, MS_BIND, NULL) == 0;
	if (ok)
		*(char **)mem_grow(&m->covered, &m->covered_cap,
		    m->covered_count++, sizeof(*m->covered)) = mem_strdup(path);
	return ok;
}

/* Covers the path `inner` of a file system in all its mounts. */
static bool
cover_everywhere(struct mounts *m, const char *device, const char *inner)
{
	bool ok = true;

	for (size_t i = 0; i < m->count && ok; i++) {
		const struct mount *x = &m->list[i];
		const char *rest;
		char *path;

		if (strcmp(x->device, device) != 0)
			continue;
		if ((rest = beneath(inner, x->root)) != NULL) {
			path = mem_printf("%s%s",
			    strcmp(x->point, "/") == 0 && *rest != '\0'
				? ""
				: x->point,
			    rest);
			ok = cover(m, path);
			free(path);
		} else if (beneath(x->root, inner) != NULL) {
			ok = cover(m, x->point);
		}
	}
	return ok;
}

/* Covers the data folder, and each file system mounted inside it. */
static bool
cover_data(struct mounts *m, const char *data)
{
	const struct mount *own = NULL;
	size_t longest = 0;
	char *inner;
	bool ok;

	for (size_t i = 0; i < m->count; i++) {
		const struct mount *x = &m->list[i];

		if (beneath(data, x->point) == NULL ||
		    strlen(x->point) < longest)
			continue;
		own = x;
		longest = strlen(x->point);
	}
	if (own == NULL)
		return false;
	inner = mem_printf("%s%s", strcmp(own->root, "/") == 0 ? "" : own->root,
	    beneath(data, own->point));
	ok = cover(m, data) &&
	    cover_everywhere(m, own->device, *inner != '\0' ? inner : "/");
	free(inner);
	for (size_t i = 0; i < m->count && ok; i++)
		if (beneath(m->list[i].point, data) != NULL &&
		    strcmp(m->list[i].point, data) != 0)
			ok = cover_everywhere(
			    m, m->list[i].device, m->list[i].root);
	return ok;
}

static struct mounts mounts;

bool
cover_all(const char *data, uid_t uid)
{
	struct stat before, after;
	char *runtime;
	bool ok;

	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) != 0 ||
	    stat(data, &before) != 0 || !read_mounts(&mounts) ||
	    !cover_data(&mounts, data))
		return false;
	for (size_t i = 0; i < mounts.count; i++)
		if (strcmp(mounts.list[i].type, "proc") == 0 &&
		    beneath(mounts.list[i].point, "/proc") == NULL &&
		    !cover(&mounts, mounts.list[i].point))
			return false;
	runtime = mem_printf("/run/user/%ld", (long)uid);
	ok = cover(&mounts, runtime);
	free(runtime);
	return ok && stat(data, &after) == 0 &&
	    (before.st_dev != after.st_dev || before.st_ino != after.st_ino);
}

bool
cover_seal(void)
{
	bool ok = true;

	for (size_t i = 0; i < mounts.covered_count && ok; i++)
		ok = mount(NULL, mounts.covered[i], NULL,
			 MS_REMOUNT | MS_BIND | MS_RDONLY | COVER_FLAGS,
			 NULL) == 0;
	clear_mounts(&mounts);
	mounts = (struct mounts){ 0 };
	return ok;
}
