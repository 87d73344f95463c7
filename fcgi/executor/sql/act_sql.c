/*
 * act_sql.c: runs the statements of a step, one by one.
 *
 * All errors that can be found without touching the data are found before the
 * first statement: the connection, the text, each value.  Each statement has
 * its own line of output, which begins when the statement does and ends with
 * its result, so that a slow one is visible.
 *
 * It stops at the first statement that fails and reports exactly what was
 * applied.  Statements of a transaction that did not end are not applied: the
 * server would silently roll back a transaction that the text leaves open at
 * its end, so that is a failure.  A statement without an answer is unknown, and
 * so is the step.
 *
 * The output shows the statements as in the document, with {{name}} in place of
 * values; results are the database's own messages.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/catalogue.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "executor/status.h"
#include "executor/sql/sql_driver.h"
#include "executor/sql/sql_resume.h"
#include "executor/sql/sql_source.h"
#include "executor/sql/sql_text.h"

static const struct sql_driver *const drivers[] = {
	&sql_mysql,
	&sql_postgresql,
	&sql_sqlite,
};

struct sql_act {
	struct sql sql;
	struct sql_source source;
	struct statements all;
	const char *text;
	char place[SQL_PLACE_MAX];
	size_t first;     /* where it starts, from 0 */
	size_t done;      /* statements that succeeded, those before the first
			     included */
	bool transaction; /* we began a transaction */
	int64_t began;
	struct buf statement; /* with its values */
	struct buf line;      /* of output */
};

static int
line_of(const struct sql_act *a, size_t i)
{
	return sql_source_line(&a->source, &a->all.all[i]);
}

/* Its line, or file and line; until the next call. */
static const char *
place_of(struct sql_act *a, size_t i)
{
	return sql_source_place(&a->source, &a->all.all[i], a->place);
}

static void
print_line(struct sql_act *a)
{
	output_put(a->sql.job->output, buf_text(&a->line), a->line.len);
	output_pause(a->sql.job->output);
	buf_reset(&a->line);
}

static void __attribute__((format(printf, 2, 3)))
fail(struct sql_act *a, const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	message_vput(&text, fmt, ap);
	va_end(ap);
	act_end(a->sql.job, ENDING_NOT_STARTED, "%s", buf_text(&text));
	buf_printf(&a->line, "%s\n", catalogue_english(buf_text(&text)));
	print_line(a);
	buf_clear(&text);
}

static bool
connect_to(struct sql_act *a)
{
	struct sql *s = &a->sql;
	enum sql_end end;

	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (strcmp(kind_name(drivers[i]->kind), s->target->kind) == 0)
			s->driver = drivers[i];
	end = sql_tunnel_open(s);
	if (end == SQL_OK && (end = s->driver->open(s)) != SQL_OK &&
	    end != SQL_STOPPED)
		tunnel_report(&s->tunnel, &s->why);
	switch (end) {
	case SQL_OK:
		return true;
	case SQL_STOPPED:
		s->job->ending = ENDING_STOPPED;
		return false;
	default:
		fail(a, "sql_nothing reason=%s", buf_text(&s->why));
		return false;
	}
}

static bool
prepare(struct sql_act *a)
{
	bool ok = sql_source_split(&a->source, a->sql.driver->kind,
	    a->sql.driver->backslash(&a->sql), &a->all, &a->sql.why);

	a->text = buf_text(&a->source.text);
	if (!ok) {
		fail(a, "%s", buf_text(&a->sql.why));
		return false;
	}
	for (size_t i = 0; i < a->all.count; i++) {
		if (sql_fill(&a->sql, &a->all, i, a->text, &a->statement))
			continue;
		fail(a, "sql_nothing_line line=%d reason=%s", line_of(a, i),
		    buf_text(&a->sql.why));
		return false;
	}
	return true;
}

/* "[12 of 31] line 45: ALTER TABLE …", without an end. */
static void
announce(struct sql_act *a, size_t i)
{
	buf_printf(&a->line, "[%zu of %zu] line %s: ", i + 1, a->all.count,
	    place_of(a, i));
	sql_put_excerpt(&a->all.all[i], a->text, &a->line);
	print_line(a);
	status_progress(a->sql.target->name, "note_of n=%zu count=%zu", i + 1,
	    a->all.count);
}

