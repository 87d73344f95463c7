/*
 * report.c: verifies an exported report offline.
 *
 * The JSON report contains the exact text of every event of its run, the head
 * of its chain, and the document.  The chain is recomputed from the texts, and
 * the events are replayed into a database in memory, from which the report is
 * made again (report_derive.c). The head is to be compared with the printed
 * report, or with the ledger.
 */
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/verify/report.h"
#include "cli/verify/report_derive.h"
#include "cli/cli.h"
#include "journal/event.h"
#include "journal/project/project.h"

#define BUNDLE_MAX (256 * 1024 * 1024)

/* Checks that a text of the report is the one with the hash that the event has.
 */
static void
take_text(
    struct report *b, const struct event *e, const char *key, const char *name)
{
	const char *hash = json_text(e->data, key, NULL);
	const char *text = json_text(b->report, name, "");
	char now[2 * HASH_BYTES + 1];

	if (hash == NULL)
		return;
	hash_hex(text, strlen(text), now);
	if (!text_eq(hash, now))
		cli_wrong(&b->wrong, "verify_text_differs member=%s", name);
	db_run(b->replay, STMT_DOCUMENT_ADD, TEXT(hash), TEXT(text));
}

static enum err
replay(struct report *b, const struct event *e, const char *body)
{
	enum err err = db_run(b->replay, STMT_EVENT_ADD, INT(e->run),
	    INT(e->seq), INT(e->at), TEXT(e->actor), TEXT(event_word(e->kind)),
	    TEXT(body), BLOB(b->hash, sizeof(b->hash)));

	return err == ERR_OK ? event_project(b->replay, e) : err;
}

static void
check_event(struct report *b, const char *body)
{
	struct json_object *parsed = NULL;
	struct event e;

	b->seq++;
	if (body == NULL) {
		cli_wrong(&b->wrong, "verify_event_no_text event=%lld",
		    (long long)b->seq);
		return;
	}
	event_hash(b->hash, body, b->hash);
	if (event_parse(body, &e, &parsed) != ERR_OK) {
		cli_wrong(&b->wrong, "verify_event_unreadable event=%lld",
		    (long long)b->seq);
		return;
	}
	if (e.seq != b->seq || e.run != b->run)
		cli_wrong(&b->wrong, "verify_event_missing event=%lld",
		    (long long)b->seq);
	take_text(b, &e, "document", "document_text");
	take_text(b, &e, "compiled", "plan_text");
	if (replay(b, &e, body) != ERR_OK)
		cli_wrong(&b->wrong, "verify_event_not_replayed event=%lld",
		    (long long)b->seq);
	json_object_put(parsed);
}

/* The text at that index, or NULL. */
static const char *
text_at(struct json_object *list, size_t i)
{
	struct json_object *v = json_at(list, i);

	return json_object_is_type(v, json_type_string)
	    ? json_object_get_string(v)
	    : NULL;
}

static void
check_report(struct report *b)
{
	struct json_object *events = json_get(b->report, "events");
	size_t n = json_object_is_type(events, json_type_array)
	    ? json_count(events)
	    : 0;
	char head[2 * HASH_BYTES + 1];

	b->run = json_int(b->report, "id", 0);
	(void)db_begin(b->replay);
	for (size_t i = 0; i < n; i++)
		check_event(b, text_at(events, i));
	text_hex(b->hash, sizeof(b->hash), head);
	if (n == 0)
		cli_wrong(&b->wrong, "verify_no_events");
	if (!text_eq(head, json_text(b->report, "head", "")))
		cli_wrong(&b->wrong, "verify_head_differs");
	if (n > 0)
		report_compare(b);
	if (db_end(b->replay, ERR_OK) != ERR_OK)
		cli_wrong(&b->wrong, "verify_no_memory");
	cli_print("verify_report_result events=%lld head=%s result=@%s",
	    (long long)b->seq, head,
	    b->wrong == 0 ? "verify_as_recorded" : "verify_not_as_recorded");
}

int
report_verify_text(const char *name, const char *text, size_t len)
{
	struct report b = { 0 };
	struct fault fault;
	int code = CLI_NO;

	if (json_read(text, len, &b.report, &fault) != ERR_OK) {
		cli_message(code, "%s: %s", name, fault.message);
	} else if (db_open(DB_MEMORY, DB_CLI, &b.replay) != ERR_OK) {
		cli_message(code, "verify_no_memory");
	} else {
		check_report(&b);
		db_close(b.replay);
		code = b.wrong == 0 ? CLI_YES : CLI_NO;
	}
	json_object_put(b.report);
	return code;
}

int
report_verify(const char *path)
{
	struct buf text = { 0 };
	int code = CLI_NO;

	if (sodium_init() < 0 ||
	    io_read_file(path, BUNDLE_MAX, &text) != ERR_OK)
		cli_message(code, "cli_file_unreadable file=%s", path);
	else
		code = report_verify_text(path, buf_text(&text), text.len);
	buf_clear(&text);
	return code;
}
