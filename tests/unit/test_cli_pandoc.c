/*
 * Documents of other formats through the real pandoc: what its filter keeps,
 * what it must not open, and what is refused, for which reason.
 */
#include "data_folder.h"

#include <fcntl.h>

#include "base/buf.h"
#include "cli/pandoc.h"

static struct buf text;
static char *complained;

/* Converts the file of the data folder; `text` and `complained` are what
 * came of it. */
static bool
convert_file(const char *name)
{
	int kept = dup(2),
	    fd = open(data_path("log"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	bool ok;

	setenv("LC_ALL", "C", 1);
	fflush(stderr);
	dup2(fd, 2);
	buf_reset(&text);
	ok = pandoc_read(data_path(name), &text);
	fflush(stderr);
	dup2(kept, 2);
	close(kept);
	close(fd);
	free(complained);
	complained = data_read("log");
	return ok;
}

static bool
convert(const char *name, const char *document)
{
	data_write(name, document);
	return convert_file(name);
}

static void
has(const char *part)
{
	if (strstr(buf_text(&text), part) == NULL)
		fail_msg("not “%s” in: %s", part, buf_text(&text));
}

static void
has_no(const char *part)
{
	if (strstr(buf_text(&text), part) != NULL)
		fail_msg("“%s” in: %s", part, buf_text(&text));
}

static void
refused(const char *name, const char *reason)
{
	assert_false(convert_file(name));
	if (strstr(complained, reason) == NULL)
		fail_msg("not “%s” in: %s", reason, complained);
}

static void
blocks_get_fences_and_comments_between_lists_go(void **state)
{
	(void)state;
	assert_true(convert("a.RST",
	    "T\n=\n\n* one\n\n..\n\n1. two\n\nRun::\n\n  ls -l\n\n"
	    ".. code-block:: bash\n\n  cp a b\n\n"
	    ".. code-block:: html\n\n  <p>\n\n  <!-- -->\n\n  </p>\n"));
	has("```\nls -l\n```");
	has("cp a b\n```");
	has("<p>\n\n<!-- -->\n\n</p>"); /* the document's own */
	assert_null(strstr(strstr(buf_text(&text), "</p>"), "<!-- -->"));
	assert_ptr_equal(strstr(buf_text(&text), "<!-- -->"),
	    strstr(buf_text(&text), "<p>") + strlen("<p>\n\n"));
}

static void
spans_and_tables_leave_no_html(void **state)
{
	(void)state;
	assert_true(convert("b.html",
	    "<p><span class='x'>Stop <a href='y' class='z'>it</a></span></p>"
	    "<table><tr><th>Host</th><th>Do</th></tr><tr><td>a</td>"
	    "<td><ul><li>one</li><li>two</li></ul></td></tr></table>"));
	has("Stop [it](y)");
	has("one; two");
	has_no("<");
}

static void
what_it_does_not_convert_stays_as_text(void **state)
{
	(void)state;
	assert_true(convert("c.wiki", "= T =\n{{Note|careful}}\n"));
	has("```text\n{{Note|careful}}\n```");
	assert_non_null(strstr(complained, "{{Note|careful}}"));
}

/* The sandbox: a document reads no file. */
static void
a_document_opens_no_other_file(void **state)
{
	char document[500];

	(void)state;
	data_write("keys/secret", "the content of a secret");
	snprintf(document, sizeof(document),
	    "T\n=\n\n.. include:: %s\n\n.. literalinclude:: %s\n\nEnd\n",
	    data_path("keys/secret"), data_path("keys/secret"));
	(void)convert("d.rst", document);
	has_no("the content of a secret");
	assert_null(strstr(complained, "the content of a secret"));
	assert_true(strstr(complained, "keys/secret") != NULL);
}

static void
what_cannot_be_read_has_its_reason(void **state)
{
	char *path = strdup(getenv("PATH"));

	(void)state;
	refused("none.rst", "none.rst");
	data_write("e.pdf", "x");
	refused("e.pdf", "no known format");
	data_write("rst", "x"); /* no ending, but a name */
	refused("rst", "no known format");
	assert_int_equal(mkdir(data_path("f.rst"), 0700), 0);
	refused("f.rst", "f.rst");
	assert_int_equal(mkfifo(data_path("g.rst"), 0600), 0);
	refused("g.rst", "g.rst"); /* and does not wait */
	data_write("h.docx", "no archive");
	refused("h.docx", "pandoc cannot read it");
	assert_int_equal(truncate(data_path("h.docx"), 51 << 20), 0);
	refused("h.docx", "50");
	setenv("PATH", "/nowhere", 1);
	data_write("i.rst", "x");
	refused("i.rst", "install the package pandoc");
	setenv("PATH", path, 1);
	free(path);
}

static void
more_markdown_than_a_runbook_has_is_refused(void **state)
{
	struct buf document = { 0 };

	(void)state;
	for (int i = 0; i < 300000; i++)
		buf_puts(&document, "long ");
	data_write("j.html", buf_text(&document));
	refused("j.html", "larger than 1 MB");
	buf_clear(&document);
}

static int
end(void **state)
{
	buf_clear(&text);
	free(complained);
	return data_end(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    blocks_get_fences_and_comments_between_lists_go),
		cmocka_unit_test(spans_and_tables_leave_no_html),
		cmocka_unit_test(what_it_does_not_convert_stays_as_text),
		cmocka_unit_test(a_document_opens_no_other_file),
		cmocka_unit_test(what_cannot_be_read_has_its_reason),
		cmocka_unit_test(more_markdown_than_a_runbook_has_is_refused),
	};

	return cmocka_run_group_tests(tests, data_begin, end);
}
