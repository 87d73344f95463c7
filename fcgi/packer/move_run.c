/*
 * move_run.c: moves the files of a run's executions into its pack.
 *
 * Nothing is removed before it is read back: the pack is written under another
 * name and flushed, each file in it is read from the disk and compared with
 * what was put in, and the pack gets its name durably.  Then the folders go.  A
 * process that is killed leaves folders, which the next one packs again,
 * together with what the pack has already.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/modes.h"
#include "pack/exec_file.h"
#include "pack/pack_write.h"
#include "packer/move_run.h"
#include "wire/exec.h"

#define BLOCK (64 * 1024)

/* A file that the pack is to have. */
struct entry {
	char exec[2 * PACK_EXEC + 1];
	char name[PACK_NAME];
	char hash[HASH_TEXT];
};

struct packing {
	const char *data;
	int64_t run;
	char *path;      /* of the pack */
	char *temporary; /* its name until it is complete */
	struct pack *old;
	struct entry *entries;
	size_t count;
	size_t cap;
};

/* The files that go with the folder and are not packed. */
static bool
is_process_file(const char *name)
{
	return strcmp(name, EXEC_LOCK) == 0 || strcmp(name, EXEC_PID) == 0 ||
	    strcmp(name, EXEC_ALIVE) == 0;
}

/* Logs it. */
static enum err
refuse(const struct packing *p, enum err err, const char *what)
{
	log_warn("run %lld: its executions are not packed%s: %s",
	    (long long)p->run, err == ERR_CONFLICT ? "" : " now", what);
	return err;
}

static enum err
refuse_disk(const struct packing *p)
{
	return refuse(p,
	    errno == ENOSPC || errno == EDQUOT ? ERR_LIMIT : ERR_IO,
	    strerror(errno));
}

/* For input to a terminal; a process that was killed leaves it. */
static bool
is_socket(const struct stat *st)
{
	return S_ISSOCK(st->st_mode);
}

static struct entry *
add_entry(struct packing *p, const char *exec, const char *name)
{
	struct entry *e = mem_grow(
	    &p->entries, &p->cap, p->count++, sizeof(*e));

	*e = (struct entry){ .hash = "" };
	snprintf(e->exec, sizeof(e->exec), "%s", exec);
	snprintf(e->name, sizeof(e->name), "%s", name);
	return e;
}

/* One name of a folder: a file to pack, or one that goes with the folder. */
static enum err
take_name(struct packing *p, int folder, const char *exec, const char *name)
{
	struct stat st;

	if (is_process_file(name))
		return ERR_OK;
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return refuse_disk(p);
	if (is_socket(&st))
		return ERR_OK;
	if (!S_ISREG(st.st_mode) || !pack_may_name(name))
		return refuse(p, ERR_CONFLICT, "an unknown file is there");
	add_entry(p, exec, name);
	return ERR_OK;
}

static char *
folder_of(const struct packing *p, const char *exec)
{
	return mem_printf("%s/exec/%s", p->data, exec);
}

