/*
 * sql_table.c: a result set as a table of text, bounded in every direction.
 *
 * Rows stream by: only the shown ones are stored, so that a SELECT of a whole
 * table costs no memory.  A cell is one line: line breaks and controls are
 * written as escapes, binary data as hex, and long values are cut with an
 * ellipsis.  Regexes see everything: values that are not shown, or changed, are
 * passed to them separately.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "executor/output/output.h"
#include "executor/sql/sql_table.h"

#define HEX_BYTES 32
#define FIRST_MAX (1024 * 1024 + 1) /* more than captures accept */

struct cell {
	char *text;
	int width; /* columns of the screen */
};

struct table {
	struct cell *cells; /* the names, then the rows */
	size_t count;
	size_t cap;
	size_t columns; /* of the result set */
	size_t column;  /* next column */
	int64_t rows;
	bool open;
	bool has_first;
	struct buf first;
	const struct mask *mask;
	struct output *output; /* NULL: no result is saved */
};

struct table *
table_new(const struct mask *mask)
{
	struct table *t = mem_calloc(1, sizeof(*t));

	t->mask = mask;
	return t;
}

static void
drop_cells(struct table *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->cells[i].text);
	t->count = 0;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	drop_cells(t);
	free(t->cells);
	buf_clear(&t->first);
	free(t);
}

static size_t
shown(const struct table *t)
{
	return t->columns < TABLE_COLUMNS ? t->columns : TABLE_COLUMNS;
}

/* Width of a character on the screen: 2 for East Asian ones. */
static int
width_of(uint32_t cp)
{
	static const struct {
		uint32_t from, to;
	} wide[] = {
		{ 0x1100, 0x115f },
		{ 0x2e80, 0x303e },
		{ 0x3041, 0xa4cf },
		{ 0xac00, 0xd7a3 },
		{ 0xf900, 0xfaff },
		{ 0xfe30, 0xfe6f },
		{ 0xff00, 0xff60 },
		{ 0xffe0, 0xffe6 },
		{ 0x1f300, 0x1faff },
		{ 0x20000, 0x3fffd },
	};

	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (cp >= wide[i].from && cp <= wide[i].to)
			return 2;
	return 1;
}

static void
put_hex(const char *data, size_t len, struct buf *out)
{
	buf_puts(out, "0x");
	for (size_t i = 0; i < len && i < HEX_BYTES; i++)
		buf_printf(out, "%02X", (unsigned char)data[i]);
	if (len > HEX_BYTES)
		buf_printf(out, "… (%zu bytes)", len);
}

/* Formats one character; returns its width. */
static int
put_character(const char *s, size_t n, uint32_t cp, struct buf *out)
{
	size_t before = out->len;

	if (cp == '\n')
		buf_puts(out, "\\n");
	else if (cp == '\r')
		buf_puts(out, "\\r");
	else if (cp == '\t')
		buf_puts(out, "\\t");
	else if (cp < ' ' || (cp >= 0x7f && cp < 0xa0) || text_is_deceptive(cp))
		buf_printf(out, "\\u%04X", (unsigned)cp);
	else {
		buf_put(out, s, n);
		return width_of(cp);
	}
	return (int)(out->len - before);
}

/* *ret_cut: the cell does not have the whole value unchanged. */
static struct cell
make_cell(const char *data, size_t len, bool *ret_cut)
{
	struct buf out = { 0 };
	struct cell cell = { 0 };
	uint32_t cp;
	size_t n;

	if (data == NULL) {
		buf_puts(&out, "NULL");
	} else if (!text_is_utf8(data, len)) {
		put_hex(data, len, &out);
		*ret_cut = true;
		data = NULL;
	}
	if (data == NULL)
		cell.width = (int)strlen(out.data) - (len > HEX_BYTES ? 2 : 0);
	for (size_t i = 0; data != NULL && i < len; i += n) {
		if (cell.width >= TABLE_CELL) {
			buf_puts(&out, "…");
			*ret_cut = true;
			cell.width++;
			break;
		}
		n = text_utf8_next(data + i, len - i, &cp);
		cell.width += put_character(data + i, n, cp, &out);
	}
	cell.text = out.data != NULL ? buf_take(&out) : mem_strdup("");
	return cell;
}

/* A value that is not shown, or not completely. */
static void
evaluate_cell(struct table *t, const char *data, size_t len)
{
	struct evaluate *e = t->output != NULL ? t->output->evaluate : NULL;
	bool line_ends = t->column + 1 == t->columns ||
	    (t->rows <= TABLE_ROWS && t->column < shown(t));

	if (e == NULL)
		return;
	evaluate_unshown(
	    e, data != NULL ? data : "NULL", data != NULL ? len : 4);
	evaluate_unshown(e, line_ends ? "\n" : " | ", line_ends ? 1 : 3);
}

