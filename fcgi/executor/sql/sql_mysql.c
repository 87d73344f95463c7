/*
 * sql_mysql.c: MariaDB and MySQL, by MariaDB's client library.
 *
 * Its non-blocking calls let us wait for the server in the event loop, so that
 * a stop is noticed, output flushed and silence reported meanwhile; a thread
 * would work as well but add a thread.  KILL QUERY on a second connection ends
 * a statement: only the server's answer to the statement shows its result.
 *
 * A hostile server may request local files from the client: that is disabled.
 * Several statements in one text are disabled too, so that no value can begin
 * another.
 */
#include <mariadb/errmsg.h>
#include <mariadb/mysql.h>
#include <mariadb/mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/message.h"
#include "executor/sql/sql_driver.h"

#define CHARSET "utf8mb4"
#define KILL_SECONDS 5
#define CONNECTION_KILLED 1927 /* MariaDB's error code */

struct my {
	MYSQL *mysql;
	bool connected;
	bool cancel_sent; /* KILL QUERY was sent */
	bool given_up;    /* no answer to that */
	bool backslash;   /* setting when the text was split */
	int64_t limit;    /* of the present wait, or 0 */
};

static void
set_options(const struct sql *s, MYSQL *mysql, unsigned seconds)
{
	const unsigned off = 0;
	const unsigned protocol = sql_local_host(s) != NULL
	    ? MYSQL_PROTOCOL_TCP
	    : MYSQL_PROTOCOL_SOCKET;
	const my_bool verify = 1;

	mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &seconds);
	mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &off);
	mysql_options(mysql, MYSQL_OPT_PROTOCOL, &protocol);
	mysql_options(mysql, MYSQL_SET_CHARSET_NAME, CHARSET);
	mysql_options4(
	    mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "countersign");
	if (sql_key(s, "ca") != NULL) {
		mysql_ssl_set(mysql, NULL, NULL, sql_key(s, "ca"), NULL, NULL);
		mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &verify);
		mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
	}
}

/* Asks the server to end the statement. */
static void
ask_to_end(struct sql *s)
{
	struct my *m = s->db;
	MYSQL *other = mysql_init(NULL);
	const unsigned seconds = KILL_SECONDS;
	char text[64];

	if (other == NULL)
		return;
	set_options(s, other, KILL_SECONDS);
	mysql_options(other, MYSQL_OPT_READ_TIMEOUT, &seconds);
	mysql_options(other, MYSQL_OPT_WRITE_TIMEOUT, &seconds);
	snprintf(
	    text, sizeof(text), "KILL QUERY %lu", mysql_thread_id(m->mysql));
	if (mysql_real_connect(other, sql_local_host(s), sql_key(s, "user"),
		sql_key(s, "password"), NULL, (unsigned)sql_local_port(s),
		sql_key(s, "socket"), 0) != NULL)
		(void)mysql_query(other, text);
	mysql_close(other);
}

/* False: the wait is over without an answer. */
static bool
await(struct sql *s, int *status)
{
	struct my *m = s->db;
	short events = (short)((*status & MYSQL_WAIT_READ ? POLLIN : 0) |
		  (*status & MYSQL_WAIT_WRITE ? POLLOUT : 0) |
		  (*status & MYSQL_WAIT_EXCEPT ? POLLPRI : 0)),
	      got = 0;
	int64_t timeout = *status & MYSQL_WAIT_TIMEOUT
	    ? clock_monotonic() + mysql_get_timeout_value_ms(m->mysql)
	    : 0;

	while (got == 0) {
		int64_t until = timeout, now;

		if (m->limit > 0 && (until == 0 || m->limit < until))
			until = m->limit;
		got = sql_wait(s, mysql_get_socket(m->mysql), events, until);
		now = clock_monotonic();
		if (got == 0 && s->job->stop != STOP_NONE && !m->cancel_sent) {
			m->cancel_sent = true;
			if (!m->connected)
				return false;
			ask_to_end(s);
			m->limit = clock_monotonic() + SQL_STOP_MS;
		} else if (got == 0 && m->limit > 0 && now >= m->limit) {
			m->given_up = true;
			return false;
		} else if (got == 0 && timeout > 0 && now >= timeout) {
			*status = MYSQL_WAIT_TIMEOUT;
			return true;
		}
	}
	*status = (got & (POLLIN | POLLHUP | POLLERR) ? MYSQL_WAIT_READ : 0) |
	    (got & POLLOUT ? MYSQL_WAIT_WRITE : 0) |
	    (got & POLLPRI ? MYSQL_WAIT_EXCEPT : 0);
	return true;
}

