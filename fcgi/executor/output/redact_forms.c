/*
 * redact_forms.c: encoded forms of a secret.
 *
 * A server quotes a statement as our driver wrote it, Python prints the repr of
 * a dictionary, an error page escapes it for HTML, a log is JSON with the
 * quoted statement in it.  Each of these is a function of the secret; of
 * combinations of two, only the usual pairs are made.  For a text without
 * special characters nearly all forms equal the text itself, and are left out.
 */
#include <stdbool.h>
#include <string.h>

#include "base/encode.h"
#include "executor/output/redact_forms.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

struct forms {
	void (*add)(void *ctx, const char *form, size_t len);
	void *ctx;
	struct buf form;
};

/* Adds the content of the buffer, and empties it. */
static void
take(struct forms *f)
{
	f->add(f->ctx, buf_text(&f->form), f->form.len);
	buf_reset(&f->form);
}

/* The lines that base64 of a long secret is wrapped into, by 64 and by 76. */
static void
add_base64_lines(struct forms *f)
{
	const struct buf *b = &f->form;

	for (size_t width = 64; width <= 76; width += 12)
		for (size_t i = 0; b->len > width && i < b->len; i += width)
			f->add(f->ctx, b->data + i,
			    b->len - i < width ? b->len - i : width);
}

/*
 * At each alignment inside other data, and alone with and without padding; in
 * both alphabets.
 */
static void
add_base64(struct forms *f, const char *s, size_t len)
{
	struct buf *b = &f->form;

	for (size_t before = 0; before < 5; before++) {
		if (before < 3)
			encode_base64_inside(s, len, before, b);
		else
			encode_base64(s, len, b);
		if (before == 3)
			add_base64_lines(f);
		while (before == 4 && b->data[b->len - 1] == '=')
			b->len--;
		f->add(f->ctx, buf_text(b), b->len);
		for (size_t i = 0; i < b->len; i++) {
			if (b->data[i] == '+')
				b->data[i] = '-';
			else if (b->data[i] == '/')
				b->data[i] = '_';
		}
		take(f);
	}
}

/*
 * As written by RFC 3986, Python's quote, JavaScript's encodeURIComponent and
 * encodeURI, HTML's forms and Java.
 */
static void
add_url(struct forms *f, const char *s, size_t len)
{
	static const char *unescaped[] = { "-._~", "-._~/", "-._~!'()*",
		"-._~!'()*;,/?:@&=+$#", "-._*", "-._" };

	for (size_t i = 0; i < LENGTH(unescaped) * 4; i++) {
		encode_url_as(s, len, unescaped[i / 4], i & 1, i & 2, &f->form);
		take(f);
	}
}

/* HTML and XML, as their libraries escape it. */
static void
add_markup(struct forms *f, const char *s, size_t len)
{
	static const char *const apostrophes[] = { "'", "&#39;", "&#039;",
		"&#x27;", "&apos;" };
	static const char *const quotes[] = { "\"", "&quot;", "&#34;" };
	const char *as[7] = { "&gt;", NULL, NULL, "&#x2F;", "&#x60;", "&#x3D;",
		"&#43;" };

	for (size_t i = 0; i < LENGTH(apostrophes) * LENGTH(quotes); i++) {
		as[1] = apostrophes[i % LENGTH(apostrophes)];
		as[2] = quotes[i / LENGTH(apostrophes)];
		encode_html_as(s, len, ">'\"", as, false, &f->form);
		take(f);
		encode_html_as(s, len, ">'\"", as, true, &f->form);
		take(f);
		as[0] = ">";
		encode_html_as(s, len, ">'\"", as, false, &f->form);
		take(f);
		as[0] = "&gt;";
	}
	as[1] = "&#39;";
	as[2] = "&quot;";
	encode_html_as(s, len, ">'\"/`=", as, false, &f->form);
	take(f);
	as[2] = "&#34;";
	as[3] = "&#43;";
	encode_html_as(s, len, ">'\"+", as, false, &f->form);
	take(f);
}

