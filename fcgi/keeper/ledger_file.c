/*
 * ledger_file.c: DATA/ledger.jsonl, a second copy of the ledger outside of the
 * database: a line for each entry, appended after its commit.
 *
 * Somebody who cuts off the end of a run in the database can cut off the end of
 * the ledger with it.  The file then reveals it, as it can be made append-only
 * (chattr +a) and be followed to another machine by a log shipper.  The file
 * may be behind the database if the keeper was killed between the commit and
 * the line: missing lines are appended at the next start.  It is never ahead; a
 * file that is, is left alone for `countersign verify`.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper/ledger_file.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/modes.h"
#include "base/text.h"
#include "base/err.h"
#include "keeper/keeper.h"

#define WINDOW (16 * 1024 * 1024) /* the end of the file that is read */

static char *
hex_of(struct rows *rows, const char *column)
{
	size_t len;
	const void *bytes = db_blob(rows, column, &len);
	char *hex = mem_calloc(2 * len + 1, 1);

	text_hex(bytes, len, hex);
	return hex;
}

/* {"n", "body", "hash", "signature"} and a line break. */
static void
put_line(struct buf *out, struct rows *rows)
{
	struct json_object *o = json_object_new_object();
	char *hash = hex_of(rows, "hash"),
	     *signature = hex_of(rows, "signature");

	json_set_int(o, "n", db_int(rows, "n"));
	json_set_text(o, "body", db_text(rows, "body"));
	json_set_text(o, "hash", hash);
	json_set_text(o, "signature", signature);
	buf_puts(out, json_write(o));
	buf_putc(out, '\n');
	json_object_put(o);
	free(hash);
	free(signature);
}

void
ledger_file_append(struct keeper *k)
{
	int64_t last = k->ledger_written;
	struct buf text = { 0 };
	struct rows *rows;

	if (k->ledger_fd < 0)
		return;
	if (k->ledger_torn)
		buf_putc(&text, '\n');
	(void)db_begin(k->db);
	rows = db_query(k->db, STMT_LEDGER_AFTER, INT(last));
	while (db_next(rows)) {
		last = db_int(rows, "n");
		put_line(&text, rows);
	}
	db_done(rows);
	if (db_end(k->db, ERR_OK) == ERR_OK && last > k->ledger_written) {
		k->ledger_torn = io_write_all(
				     k->ledger_fd, text.data, text.len) != 0;
		if (k->ledger_torn)
			log_warn("ledger.jsonl cannot be written: %s",
			    strerror(errno));
		else
			k->ledger_written = last;
	}
	buf_clear(&text);
}

/* The database has the entry of that line; its number, or -1. */
static int64_t
number_of(struct keeper *k, struct json_object *line)
{
	int64_t n = json_int(line, "n", -1);
	struct rows *rows = db_query(k->db, STMT_LEDGER_AFTER, INT(n - 1));
	char *hash;

	if (!db_next(rows) || db_int(rows, "n") != n) {
		n = -1;
	} else {
		hash = hex_of(rows, "hash");
		if (!text_eq(hash, json_text(line, "hash", "")))
			n = -1;
		free(hash);
	}
	db_done(rows);
	return n;
}

/* The entry number of the last whole line in the text; 0: none. */
static int64_t
last_in(struct keeper *k, char *text, size_t len)
{
	struct json_object *o = NULL;
	char *end = memrchr(text, '\n', len), *line;
	int64_t n = 0;

	for (; end != NULL; end = line > text ? line - 1 : NULL) {
		line = memrchr(text, '\n', (size_t)(end - text));
		line = line == NULL ? text : line + 1;
		if (json_read(line, (size_t)(end - line), &o, NULL) == ERR_OK) {
			n = number_of(k, o);
			json_object_put(o);
			break;
		}
	}
	return n;
}

/* Finds the last entry in the file.  False: it differs from the ledger. */
static bool
find_end(struct keeper *k, off_t size)
{
	size_t most = size < WINDOW ? (size_t)size : WINDOW;
	char *text = mem_calloc(most + 1, 1);
	ssize_t got = pread(k->ledger_fd, text, most, size - (off_t)most);
	int64_t n = -1;

	if (got == (ssize_t)most) {
		n = last_in(k, text, most);
		k->ledger_torn = most > 0 && text[most - 1] != '\n';
		if (n == 0 && size > WINDOW)
			n = -1;
	}
	k->ledger_written = n;
	free(text);
	return n >= 0;
}

/* A regular file that ends as the ledger does. */
static bool
is_ours(struct keeper *k)
{
	struct stat st;
	bool ours;

	(void)db_begin(k->db);
	ours = fstat(k->ledger_fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    find_end(k, st.st_size);
	if (db_end(k->db, ERR_OK) != ERR_OK)
		log_fatal("the ledger in the database cannot be read");
	return ours;
}

void
ledger_file_open(struct keeper *k)
{
	char *path = mem_printf("%s/ledger.jsonl", k->data_dir);

	k->ledger_fd = open(path,
	    O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
	    MODES_PRIVATE_FILE);
	if (k->ledger_fd < 0) {
		log_warn("%s cannot be opened: %s", path, strerror(errno));
	} else if (!is_ours(k)) {
		log_warn("%s does not end as the ledger of the database does, "
			 "and is left alone: run countersign verify",
		    path);
		close(k->ledger_fd);
		k->ledger_fd = -1;
	} else {
		ledger_file_append(k);
	}
	free(path);
}
