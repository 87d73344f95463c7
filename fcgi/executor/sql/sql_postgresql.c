/*
 * sql_postgresql.c: PostgreSQL, by libpq.
 *
 * A statement is sent by the extended protocol, which accepts one statement
 * only: no value can begin another.  Rows arrive one by one, so that a large
 * result costs no memory.  Notices of the server are output.
 */
#include <postgresql/libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "executor/sql/sql_driver.h"

#define INVALID_CATALOG_NAME "3D000" /* there is no such database */

struct pg {
	PGconn *conn;
	bool cancel_sent; /* a cancel request was sent */
	bool backslash;   /* setting when the text was split */
	int64_t limit;    /* of the present wait, or 0 */
};

/* Clears libpq's variables in the service's environment. */
static void
forget_environment(void)
{
	char name[64];
	bool found = true;

	while (found) {
		found = false;
		for (char **e = environ; *e != NULL && !found; e++) {
			size_t n = strcspn(*e, "=");

			if (!text_starts(*e, "PG") || n >= sizeof(name))
				continue;
			memcpy(name, *e, n);
			name[n] = '\0';
			unsetenv(name);
			found = true;
		}
	}
}

static void
on_notice(void *ctx, const char *message)
{
	struct sql *s = ctx;

	buf_printf(
	    &s->out, "%s%s", message, text_ends(message, "\n") ? "" : "\n");
}

/*
 * Appends the library's message as one line, without the position in the
 * server's source.
 */
static void
put_message(const char *message, struct buf *out)
{
	const char *space = "";

	while (*message != '\0') {
		size_t len = strcspn(message, "\n");

		if (len > 0 && !text_starts(message, "LOCATION:")) {
			buf_puts(out, space);
			buf_put(out, message, len);
			space = " ";
		}
		message += len + (message[len] == '\n');
	}
}

static bool
pg_backslash(const struct sql *s)
{
	const struct pg *g = s->db;
	const char *on = PQparameterStatus(
	    g->conn, "standard_conforming_strings");

	return !text_eq(on, "on");
}

static PGconn *
begin_connecting(struct sql *s, char port[8])
{
	const char *host = sql_key(s, "host"), *ca = sql_key(s, "ca");
	/*
	 * The certificate is verified against the host's own name, also if the
	 * connection uses another one.
	 */
	const char *local = s->tunnel.port > 0 ? sql_local_host(s) : NULL;
	const char *names[] = { "host", "hostaddr", "port", "user", "password",
		"dbname", "sslmode", "sslrootcert", "application_name",
		"client_encoding", "gssencmode", "tcp_user_timeout", NULL };
	const char *values[] = { host != NULL ? host
		    : local != NULL           ? local
					      : sql_key(s, "socket"),
		local, port, sql_key(s, "user"), sql_key(s, "password"),
		sql_key(s, "database"), ca != NULL ? "verify-full" : "prefer",
		ca, "countersign", "UTF8", "disable", "10000", NULL };

	snprintf(port, 8, "%d", sql_local_port(s));
	return PQconnectStartParams(names, values, 0);
}

static enum sql_end
report_no_login(struct sql *s)
{
	struct pg *g = s->db;
	bool reached = PQsocket(g->conn) >= 0 && PQserverVersion(g->conn) != 0;
	struct buf reason = { 0 };

	if (strstr(PQerrorMessage(g->conn), ":  " INVALID_CATALOG_NAME ": "))
		s->job->absent = SQL_ABSENT;
	put_message(PQerrorMessage(g->conn), &reason);
	message_put(&s->why,
	    PQconnectionUsedPassword(g->conn)
		? "sql_pg_password reason=%s target=%s"
		: reached || PQconnectionNeedsPassword(g->conn)
		? "sql_pg_login reason=%s target=%s"
		: "sql_pg_unreached reason=%s target=%s",
	    buf_text(&reason), s->target->name);
	buf_clear(&reason);
	return SQL_FAILED;
}