/* An executor that goes on keeps its folder. */
static enum err
take_folder(struct packing *p, const char *exec)
{
	char *path = folder_of(p, exec);
	char *lock = mem_printf("%s/" EXEC_LOCK, path);
	DIR *folder = opendir(path);
	const struct dirent *e;
	enum err err = ERR_OK;

	if (io_is_locked(lock))
		err = ERR_UNAVAILABLE;
	else if (folder == NULL)
		err = refuse_disk(p);
	while (err == ERR_OK && (e = readdir(folder)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			err = take_name(p, dirfd(folder), exec, e->d_name);
	if (folder != NULL)
		closedir(folder);
	free(lock);
	free(path);
	return err;
}

/* Adds the files that the pack has already, of an earlier pass. */
static enum err
take_pack(struct packing *p)
{
	struct pack_file file;
	enum err err = pack_open(p->path, &p->old);

	if (err == ERR_NOT_FOUND)
		return ERR_OK;
	for (int64_t i = 0; err == ERR_OK && i < pack_count(p->old); i++)
		if ((err = pack_get(p->old, i, &file)) == ERR_OK)
			add_entry(p, file.exec, file.name);
	if (err != ERR_OK)
		return refuse(p, ERR_CONFLICT, "its pack is damaged");
	return ERR_OK;
}

static int
compare(const void *a, const void *b)
{
	const struct entry *one = a, *other = b;
	int order = strcmp(one->exec, other->exec);

	return order != 0 ? order : strcmp(one->name, other->name);
}

static void
sort(struct packing *p)
{
	size_t n = 0;

	if (p->count > 0)
		qsort(p->entries, p->count, sizeof(*p->entries), compare);
	for (size_t i = 0; i < p->count; i++)
		if (n == 0 || compare(&p->entries[n - 1], &p->entries[i]) != 0)
			p->entries[n++] = p->entries[i];
	p->count = n;
}

/* The hash of a file of a pack.  ERR_NOT_FOUND, ERR_IO or ERR_INVALID. */
static enum err
hash_packed(struct pack *pack, const struct entry *e, char hash[HASH_TEXT])
{
	char *block = mem_calloc(1, BLOCK);
	struct hash *h = hash_new();
	struct pack_file file;
	int64_t at = 0;
	ssize_t n = 0;
	enum err err = pack_find(pack, e->exec, e->name, &file);

	while (err == ERR_OK &&
	    (n = pack_read(pack, &file, block, BLOCK, at)) > 0) {
		hash_put(h, block, (size_t)n);
		at += n;
	}
	hash_end(h, hash);
	free(block);
	return err == ERR_OK && n < 0 ? ERR_IO : err;
}

static enum err
write_entry(struct packing *p, struct pack_writer *w, struct entry *e)
{
	struct exec_file_name name = { p->data, p->run, e->exec, e->name };
	char before[HASH_TEXT];
	struct exec_file *f;
	enum err err = exec_file_open(&name, &f);

	if (err != ERR_OK)
		return refuse_disk(p);
	err = pack_write_add(w, e->exec, e->name, f, e->hash);
	exec_file_close(f);
	if (err != ERR_OK)
		return refuse_disk(p);
	err = p->old == NULL ? ERR_NOT_FOUND : hash_packed(p->old, e, before);
	if (err != ERR_NOT_FOUND &&
	    (err != ERR_OK || strcmp(before, e->hash) != 0))
		return refuse(p, ERR_CONFLICT, "its pack has another content");
	return ERR_OK;
}

static enum err
write_pack(struct packing *p)
{
	struct pack_writer *w = pack_write_open(p->temporary, p->run);
	enum err err = w == NULL ? refuse_disk(p) : ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < p->count; i++)
		err = write_entry(p, w, &p->entries[i]);
	if (err != ERR_OK)
		pack_write_free(w);
	else if (pack_write_end(w) != ERR_OK)
		err = refuse_disk(p);
	return err;
}

/* Reads what was written from the disk. */
static enum err
compare_pack(struct packing *p)
{
	int fd = open(p->temporary, O_RDONLY | O_CLOEXEC);
	struct pack *pack = NULL;
	char hash[HASH_TEXT];
	enum err err;

	if (fd < 0)
		return refuse_disk(p);
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	if ((err = pack_open_fd(fd, &pack)) == ERR_OK)
		err = pack_check(pack);
	for (size_t i = 0; err == ERR_OK && i < p->count; i++) {
		err = hash_packed(pack, &p->entries[i], hash);
		if (err == ERR_OK && strcmp(hash, p->entries[i].hash) != 0)
			err = ERR_INVALID;
	}
	if (err == ERR_OK && pack_count(pack) != (int64_t)p->count)
		err = ERR_INVALID;
	pack_close(pack);
	return err == ERR_OK
	    ? err
	    : refuse(p, ERR_IO, "the disk gives back other bytes");
}

static enum err
publish(struct packing *p)
{
	return rename(p->temporary, p->path) == 0 &&
		io_sync_folder_of(p->path) == 0
	    ? ERR_OK
	    : refuse_disk(p);
}

/* The pack's folder, whose group may read it. */
static enum err
make_folder(struct packing *p)
{
	char *folder = mem_printf(
	    "%s/packs/%lld", p->data, (long long)(p->run / PACK_RUNS));
	enum err err = ERR_OK;

	if (modes_make_folder(folder, MODES_SHARED_FOLDER) != ERR_OK ||
	    io_sync_folder_of(folder) != 0)
		err = refuse_disk(p);
	free(folder);
	return err;
}

/* True if it stands in the pack, or is nothing that the pack is to have. */
static bool
may_go(struct packing *p, int folder, const char *exec, const char *name)
{
	struct entry key;
	struct stat st;

	if (is_process_file(name))
		return true;
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    is_socket(&st))
		return true;
	snprintf(key.exec, sizeof(key.exec), "%s", exec);
	snprintf(key.name, sizeof(key.name), "%.79s", name);
	return p->count > 0 && strcmp(key.name, name) == 0 &&
	    bsearch(&key, p->entries, p->count, sizeof(key), compare) != NULL;
}