/* " — ok, 3 rows, 12 ms" and the results. */
static void
report_result(struct sql_act *a, int64_t took)
{
	struct sql *s = &a->sql;

	buf_puts(&a->line, " — ok");
	if (s->affected >= 0)
		buf_printf(&a->line, ", %lld %s", (long long)s->affected,
		    s->affected == 1 ? "row" : "rows");
	if (s->warnings > 0)
		buf_printf(&a->line, ", %u %s", s->warnings,
		    s->warnings == 1 ? "warning" : "warnings");
	buf_printf(&a->line, ", %lld ms\n", (long long)took);
	buf_put(&a->line, buf_text(&s->out), s->out.len);
	print_line(a);
}

/* "1" or "1 to 16", counting from `first`, an index from 0. */
static const char *
range(size_t first, size_t count, char text[48])
{
	if (count > 1)
		snprintf(text, 48, "%zu–%zu", first + 1, first + count);
	else
		snprintf(text, 48, "%zu", first + 1);
	return text;
}

/*
 * Reports which statements are applied and which were not executed, after
 * statement `i` ended the job; `open`: a transaction was open.
 */
static void
put_balance(const struct sql_act *a, size_t i, bool open, struct buf *out)
{
	bool mysql = a->sql.driver->kind == STEP_MYSQL;
	char text[48];
	const char *done = range(0, a->done, text);

	buf_putc(out, ' ');
	if (a->done == 0)
		message_put(out, "sql_none_before");
	else if (open && a->transaction && !mysql)
		message_put(out, "sql_taken_back range=%s", done);
	else if (open && mysql)
		message_put(out, "sql_open_mysql range=%s", done);
	else if (open)
		message_put(out, "sql_open range=%s", done);
	else if (sql_skipped(a->sql.job) > 0)
		message_put(out, "sql_applied_but range=%s", done);
	else
		message_put(out, "sql_applied range=%s", done);
	if (i + 1 == a->all.count)
		return;
	buf_putc(out, ' ');
	message_put(out, "sql_not_executed range=%s",
	    range(i + 1, a->all.count - i - 1, text));
}

/* Allows a retry to start at statement i. */
static void
offer_resume(struct sql_act *a, size_t i)
{
	if (i >= a->first && !a->transaction &&
	    sql_resumable(&a->all, a->text, i, a->sql.driver->kind))
		a->sql.job->result.resume.statement = (int64_t)i + 1;
}

/* Ends the job at statement i: a sentence, then the applied statements. */
static void
aggregate(struct sql_act *a, size_t i, enum sql_end end, int64_t took)
{
	struct sql *s = &a->sql;
	bool open = a->transaction ||
	    (end != SQL_LOST && s->driver->in_transaction(s));
	struct buf why = { 0 };

	if (end == SQL_FAILED)
		message_put(&why,
		    "sql_failed n=%zu count=%zu line=%s target=%s reason=%s",
		    i + 1, a->all.count, place_of(a, i), s->target->name,
		    buf_text(&s->why));
	else if (end == SQL_STOPPED)
		message_put(&why, "sql_stopped n=%zu count=%zu line=%s", i + 1,
		    a->all.count, place_of(a, i));
	else
		message_put(&why,
		    "sql_lost n=%zu count=%zu line=%s target=%s reason=%s",
		    i + 1, a->all.count, place_of(a, i), s->target->name,
		    buf_text(&s->why));
	put_balance(a, i, open, &why);
	if (end == SQL_FAILED && !open)
		offer_resume(a, i);
	buf_printf(&a->line, " — %s, %lld ms\n",
	    end == SQL_FAILED        ? "FAILED"
		: end == SQL_STOPPED ? "ended"
				     : "UNKNOWN",
	    (long long)took);
	buf_put(&a->line, buf_text(&s->out), s->out.len);
	sql_put_statement(&a->all.all[i], a->text, line_of(a, i), &a->line);
	buf_printf(&a->line, "%s\n", catalogue_english(buf_text(&why)));
	print_line(a);
	act_end(s->job,
	    end == SQL_FAILED        ? ENDING_FAILED
		: end == SQL_STOPPED ? ENDING_STOPPED
				     : ENDING_UNKNOWN,
	    "%s", buf_text(&why));
	buf_clear(&why);
}