static void
report_no_login(struct sql *s)
{
	struct my *m = s->db;
	unsigned code = mysql_errno(m->mysql);
	const char *host = sql_key(s, "host"), *user = sql_key(s, "user");
	const char *text = mysql_error(m->mysql);

	if (code == ER_BAD_DB_ERROR)
		s->job->absent = SQL_ABSENT;
	else if (code == ER_DBACCESS_DENIED_ERROR)
		s->job->absent = SQL_NO_RIGHTS;
	if (code == ER_ACCESS_DENIED_ERROR)
		message_put(&s->why,
		    "sql_login_refused user=%s reason=%s code=%u target=%s",
		    user != NULL ? user : MESSAGE("sql_its_user"), text, code,
		    s->target->name);
	else if (host != NULL)
		message_put(&s->why,
		    "sql_unusable host=%s port=%d reason=%s code=%u target=%s",
		    host, sql_port(s), text, code, s->target->name);
	else
		message_put(&s->why,
		    "sql_unusable_socket socket=%s reason=%s code=%u target=%s",
		    sql_key(s, "socket"), text, code, s->target->name);
}

static bool
my_backslash(const struct sql *s)
{
	const struct my *m = s->db;

	return !(m->mysql->server_status & SERVER_STATUS_NO_BACKSLASH_ESCAPES);
}

static enum sql_end
my_open(struct sql *s)
{
	struct my *m = mem_calloc(1, sizeof(*m));
	MYSQL *ret = NULL;
	int status;

	s->db = m;
	if ((m->mysql = mysql_init(NULL)) == NULL) {
		message_put(&s->why, "sql_library");
		return SQL_FAILED;
	}
	mysql_options(m->mysql, MYSQL_OPT_NONBLOCK, 0);
	set_options(s, m->mysql, SQL_CONNECT_MS / 1000);
	m->limit = clock_monotonic() + SQL_CONNECT_MS + 1000;
	for (status = mysql_real_connect_start(&ret, m->mysql,
		 sql_local_host(s), sql_key(s, "user"), sql_key(s, "password"),
		 sql_key(s, "database"), (unsigned)sql_local_port(s),
		 sql_key(s, "socket"), CLIENT_MULTI_RESULTS);
	     status != 0;
	     status = mysql_real_connect_cont(&ret, m->mysql, status)) {
		if (await(s, &status))
			continue;
		if (!m->given_up)
			return SQL_STOPPED;
		message_put(&s->why, "sql_no_answer target=%s seconds=%d",
		    s->target->name, SQL_CONNECT_MS / 1000);
		return SQL_LOST;
	}
	if (ret == NULL) {
		report_no_login(s);
		return SQL_FAILED;
	}
	sql_tune(mysql_get_socket(m->mysql));
	m->connected = true;
	m->backslash = my_backslash(s);
	return SQL_OK;
}

static void
my_close(struct sql *s)
{
	struct my *m = s->db;

	if (m != NULL && m->mysql != NULL)
		mysql_close(m->mysql);
	free(m);
	s->db = NULL;
}

static enum sql_end
no_answer(struct sql *s)
{
	message_put(&s->why, "sql_no_stop seconds=%d", SQL_STOP_MS / 1000);
	return SQL_LOST;
}

/* Maps the library's error. */
static enum sql_end
my_error(struct sql *s)
{
	struct my *m = s->db;
	unsigned code = mysql_errno(m->mysql);

	buf_printf(&s->why, "%s (%u, %s)", mysql_error(m->mysql), code,
	    mysql_sqlstate(m->mysql));
	if (code == ER_QUERY_INTERRUPTED && m->cancel_sent)
		return SQL_STOPPED;
	if (code == CONNECTION_KILLED || code == ER_SERVER_SHUTDOWN ||
	    (code >= CR_MIN_ERROR && code <= CR_MAX_ERROR) || code >= 5000)
		return SQL_LOST;
	return SQL_FAILED;
}