static enum err
remove_folder(struct packing *p, const char *exec)
{
	char *path = folder_of(p, exec);
	DIR *folder = opendir(path);
	const struct dirent *e;
	bool ok = folder != NULL;

	while (ok && (e = readdir(folder)) != NULL)
		if (may_go(p, dirfd(folder), exec, e->d_name))
			ok = unlinkat(dirfd(folder), e->d_name, 0) == 0;
	if (folder != NULL)
		closedir(folder);
	ok = ok && rmdir(path) == 0;
	free(path);
	return ok ? ERR_OK : refuse_disk(p);
}

/* All that can be removed goes; the first error. */
static enum err
remove_folders(struct packing *p, const struct candidate *of_run, size_t count)
{
	enum err first = ERR_OK, err;

	for (size_t i = 0; i < count; i++) {
		err = remove_folder(p, of_run[i].exec);
		first = first == ERR_OK ? err : first;
	}
	return first;
}

static enum err
make_pack(struct packing *p)
{
	enum err err = make_folder(p);

	if (err == ERR_OK)
		err = write_pack(p);
	if (err == ERR_OK)
		err = compare_pack(p);
	if (err == ERR_OK)
		err = publish(p);
	if (err != ERR_OK)
		unlink(p->temporary);
	return err;
}

/*
 * True if the pack that is there has all files as they stand in the folders: an
 * earlier pass did not come to remove them.
 */
static bool
is_packed(struct packing *p)
{
	char packed[HASH_TEXT], plain[HASH_TEXT];
	bool is = p->old != NULL && pack_count(p->old) == (int64_t)p->count &&
	    pack_check(p->old) == ERR_OK;

	for (size_t i = 0; is && i < p->count; i++) {
		const struct entry *e = &p->entries[i];
		struct exec_file_name name = { p->data, p->run, e->exec,
			e->name };

		is = hash_packed(p->old, e, packed) == ERR_OK &&
		    exec_file_hash(&name, plain) == ERR_OK &&
		    strcmp(packed, plain) == 0;
	}
	return is && io_sync_folder_of(p->path) == 0;
}

enum err
move_run(const char *data, const struct candidate *of_run, size_t count)
{
	struct packing p = { .data = data, .run = of_run->run };
	enum err err = ERR_OK;

	p.path = pack_path(data, p.run);
	p.temporary = mem_printf("%s.new", p.path);
	for (size_t i = 0; err == ERR_OK && i < count; i++)
		err = take_folder(&p, of_run[i].exec);
	if (err == ERR_OK)
		err = take_pack(&p);
	sort(&p);
	if (err == ERR_OK && p.count > 0 && !is_packed(&p))
		err = make_pack(&p);
	if (err == ERR_OK)
		err = remove_folders(&p, of_run, count);
	pack_close(p.old);
	free(p.entries);
	free(p.path);
	free(p.temporary);
	return err;
}
