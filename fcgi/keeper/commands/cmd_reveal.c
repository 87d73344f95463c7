/*
 * cmd_reveal.c: shows secret output.
 *
 * Only the keeper can decrypt it, so each reading leaves an event that names
 * the person.  The text goes into the answer and nowhere else.
 */
#include <sodium.h>
#include <stdlib.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/text.h"
#include "journal/event.h"
#include "keeper/run.h"
#include "keeper/seal.h"
#include "wire/exec.h"

/* Reads the box; its hash must be the recorded one. */
static enum err
read_box(struct command *c, const char *exec, const char *target,
    const char *hash, struct buf *ret)
{
	char *path = mem_printf(
	    "%s/exec/%s/%s" EXEC_SEALED, c->keeper->data_dir, exec, target);
	char now[2 * HASH_BYTES + 1];
	enum err err = io_read_file(path, 2 * EXEC_SEALED_LIMIT, ret);

	free(path);
	if (err != ERR_OK)
		return fault_set(&c->fault, ERR_NOT_FOUND, "no_sealed_output",
		    "target", "refused_sealed_unreadable");
	hash_hex(ret->data, ret->len, now);
	if (!text_eq(now, hash))
		return fault_set(&c->fault, ERR_CONFLICT, "not_as_recorded",
		    "target", "refused_not_as_recorded");
	return ERR_OK;
}

static enum err
open_box(struct command *c, const struct buf *box)
{
	struct buf text = { 0 };
	enum err err = seal_reveal(c->keeper, box, &text);

	if (err == ERR_OK)
		json_set_text(c->result, "text", buf_text(&text));
	else
		fault_set(&c->fault, err = ERR_CONFLICT, "other_key", "target",
		    "refused_other_key");
	if (text.data != NULL)
		sodium_memzero(text.data, text.cap);
	buf_clear(&text);
	return err;
}

static enum err
record(struct command *c, int64_t run, const char *step, int64_t n,
    const char *target)
{
	struct json_object *data = json_object_new_object();

	json_set_text(data, "step", step);
	json_set_int(data, "n", n);
	json_set_text(data, "target", target);
	return event_append(c->keeper->db, run, EVENT_ANY_SEQ, c->actor.name,
	    EVENT_STEP_REVEALED, data);
}

enum err
cmd_step_reveal(struct command *c)
{
	const char *target = json_text(c->body, "target", "");
	int64_t n = json_int(c->body, "attempt", 0);
	struct json_object *row;
	struct buf box = { 0 };
	struct lifecycle_step s;
	struct run run;
	enum err err = run_permit(c, VERB_step_reveal, &run, &s);

	if (err != ERR_OK)
		return err;
	row = db_first_json(db_query(c->keeper->db, STMT_TARGET_SEALED,
	    INT(run.id), TEXT(s.step->id), INT(n), TEXT(target)));
	if (row == NULL)
		err = fault_set(&c->fault, ERR_NOT_FOUND, "no_sealed_output",
		    "target", "refused_no_sealed_output target=%s n=%lld",
		    target, (long long)n);
	else
		err = read_box(c, json_text(row, "exec", ""), target,
		    json_text(row, "sealed", ""), &box);
	if (err == ERR_OK)
		err = open_box(c, &box);
	if (err == ERR_OK)
		err = record(c, run.id, s.step->id, n, target);
	json_object_put(row);
	buf_clear(&box);
	run_clear(&run);
	return err;
}