static enum sql_end
pg_open(struct sql *s)
{
	struct pg *g = mem_calloc(1, sizeof(*g));
	PostgresPollingStatusType state = PGRES_POLLING_WRITING;
	int64_t limit = clock_monotonic() + SQL_CONNECT_MS;
	char port[8];

	s->db = g;
	forget_environment();
	g->conn = begin_connecting(s, port);
	/* with the error code: messages may be in any language */
	(void)PQsetErrorVerbosity(g->conn, PQERRORS_VERBOSE);
	while (g->conn != NULL && PQstatus(g->conn) != CONNECTION_BAD &&
	    state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED) {
		short got = sql_wait(s, PQsocket(g->conn),
		    state == PGRES_POLLING_READING ? POLLIN : POLLOUT, limit);

		if (s->job->stop != STOP_NONE)
			return SQL_STOPPED;
		if (got == 0 && clock_monotonic() >= limit) {
			message_put(&s->why,
			    "sql_no_answer target=%s seconds=%d",
			    s->target->name, SQL_CONNECT_MS / 1000);
			return SQL_LOST;
		}
		if (got != 0)
			state = PQconnectPoll(g->conn);
	}
	if (PQstatus(g->conn) != CONNECTION_OK)
		return report_no_login(s);
	(void)PQsetErrorVerbosity(g->conn, PQERRORS_DEFAULT);
	sql_tune(PQsocket(g->conn));
	(void)PQsetNoticeProcessor(g->conn, on_notice, s);
	g->backslash = pg_backslash(s);
	return SQL_OK;
}

static void
pg_close(struct sql *s)
{
	struct pg *g = s->db;

	if (g != NULL)
		PQfinish(g->conn);
	free(g);
	s->db = NULL;
}

/*
 * The library's call opens a connection and blocks for ever if the server
 * hangs: a child process calls it.
 */
static void
ask_to_end(struct pg *g)
{
	PGcancel *cancel = PQgetCancel(g->conn);
	char error[256];

	g->cancel_sent = true;
	g->limit = clock_monotonic() + SQL_STOP_MS;
	if (cancel != NULL && fork() == 0) {
		loop_reset_signals();
		alarm(SQL_STOP_MS / 1000);
		(void)PQcancel(cancel, error, sizeof(error));
		_exit(0);
	}
	PQfreeCancel(cancel);
}

/* Waits until PQgetResult() does not block. False: no answer. */
static bool
await(struct sql *s)
{
	struct pg *g = s->db;
	int unsent;

	while ((unsent = PQflush(g->conn)) == 1 || PQisBusy(g->conn)) {
		short got = sql_wait(s, PQsocket(g->conn),
		    (short)(POLLIN | (unsent == 1 ? POLLOUT : 0)), g->limit);

		if (got != 0 && PQconsumeInput(g->conn) == 0)
			return true; /* PQgetResult() has the error */
		if (got == 0 && s->job->stop != STOP_NONE && !g->cancel_sent)
			ask_to_end(g);
		else if (got == 0 && g->limit > 0 &&
		    clock_monotonic() >= g->limit)
			return false;
	}
	return true;
}

/* A statement's error in the form of psql. */
static enum sql_end
report_error(struct sql *s, const PGresult *result)
{
	static const struct {
		int field;
		const char *name;
	} more[] = {
		{ PG_DIAG_MESSAGE_DETAIL, "Detail: " },
		{ PG_DIAG_MESSAGE_HINT, "Hint: " },
		{ PG_DIAG_CONTEXT, "Context: " },
	};
	struct pg *g = s->db;
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	put_message(
	    text != NULL ? text : PQresultErrorMessage(result), &s->why);
	if (state != NULL)
		buf_printf(&s->why, " (%s)", state);
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		text = PQresultErrorField(result, more[i].field);
		if (text == NULL)
			continue;
		buf_printf(&s->why, " %s", more[i].name);
		put_message(text, &s->why);
	}
	if (g->cancel_sent && text_eq(state, "57014"))
		return SQL_STOPPED;
	return PQstatus(g->conn) == CONNECTION_OK ? SQL_FAILED : SQL_LOST;
}