/* As programming languages and shells quote it. */
static void
add_literals(struct forms *f, const char *s, size_t len)
{
	static const char *const sets[] = { "\\", "\\'", "\\\"", "\\'\"",
		"\\\"$`", "\\\"#" };
	static const unsigned hows[] = { 0, ENCODE_CONTROLS, ENCODE_MYSQL,
		ENCODE_CONTROLS | ENCODE_BYTES, ENCODE_CONTROLS | ENCODE_OCTAL,
		ENCODE_CONTROLS | ENCODE_POINTS };

	for (size_t i = 0; i < LENGTH(sets) * LENGTH(hows); i++) {
		encode_escaped(s, len, sets[i / LENGTH(hows)],
		    hows[i % LENGTH(hows)], &f->form);
		take(f);
	}
	for (unsigned how = 0; how < ENCODE__ALL; how++) {
		encode_json_as(s, len, how, &f->form);
		take(f);
	}
}

/* Without the outer quotes, which may be missing. */
static void
take_quoted(struct forms *f)
{
	f->form.len--;
	buf_consume(&f->form, 1);
	take(f);
}

static void
add_shell(struct forms *f, const char *s, size_t len)
{
	encode_shell(s, len, &f->form);
	take_quoted(f);
	encode_shell_double(s, len, &f->form);
	take_quoted(f);
	encode_shell_backslash(s, len, &f->form);
	take(f);
}

/* As databases (with our drivers, too), shells and languages quote a value. */
static void
quote(const char *s, size_t len, size_t how, struct buf *out)
{
	static const char *const doubled[] = { "'", "\"", "'\\", "\\" };

	if (how < LENGTH(doubled)) {
		encode_doubled(s, len, doubled[how], out);
	} else if (how == 4) {
		encode_escaped(s, len, "\\'\"", ENCODE_MYSQL, out);
	} else if (how == 5) {
		encode_escaped(s, len, "\\'", ENCODE_CONTROLS, out);
	} else if (how == 6) {
		encode_json(s, len, out);
	} else {
		encode_shell(s, len, out);
		out->len--; /* the quotes may be missing */
		buf_consume(out, 1);
	}
}

/* Quoted, and the result again in a literal or in markup. */
static void
add_quoted(struct forms *f, const char *s, size_t len)
{
	struct buf inner = { 0 };

	for (size_t how = 0; how < 8; how++) {
		buf_reset(&inner);
		quote(s, len, how, &inner);
		f->add(f->ctx, buf_text(&inner), inner.len);
		add_literals(f, buf_text(&inner), inner.len);
		add_markup(f, buf_text(&inner), inner.len);
	}
	buf_clear(&inner);
}

/* True if quoting changes the text. */
static bool
is_special(const char *s, size_t len, const char *set)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] < ' ' || (s[i] & 0x80) ||
		    strchr(set, s[i]) != NULL)
			return true;
	return false;
}

void
mask_few_forms(const char *s, size_t len,
    void (*add)(void *ctx, const char *form, size_t len), void *ctx)
{
	struct forms f = { .add = add, .ctx = ctx };

	add_base64(&f, s, len);
	for (int i = 0; i < 2; i++) {
		encode_hex(s, len, i, &f.form);
		take(&f);
	}
	encode_json(s, len, &f.form);
	take(&f);
	buf_clear(&f.form);
}

void
mask_forms(const char *s, size_t len,
    void (*add)(void *ctx, const char *form, size_t len), void *ctx)
{
	struct forms f = { .add = add, .ctx = ctx };

	add_base64(&f, s, len);
	add_url(&f, s, len);
	for (int i = 0; i < 2; i++) {
		encode_hex(s, len, i, &f.form);
		take(&f);
	}
	add_shell(&f, s, len);
	if (is_special(s, len, "'\"\\`&<>$#/=+")) {
		add_literals(&f, s, len);
		add_markup(&f, s, len);
	}
	if (is_special(s, len, "'\"\\`&<>$"))
		add_quoted(&f, s, len);
	buf_clear(&f.form);
}