/* Runs the statement in a->statement, and measures its time. */
static enum sql_end
execute(struct sql_act *a, int64_t *ret_took)
{
	struct sql *s = &a->sql;
	int64_t from = clock_monotonic();
	enum sql_end end;

	buf_reset(&s->why);
	buf_reset(&s->out);
	s->affected = -1;
	s->warnings = 0;
	end = s->driver->run(s, buf_text(&a->statement));
	sql_redact_cut(s);
	*ret_took = clock_monotonic() - from;
	return end;
}

/* Runs our BEGIN or COMMIT. */
static bool
control(struct sql_act *a, const char *text)
{
	struct sql *s = &a->sql;
	int64_t took;
	enum sql_end end;

	buf_reset(&a->statement);
	buf_puts(&a->statement, text);
	buf_printf(&a->line, "%s", text);
	print_line(a);
	end = execute(a, &took);
	buf_printf(&a->line, " — %s, %lld ms\n",
	    end == SQL_OK         ? "ok"
		: end == SQL_LOST ? "UNKNOWN"
				  : "FAILED",
	    (long long)took);
	print_line(a);
	if (end == SQL_OK)
		return true;
	if (end == SQL_STOPPED)
		act_end(s->job, ENDING_STOPPED, "sql_not_applied");
	else if (end == SQL_LOST && a->done > 0)
		act_end(s->job, ENDING_UNKNOWN,
		    "sql_commit_lost target=%s reason=%s count=%zu",
		    s->target->name, buf_text(&s->why), a->done);
	else
		act_end(s->job, ENDING_FAILED,
		    "sql_commit_failed what=%s target=%s reason=%s", text,
		    s->target->name, buf_text(&s->why));
	buf_printf(&a->line, "%s\n", catalogue_english(buf_text(&s->job->why)));
	print_line(a);
	return false;
}

/* Runs statement i. False: the job ends here, and its ending is set. */
static bool
run_one(struct sql_act *a, size_t i)
{
	struct sql *s = &a->sql;
	enum sql_end end;
	int64_t took;

	if (s->job->stop != STOP_NONE) {
		bool open = a->transaction || s->driver->in_transaction(s);
		struct buf why = { 0 };

		message_put(&why, "sql_ended_before n=%zu count=%zu line=%s",
		    i + 1, a->all.count, place_of(a, i));
		put_balance(a, i - 1, open, &why);
		if (!open)
			offer_resume(a, i);
		buf_printf(&a->line, "%s\n", catalogue_english(buf_text(&why)));
		print_line(a);
		act_end(s->job, ENDING_STOPPED, "%s", buf_text(&why));
		buf_clear(&why);
		return false;
	}
	announce(a, i);
	if (i >= a->first)
		s->job->result.resume.statement = 0;
	buf_reset(&s->why);
	if (!sql_fill(&a->sql, &a->all, i, a->text, &a->statement)) {
		aggregate(a, i, SQL_FAILED, 0);
		return false;
	}
	end = execute(a, &took);
	if (end != SQL_OK) {
		aggregate(a, i, end, took);
		return false;
	}
	report_result(a, took);
	a->done += i >= a->first;
	return true;
}

/* A statement before the first one: an earlier attempt applied it. */
static bool
pass_over(struct sql_act *a, size_t i)
{
	if (!sql_is_skipped(a->sql.job, i) &&
	    sql_part_of(&a->all, a->text, i, a->sql.driver->kind) == SQL_REPEAT)
		return run_one(a, i);
	announce(a, i);
	buf_puts(&a->line,
	    sql_is_skipped(a->sql.job, i)
		? " — skipped by a person\n"
		: " — skipped: applied by an earlier attempt\n");
	print_line(a);
	return true;
}