static void
take_rows(struct sql *s, const PGresult *result)
{
	int columns = PQnfields(result);

	if (!table_is_open(s->table)) {
		table_begin(s->table, (size_t)columns);
		for (int i = 0; i < columns; i++)
			table_name(s->table, PQfname(result, i));
	}
	for (int row = 0; row < PQntuples(result); row++) {
		table_row(s->table);
		for (int i = 0; i < columns; i++)
			table_cell(s->table,
			    PQgetisnull(result, row, i)
				? NULL
				: PQgetvalue(result, row, i),
			    (size_t)PQgetlength(result, row, i));
	}
}

static enum sql_end
take_result(struct sql *s, const PGresult *result)
{
	struct pg *g = s->db;
	int64_t n;

	switch (PQresultStatus(result)) {
	case PGRES_SINGLE_TUPLE:
		take_rows(s, result);
		return SQL_OK;
	case PGRES_TUPLES_OK:
		take_rows(s, result);
		table_end(s->table, &s->out);
		s->affected = table_rows(s->table);
		return SQL_OK;
	case PGRES_COMMAND_OK:
		if (text_int(PQcmdTuples((PGresult *)result), 0, INT64_MAX, &n))
			s->affected = n;
		return SQL_OK;
	case PGRES_COPY_IN:
		(void)PQputCopyEnd(g->conn, "COPY needs a file");
		return SQL_OK; /* the error follows */
	case PGRES_COPY_OUT:
		buf_puts(&s->why,
		    "COPY … TO STDOUT is not supported here: "
		    "write a SELECT, or an sh step that runs psql.");
		return SQL_FAILED;
	default:
		return report_error(s, result);
	}
}

static enum sql_end
pg_run(struct sql *s, const char *text)
{
	struct pg *g = s->db;
	enum sql_end end = SQL_OK, one;
	PGresult *result;
	bool copying;

	g->limit = 0;
	g->cancel_sent = false;
	PQsetnonblocking(g->conn, 1);
	if (!PQsendQueryParams(g->conn, text, 0, NULL, NULL, NULL, NULL, 0)) {
		put_message(PQerrorMessage(g->conn), &s->why);
		return PQstatus(g->conn) == CONNECTION_OK ? SQL_FAILED
							  : SQL_LOST;
	}
	PQsetSingleRowMode(g->conn);
	for (;;) {
		if (!await(s)) {
			message_put(&s->why, "sql_no_stop seconds=%d",
			    SQL_STOP_MS / 1000);
			return SQL_LOST;
		}
		if ((result = PQgetResult(g->conn)) == NULL)
			break;
		one = take_result(s, result);
		copying = PQresultStatus(result) == PGRES_COPY_OUT;
		PQclear(result);
		if (one == SQL_LOST || copying)
			return one;
		end = one != SQL_OK ? one : end;
	}
	return end;
}

static bool
pg_quote(struct sql *s, const char *value, struct buf *out)
{
	struct pg *g = s->db;
	const char *encoding = PQparameterStatus(g->conn, "client_encoding");
	char *text;

	if (!text_eq(encoding, "UTF8") || pg_backslash(s) != g->backslash) {
		message_put(&s->why, "sql_postgresql_encoding");
		return false;
	}
	text = PQescapeLiteral(g->conn, value, strlen(value));
	if (text == NULL) {
		put_message(PQerrorMessage(g->conn), &s->why);
		return false;
	}
	buf_puts(out, text);
	PQfreemem(text);
	return true;
}

static bool
pg_in_transaction(const struct sql *s)
{
	const struct pg *g = s->db;
	PGTransactionStatusType state = PQtransactionStatus(g->conn);

	return state == PQTRANS_INTRANS || state == PQTRANS_INERROR;
}

const struct sql_driver sql_postgresql = {
	STEP_POSTGRESQL,
	"BEGIN",
	5432,
	pg_open,
	pg_close,
	pg_run,
	pg_quote,
	pg_backslash,
	pg_in_transaction,
};
