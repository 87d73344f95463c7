/*
 * verify_packs.c: checks the packs of runs that have ended.
 *
 * The recorded files themselves are compared with the record wherever they are
 * stored (verify_chains.c).  Here the rest of a pack is checked, of which the
 * record says nothing.
 */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/verify/verify.h"
#include "cli/verify/verify_packs.h"
#include "pack/pack.h"

#define UNFINISHED ".new" /* the packer continues with it */

static int64_t
run_of(struct verify *v, const char *exec)
{
	int64_t run = db_first_int(
	    db_query(v->db, STMT_ATTEMPT_BY_EXEC, TEXT(exec)), 0);

	return run != 0
	    ? run
	    : db_first_int(db_query(v->db, STMT_LOOK_BY_EXEC, TEXT(exec)), 0);
}

/* Each execution in it is one of the run. */
static bool
is_of_run(struct verify *v, struct pack *pack, int64_t run)
{
	char exec[2 * PACK_EXEC + 1] = "";
	struct pack_file file;

	for (int64_t i = 0; i < pack_count(pack); i++) {
		if (pack_get(pack, i, &file) != ERR_OK)
			return false;
		if (text_eq(exec, file.exec))
			continue;
		memcpy(exec, file.exec, sizeof(exec));
		if (run_of(v, exec) != run)
			return false;
	}
	return true;
}

static void
check_pack(struct verify *v, int64_t run)
{
	char *path = pack_path(v->data, run);
	struct pack *pack = NULL;
	enum err err = pack_open(path, &pack);

	if (err == ERR_OK)
		err = pack_check(pack);
	if (err != ERR_NOT_FOUND &&
	    (err != ERR_OK || pack_run(pack) != run ||
		!is_of_run(v, pack, run)))
		cli_wrong(
		    &v->count->wrong, "verify_pack run=%lld", (long long)run);
	pack_close(pack);
	free(path);
}

void
verify_packs(struct verify *v)
{
	struct rows *rows = db_query(
	    v->db, STMT_RUN_IDS, INT(v->first), INT(v->last));

	while (db_next(rows))
		check_pack(v, db_int(rows, "id"));
	db_done(rows);
}

static bool
has_run(struct verify *v, int64_t run)
{
	return db_first_int(
		   db_query(v->db, STMT_RUN_IDS, INT(run), INT(run)), 0) != 0;
}

/* The name of a folder of packs, or of a pack or an unfinished one in it. */
static bool
is_known(struct verify *v, const char *folder, const char *name)
{
	char digits[24], canonical[24];
	size_t len = strlen(name);
	int64_t number;

	if (folder != NULL && text_ends(name, UNFINISHED))
		len -= strlen(UNFINISHED);
	if (len >= sizeof(digits))
		return false;
	snprintf(digits, sizeof(digits), "%.*s", (int)len, name);
	if (!text_int(digits, 0, INT64_MAX / PACK_RUNS, &number))
		return false;
	snprintf(canonical, sizeof(canonical), "%" PRId64, number);
	if (!text_eq(canonical, digits))
		return false;
	if (folder == NULL)
		return true;
	snprintf(canonical, sizeof(canonical), "%" PRId64, number / PACK_RUNS);
	return text_eq(canonical, folder) && has_run(v, number);
}

/* The names in DATA/packs (NULL), or in one folder of it. */
static void
check_names(struct verify *v, const char *folder)
{
	char *path = mem_printf("%s/packs%s%s", v->data,
	    folder != NULL ? "/" : "", folder != NULL ? folder : "");
	DIR *d = opendir(path);
	const struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (text_eq(e->d_name, ".") || text_eq(e->d_name, ".."))
			continue;
		if (!is_known(v, folder, e->d_name))
			cli_wrong(&v->count->wrong,
			    "verify_pack_unknown file=packs/%s%s%s",
			    folder != NULL ? folder : "",
			    folder != NULL ? "/" : "", e->d_name);
		else if (folder == NULL)
			check_names(v, e->d_name);
	}
	if (d != NULL)
		closedir(d);
	free(path);
}

void
verify_pack_names(struct verify *v)
{
	check_names(v, NULL);
}
