/*
 * cmd_reveal.c: shows secret output.
 *
 * Only the keeper can decrypt it, so each reading leaves an event that names
 * the person.  The text goes into the answer and nowhere else.
 */
#include <sodium.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "journal/event.h"
#include "keeper/run.h"
#include "keeper/seal.h"
#include "pack/exec_file.h"
#include "wire/exec.h"

/* Reads the box; its hash must be the recorded one. */
static enum err
read_box(struct command *c, int64_t run, struct json_object *row,
    const char *target, struct buf *ret)
{
	char *name = mem_printf("%s" EXEC_SEALED, target);
	struct exec_file_name file = { c->keeper->data_dir, run,
		json_text(row, "exec", ""), name };
	char now[2 * HASH_BYTES + 1];
	enum err err = exec_file_read_all(&file, 2 * EXEC_SEALED_LIMIT, ret);

	free(name);
	if (err != ERR_OK)
		return fault_set(&c->fault, ERR_NOT_FOUND, "no_sealed_output",
		    "target", "refused_sealed_unreadable");
	hash_hex(ret->data, ret->len, now);
	if (!text_eq(now, json_text(row, "sealed", "")))
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
		err = read_box(c, run.id, row, target, &box);
	if (err == ERR_OK)
		err = open_box(c, &box);
	if (err == ERR_OK)
		err = record(c, run.id, s.step->id, n, target);
	json_object_put(row);
	buf_clear(&box);
	run_clear(&run);
	return err;
}
