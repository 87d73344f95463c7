/*
 * plan_files.c: files of the runbook folder that requests send, and from which
 * statements come ("< ./path").
 *
 * The hash of such a file is recorded with the resolved targets, and so in the
 * plan that is approved.  The file is read again when it is used; the step
 * refuses one with another hash.  It is opened from the folder down,
 * without following symbolic links, so that a document can only name files that
 * its author could have written there.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "base/text.h"
#include "plan/plan_files.h"

/*
 * The hash of a regular file of at most PLAN_FILES_MAX bytes; false: it is
 * none, or a private key, which may be there for targets.yml.
 */
static bool
hash_file(int fd, int64_t *ret_bytes, char hex[65])
{
	static const char private[] = "PRIVATE KEY-----";
	static char block[65536];
	unsigned char hash[32];
	struct sha256 h;
	bool is_first = true, is_private = false;
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size > PLAN_FILES_MAX)
		return false;
	sha256_begin(&h);
	while (!is_private && (n = read(fd, block, sizeof(block))) > 0) {
		is_private = is_first &&
		    memmem(block, (size_t)n, private, strlen(private)) != NULL;
		is_first = false;
		sha256_put(&h, block, (size_t)n);
	}
	sha256_end(&h, hash);
	text_hex(hash, sizeof(hash), hex);
	*ret_bytes = st.st_size;
	return !is_private && n == 0;
}

struct json_object *
plan_files_list(const struct plan *plan)
{
	struct json_object *list = json_object_new_object();

	for (size_t i = 0; i < plan->steps_count; i++) {
		const struct step *s = &plan->steps[i];

		for (size_t k = 0; k < s->files_count; k++) {
			struct json_object *o;

			if (json_get(list, s->files[k]) != NULL)
				continue;
			o = json_object_new_object();
			json_set_text(o, "step", s->id);
			json_set_int(o, "line", s->line);
			json_set(list, s->files[k], o);
		}
	}
	return list;
}

/* The entry of a file that could be hashed.  A new object. */
static struct json_object *
entry(const char *dir, const char *path, int64_t bytes, const char *hex)
{
	char *file = mem_printf("%s/%s", dir, path + strlen("./"));
	struct json_object *o = json_object_new_object();

	json_set_text(o, "kind", "file");
	json_set_text(o, "file", file);
	json_set_int(o, "bytes", bytes);
	json_set_text(o, "sha256", hex);
	json_set_bool(o, "shared", true);
	free(file);
	return o;
}

enum err
plan_files_hash(const char *dir, struct json_object *list,
    struct json_object *resolved, struct fault *fault)
{
	json_object_object_foreach (list, path, asked) {
		int fd = text_starts(path, "./")
		    ? io_open_beneath(dir, path, false)
		    : -1;
		int64_t bytes = 0;
		char hex[65];
		bool good = fd >= 0 && hash_file(fd, &bytes, hex);

		if (fd >= 0)
			close(fd);
		if (!good)
			return fault_set(fault, ERR_INVALID, "no_such_file",
			    "environment",
			    "check_no_such_file line=%d step=%s file=%s "
			    "size=%d",
			    (int)json_int(asked, "line", 0),
			    json_text(asked, "step", ""), path,
			    PLAN_FILES_MAX / 1048576);
		json_set(resolved, path, entry(dir, path, bytes, hex));
	}
	return ERR_OK;
}

enum err
plan_files_resolve(const char *dir, const struct plan *plan,
    struct json_object *resolved, struct fault *fault)
{
	struct json_object *list = plan_files_list(plan);
	enum err err = plan_files_hash(dir, list, resolved, fault);

	json_object_put(list);
	return err;
}
