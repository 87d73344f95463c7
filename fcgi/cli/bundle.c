/*
 * bundle.c: an exported report, checked away from the console.
 *
 * The report in JSON carries the exact text of every event of its run and
 * the head of its chain.  From the texts alone the chain is computed again;
 * the run that the report tells of must be what the events say.  The head is
 * what to compare with the printed report, or with the ledger.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/bundle.h"
#include "cli/cli.h"
#include "journal/event.h"

#define BUNDLE_MAX	(256 * 1024 * 1024)

struct bundle {
	struct json_object	*report;
	unsigned char		 hash[HASH_BYTES];
	int64_t			 run;
	int64_t			 seq;
	char			 plan[2 * HASH_BYTES + 1];
	char			 result[32];
	int			 wrong;
};

static void
wrong(struct bundle *b, const char *what)
{
	printf("WRONG: %s (run %lld, event %lld)\n", what, (long long)b->run,
	    (long long)b->seq);
	b->wrong++;
}

/* What the event says of plan and result, the latest word counts. */
static void
take_facts(struct bundle *b, const struct event *e)
{
	const char *plan = json_text(e->data, "plan", NULL);
	const char *result = json_text(e->data, "result", NULL);

	if (plan != NULL && (text_eq(e->kind, "run.created") ||
	    text_eq(e->kind, "run.changed")))
		snprintf(b->plan, sizeof(b->plan), "%s", plan);
	if (result != NULL && (text_eq(e->kind, "run.closed") ||
	    text_eq(e->kind, "run.aborted")))
		snprintf(b->result, sizeof(b->result), "%s", result);
}

static void
check_event(struct bundle *b, const char *body)
{
	struct json_object *parsed = NULL;
	struct event e;

	event_hash(b->hash, body, b->hash);
	b->seq++;
	if (event_parse(body, &e, &parsed) != ERR_OK) {
		wrong(b, "an event cannot be read");
		return;
	}
	if (e.seq != b->seq || e.run != b->run)
		wrong(b, "an event is missing, or is of another run");
	take_facts(b, &e);
	json_object_put(parsed);
}

static void
check_report(struct bundle *b)
{
	struct json_object *events = json_get(b->report, "events");
	size_t n = json_object_is_type(events, json_type_array) ?
	    json_object_array_length(events) : 0;
	char head[2 * HASH_BYTES + 1];

	b->run = json_int(b->report, "id", 0);
	for (size_t i = 0; i < n; i++)
		check_event(b, json_object_get_string(
		    json_object_array_get_idx(events, i)));
	text_hex(b->hash, sizeof(b->hash), head);
	if (n == 0)
		wrong(b, "the report carries no events");
	if (!text_eq(head, json_text(b->report, "head", "")))
		wrong(b, "the head of the chain does not fit its events");
	if (json_int(b->report, "seq", 0) != b->seq)
		wrong(b, "the report tells of more or fewer events");
	if (!text_eq(b->plan, json_text(b->report, "plan", "")))
		wrong(b, "the plan is not the one that the events made");
	if (!text_eq(b->result, json_text(b->report, "result", "")))
		wrong(b, "the result is not the one that the events gave");
	printf("%lld events, head %s: %s\n", (long long)b->seq, head,
	    b->wrong == 0 ? "as recorded" : "NOT as recorded");
}

int
bundle_verify(const char *path)
{
	struct bundle b = {0};
	struct buf text = {0};
	struct fault fault;
	int code = CLI_NO;

	if (sodium_init() < 0 ||
	    io_read_file(path, BUNDLE_MAX, &text) != ERR_OK) {
		cli_say(code, "%s cannot be read", path);
	} else if (json_read(buf_text(&text), text.len, &b.report, &fault) !=
	    ERR_OK) {
		cli_say(code, "%s: %s", path, fault.message);
	} else {
		check_report(&b);
		code = b.wrong == 0 ? CLI_YES : CLI_NO;
	}
	json_object_put(b.report);
	buf_clear(&text);
	return code;
}