static enum sql_end
take_rows(struct sql *s, MYSQL_RES *result)
{
	struct my *m = s->db;
	unsigned n = mysql_num_fields(result);
	const MYSQL_FIELD *fields = mysql_fetch_fields(result);
	const unsigned long *lengths;
	MYSQL_ROW row;
	int status;

	table_begin(s->table, n);
	for (unsigned i = 0; i < n; i++)
		table_name(s->table, fields[i].name);
	for (;;) {
		for (status = mysql_fetch_row_start(&row, result); status != 0;
		     status = mysql_fetch_row_cont(&row, result, status))
			if (!await(s, &status))
				return no_answer(s);
		if (row == NULL)
			break;
		lengths = mysql_fetch_lengths(result);
		table_row(s->table);
		for (unsigned i = 0; i < n; i++)
			table_cell(s->table, row[i], lengths[i]);
	}
	table_end(s->table, &s->out);
	return mysql_errno(m->mysql) == 0 ? SQL_OK : my_error(s);
}

static enum sql_end
take_result(struct sql *s)
{
	struct my *m = s->db;
	MYSQL_RES *result = mysql_use_result(m->mysql);
	enum sql_end end;

	if (result == NULL && mysql_field_count(m->mysql) > 0)
		return my_error(s);
	if (result == NULL) {
		s->affected = (int64_t)mysql_affected_rows(m->mysql);
		return SQL_OK;
	}
	end = take_rows(s, result);
	s->affected = table_rows(s->table);
	if (!((struct my *)s->db)->given_up)
		mysql_free_result(result);
	return end;
}

/* Sends the statement and reads all its results. */
static enum sql_end
converse(struct sql *s, const char *text)
{
	struct my *m = s->db;
	enum sql_end end = SQL_OK;
	int status, rc = 0;

	for (status = mysql_real_query_start(&rc, m->mysql, text, strlen(text));
	     status != 0; status = mysql_real_query_cont(&rc, m->mysql, status))
		if (!await(s, &status))
			return no_answer(s);
	while (rc == 0 && end == SQL_OK) {
		end = take_result(s);
		if (end != SQL_OK || !mysql_more_results(m->mysql))
			return end;
		for (status = mysql_next_result_start(&rc, m->mysql);
		     status != 0;
		     status = mysql_next_result_cont(&rc, m->mysql, status))
			if (!await(s, &status))
				return no_answer(s);
	}
	return my_error(s);
}

static enum sql_end
my_run(struct sql *s, const char *text)
{
	struct my *m = s->db;
	unsigned warnings;
	int64_t affected;
	enum sql_end end;

	m->limit = 0;
	m->cancel_sent = false;
	end = converse(s, text);
	warnings = mysql_warning_count(m->mysql);
	affected = s->affected;
	if (end == SQL_OK && warnings > 0 && s->job->stop == STOP_NONE) {
		struct table *own = s->table;

		s->table = table_new(s->job->output->redact);
		end = converse(s, "SHOW WARNINGS LIMIT 10");
		table_free(s->table);
		s->table = own;
		s->affected = affected;
	}
	s->warnings = warnings;
	return end;
}

/*
 * The literal is valid for the mode that the text was split with, and for the
 * character set that the library knows of; a statement may change both.
 */
static bool
my_quote(struct sql *s, const char *value, struct buf *out)
{
	struct my *m = s->db;
	size_t len = strlen(value);
	unsigned long n;
	char *room;

	if (strcmp(mysql_character_set_name(m->mysql), CHARSET) != 0 ||
	    my_backslash(s) != m->backslash) {
		message_put(&s->why, "sql_mysql_charset");
		return false;
	}
	buf_putc(out, '\'');
	room = buf_reserve(out, 2 * len + 1);
	n = mysql_real_escape_string(m->mysql, room, value, len);
	out->len += n;
	buf_putc(out, '\'');
	return true;
}

static bool
my_in_transaction(const struct sql *s)
{
	const struct my *m = s->db;

	return m->mysql->server_status & SERVER_STATUS_IN_TRANS;
}

const struct sql_driver sql_mysql = {
	STEP_MYSQL,
	"START TRANSACTION",
	3306,
	my_open,
	my_close,
	my_run,
	my_quote,
	my_backslash,
	my_in_transaction,
};