/* True if the cell does not have the whole value. */
static bool
add_cell(struct table *t, const char *data, size_t len)
{
	bool cut = false;
	struct buf masked = { 0 };
	struct cell *slot;

	if (data != NULL) /* before it is cut */
		mask_text(t->mask, data, len, &masked);
	slot = mem_grow(&t->cells, &t->cap, t->count, sizeof(*slot));
	*slot = make_cell(
	    data != NULL ? buf_text(&masked) : NULL, masked.len, &cut);
	t->count++;
	buf_clear(&masked);
	return cut;
}

void
table_save(struct table *t, struct output *o)
{
	output_save_begin(o);
	t->output = o;
}

/* One field of CSV, in quotes unless it is NULL. */
static void
save_field(struct table *t, const char *data, size_t len)
{
	size_t n;

	if (t->output == NULL || t->output->artifact == NULL)
		return;
	if (t->column > 0)
		output_save(t->output, ",", 1);
	if (data != NULL)
		output_save(t->output, "\"", 1);
	for (; data != NULL && len > 0; data += n, len -= n) {
		const char *quote = memchr(data, '"', len);

		n = quote != NULL ? (size_t)(quote - data) + 1 : len;
		output_save(t->output, data, n);
		if (quote != NULL)
			output_save(t->output, "\"", 1);
	}
	if (data != NULL)
		output_save(t->output, "\"", 1);
	if (t->column + 1 == t->columns)
		output_save(t->output, "\r\n", 2);
}

void
table_begin(struct table *t, size_t columns)
{
	if (t->output != NULL)
		output_save_begin(t->output);
	drop_cells(t);
	buf_reset(&t->first);
	t->has_first = false;
	t->columns = columns;
	t->column = 0;
	t->rows = 0;
	t->open = true;
}

void
table_name(struct table *t, const char *name)
{
	save_field(t, name, strlen(name));
	if (t->column++ < shown(t))
		(void)add_cell(t, name, strlen(name));
}

void
table_row(struct table *t)
{
	t->rows++;
	t->column = 0;
}

void
table_cell(struct table *t, const char *data, size_t len)
{
	if (t->rows == 1 && t->column == 0 && data != NULL) {
		buf_put(&t->first, data, len < FIRST_MAX ? len : FIRST_MAX);
		t->has_first = true;
	}
	save_field(t, data, len);
	if (t->column >= shown(t) || t->rows > TABLE_ROWS ||
	    add_cell(t, data, len))
		evaluate_cell(t, data, len);
	t->column++;
}

int64_t
table_rows(const struct table *t)
{
	return t->rows;
}

bool
table_is_open(const struct table *t)
{
	return t->open;
}

static void
put_line(const struct table *t, size_t from, const int *widths, struct buf *out)
{
	for (size_t i = 0; i < shown(t); i++) {
		const struct cell *c = &t->cells[from + i];

		buf_printf(out, "%s %s", i > 0 ? " |" : "", c->text);
		if (i + 1 < shown(t))
			buf_printf(out, "%*s", widths[i] - c->width, "");
	}
	buf_putc(out, '\n');
}

static void
put_rule(const struct table *t, const int *widths, struct buf *out)
{
	for (size_t i = 0; i < shown(t); i++) {
		if (i > 0)
			buf_putc(out, '+');
		for (int n = -2; n < widths[i]; n++)
			buf_putc(out, '-');
	}
	buf_putc(out, '\n');
}

static void
put_rest(const struct table *t, struct buf *out)
{
	if (t->rows > TABLE_ROWS)
		buf_printf(out, " (and %lld more rows)\n",
		    (long long)(t->rows - TABLE_ROWS));
	if (t->columns > TABLE_COLUMNS)
		buf_printf(out, " (and %zu more columns)\n",
		    t->columns - TABLE_COLUMNS);
}

void
table_end(struct table *t, struct buf *out)
{
	int widths[TABLE_COLUMNS] = { 0 };
	size_t n = shown(t);

	if (!t->open)
		return;
	for (size_t i = 0; i < t->count; i++)
		if (t->cells[i].width > widths[i % n])
			widths[i % n] = t->cells[i].width;
	for (size_t from = 0; n > 0 && from + n <= t->count; from += n) {
		put_line(t, from, widths, out);
		if (from == 0)
			put_rule(t, widths, out);
	}
	put_rest(t, out);
	t->open = false;
}

const struct buf *
table_first(const struct table *t)
{
	return t->has_first ? &t->first : NULL;
}
