/*
 * compare.c: same-as=, compares the output with that of an earlier step.
 *
 * Both were saved byte for byte.  If both are JSON, white space and the order
 * of members do not count (canonical.c).  With parts, or unordered, both have
 * to be JSON, and only these parts are compared (parts.c).  Differences are
 * shown line by line, of JSON in its canonical form, and redacted like all
 * output.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "executor/output/canonical.h"
#include "executor/actions/diff.h"
#include "executor/output/artifact_input.h"
#include "executor/output/compare.h"
#include "executor/output/parts.h"
#include "wire/exec.h"

#define SHOWN_MAX (2 * 1024 * 1024) /* limit of a comparison by lines */

struct pair {
	struct job *job;
	struct buf was; /* of the other step */
	struct buf is;
	bool open_line; /* it does not end with a line break */
	struct buf *why;
};

static bool
read_both(struct pair *p, const char *what)
{
	const struct job_spec *o = p->job->spec;
	const struct job_artifact *theirs = artifact_input_find(o->same,
	    o->compare_count, NULL, p->job->target->name, what, p->why);
	int fd = theirs != NULL ? artifact_input_open(theirs, what, p->why)
				: -1;

	if (fd < 0)
		return false;
	if (io_read_all(fd, EXEC_ARTIFACT_LIMIT, &p->was) == ERR_OK &&
	    artifact_read(p->job->output->artifact, &p->is) == ERR_OK)
		return true;
	message_put(p->why, "compare_unreadable step=%s", o->step.same_as);
	return false;
}

static bool
is_equal(const struct buf *a, const struct buf *b)
{
	return a->len == b->len &&
	    memcmp(buf_text(a), buf_text(b), a->len) == 0;
}

/* Replaces both by their canonical JSON; false: one is not JSON. */
static bool
both_json(struct pair *p)
{
	struct buf was = { 0 }, is = { 0 };
	bool both = canonical_json(
			buf_text(&p->was), p->was.len, false, &was) &&
	    canonical_json(buf_text(&p->is), p->is.len, false, &is);

	if (both) {
		buf_clear(&p->was);
		buf_clear(&p->is);
		p->was = was;
		p->is = is;
	} else {
		buf_clear(&was);
		buf_clear(&is);
	}
	return both;
}

static void
show(struct pair *p, const char *text, size_t len)
{
	struct output *o = p->job->output;

	output_pause(o);
	if (p->open_line)
		output_show(o, "\n", 1);
	output_show(o, text, len);
	output_pause(o);
}

/*
 * The position of the first difference, if the data is binary or too long to be
 * shown.
 */
static void
report_place(struct pair *p)
{
	size_t n = p->was.len < p->is.len ? p->was.len : p->is.len, i = 0;

	while (i < n && p->was.data[i] == p->is.data[i])
		i++;
	message_put(p->why, "compare_bytes step=%s is=%zu was=%zu at=%zu",
	    p->job->spec->step.same_as, p->is.len, p->was.len, i + 1);
}

static bool
can_be_shown(const struct buf *text)
{
	return text->len <= SHOWN_MAX &&
	    text_is_utf8(buf_text(text), text->len);
}

static void
report_difference(struct pair *p)
{
	const char *id = p->job->spec->step.same_as;
	char *was, *is;
	struct diff_count differ;
	struct buf out = { 0 };

	if (!can_be_shown(&p->was) || !can_be_shown(&p->is)) {
		report_place(p);
		return;
	}
	was = mem_printf("the output of %s", id);
	is = mem_printf("the output of %s", p->job->spec->step.id);
	differ = diff_texts(&p->was, &p->is, was, is, &out);
	show(p, buf_text(&out), out.len);
	message_put(p->why, "compare_lines step=%s gone=%zu added=%zu", id,
	    differ.gone, differ.added);
	buf_clear(&out);
	free(was);
	free(is);
}

/* Replaces the output of a step by the canonical JSON of the parts. */
static bool
choose_parts(
    struct pair *p, const char *id, struct buf *text, size_t *ret_values)
{
	static const char *const whole[] = { "" };
	const struct step *s = &p->job->spec->step;
	struct parts parts = { id, s->same_parts, s->same_parts_count };
	struct buf chosen = { 0 }, canonical = { 0 };
	bool ok;

	if (parts.count == 0)
		parts = (struct parts){ id, whole, 1 };
	ok = parts_choose(&parts, text, &chosen, ret_values, p->why);
	if (ok &&
	    !(ok = canonical_json(
		  buf_text(&chosen), chosen.len, s->unordered, &canonical)))
		message_put(p->why, "compare_no_json step=%s", id);
	buf_clear(&chosen);
	buf_clear(text);
	*text = canonical;
	return ok;
}

/* ", of /items[]/id /items[]/name, in any order" */
static void
put_what(const struct step *s, struct buf *out)
{
	for (size_t i = 0; i < s->same_parts_count; i++)
		buf_printf(
		    out, "%s%s", i == 0 ? ", of " : " ", s->same_parts[i]);
	buf_puts(out, s->unordered ? ", in any order" : "");
}

static bool
compare_parts(struct pair *p)
{
	const struct step *s = &p->job->spec->step;
	size_t was, is;
	struct buf line = { 0 };
	bool ok;

	p->open_line = p->is.len > 0 && p->is.data[p->is.len - 1] != '\n';
	ok = choose_parts(p, s->same_as, &p->was, &was);
	if (!choose_parts(p, s->id, &p->is, &is) || !ok)
		return false;
	if (!is_equal(&p->was, &p->is)) {
		report_difference(p);
		return false;
	}
	buf_printf(&line, "(the same as the output of %s", s->same_as);
	put_what(s, &line);
	buf_printf(&line, "; values compared: %zu)\n", is);
	show(p, buf_text(&line), line.len);
	buf_clear(&line);
	return true;
}

static bool
compare(struct pair *p)
{
	static const char same[] = "(as JSON the same as before: only white "
				   "space or the order of members differs)\n";

	if (is_equal(&p->was, &p->is))
		return true;
	p->open_line = p->is.len > 0 && p->is.data[p->is.len - 1] != '\n';
	if (both_json(p) && is_equal(&p->was, &p->is)) {
		show(p, same, strlen(same));
		return true;
	}
	report_difference(p);
	return false;
}

bool
compare_check(struct job *job, struct buf *why)
{
	const struct job_spec *o = job->spec;
	struct pair p = { .job = job, .why = why };
	char *what = mem_printf(
	    "The output of step %s (same-as)", o->step.same_as);
	bool parts = o->step.same_parts_count > 0 || o->step.unordered;
	bool same = read_both(&p, what) &&
	    (parts ? compare_parts(&p) : compare(&p));

	buf_clear(&p.was);
	buf_clear(&p.is);
	free(what);
	return same;
}