/* The first statement of the job spec. False: a retry cannot start there. */
static bool
find_first(struct sql_act *a)
{
	struct job *job = a->sql.job;
	int64_t n = json_int(job->spec->from_statement, a->sql.target->name, 1);

	job->result.resume.of = (int64_t)a->all.count;
	if (n == 1)
		return true;
	if (n < 1 ||
	    n > (int64_t)a->all.count + (sql_skipped(a->sql.job) > 0) ||
	    a->transaction ||
	    !sql_resumable(
		&a->all, a->text, (size_t)n - 1, a->sql.driver->kind)) {
		fail(a, "sql_no_start n=%lld count=%zu", (long long)n,
		    a->all.count);
		return false;
	}
	/* if no statement runs, a retry starts there too */
	job->result.resume.statement = n;
	a->first = a->done = (size_t)n - 1;
	return true;
}

/* Checks after the last statement that all of it is applied. */
static bool
settle(struct sql_act *a)
{
	struct sql *s = &a->sql;
	bool open = s->driver->in_transaction(s);
	bool ended = a->transaction && !open && s->driver->kind != STEP_MYSQL;

	if (a->transaction && open)
		return control(a, "COMMIT");
	if (!open && !ended)
		return true;
	if (ended)
		act_end(s->job, ENDING_FAILED,
		    "sql_transaction_ended target=%s", s->target->name);
	else
		act_end(s->job, ENDING_FAILED, "sql_transaction_open target=%s",
		    s->target->name);
	buf_printf(&a->line, "%s\n", catalogue_english(buf_text(&s->job->why)));
	print_line(a);
	return false;
}

static void
perform(struct sql_act *a)
{
	struct sql *s = &a->sql;
	const struct buf *first;

	if (!sql_source_read(s->job->spec, &a->source, &s->why)) {
		fail(a, "sql_nothing reason=%s", buf_text(&s->why));
		return;
	}
	if (!connect_to(a) || !prepare(a) || !find_first(a))
		return;
	act_announce(s->job);
	if (a->transaction && s->driver->kind == STEP_MYSQL)
		buf_puts(&a->line,
		    "Note: MySQL and MariaDB commit at each "
		    "statement that changes the schema; transaction=yes "
		    "cannot take those back.\n");
	if (a->transaction && !control(a, s->driver->begin))
		return;
	for (size_t i = 0; i < a->all.count; i++)
		if (!(i < a->first ? pass_over(a, i) : run_one(a, i)))
			return;
	first = table_first(s->table);
	evaluate_take(s->job->output->evaluate,
	    first != NULL ? buf_text(first) : NULL,
	    first != NULL ? first->len : 0);
	if (!settle(a))
		return;
	buf_printf(&a->line, "%zu of %zu %s executed", a->done - a->first,
	    a->all.count,
	    a->all.count == 1 ? "statement was" : "statements were");
	if (a->first > sql_skipped(a->sql.job))
		buf_printf(&a->line, ", %zu by an earlier attempt",
		    a->first - sql_skipped(a->sql.job));
	if (sql_skipped(a->sql.job) > 0)
		buf_printf(&a->line, ", %zu skipped by a person",
		    sql_skipped(a->sql.job));
	buf_printf(&a->line, ", %lld ms.\n",
	    (long long)(clock_monotonic() - a->began));
	print_line(a);
	s->job->ending = ENDING_EXITED;
	s->job->code = s->job->spec->step.exit[0];
}

void
act_sql(struct job *job)
{
	const char *transaction = job->spec->step.transaction;
	struct sql_act a = { .transaction = text_eq(transaction, "yes"),
		.began = clock_monotonic(),
		.sql = { .job = job, .target = job->target } };

	a.sql.table = table_new(job->output->redact);
	table_save(a.sql.table, job->output);
	perform(&a);
	if (a.sql.driver != NULL)
		a.sql.driver->close(&a.sql);
	tunnel_close(&a.sql.tunnel);
	table_free(a.sql.table);
	statements_clear(&a.all);
	sql_source_clear(&a.source);
	buf_clear(&a.sql.out);
	buf_clear(&a.sql.why);
	if (a.statement.data != NULL)
		explicit_bzero(a.statement.data, a.statement.len);
	buf_clear(&a.statement);
	buf_clear(&a.line);
}
