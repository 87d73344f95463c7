/*
 * parts_maybe.c: commands of a block that are not always executed.
 *
 * “# 如果使用 SQLite，也备份”, “# or”, “# Ubuntu” and “# CentOS” in a block say
 * that what stands below is for some readers.  It becomes a step of its own, if
 * no command needs a folder or value of the one before; folders and values that
 * the block begins with are repeated.  Otherwise the block is one step, and
 * listed.
 */
#include <string.h>
#include <strings.h>

#include "import/choice/alternatives.h"
#include "import/block/parts.h"
#include "import/block/parts_maybe.h"
#include "import/block/parts_own.h"
#include "import/choice/conditions.h"
#include "import/choice/options.h"
#include "base/text.h"

/* Lines at the beginning that all parts need: they enter a folder or set
 * something. */
static int
count_prelude(const struct reading *r)
{
	int prelude = 0;

	for (int i = 0; i < r->count; i++) {
		const struct line *l = &r->lines[i];

		if (l->len == 0 || part_is_comment(l))
			continue;
		if (!l->command || (!text_starts(l->s, "cd ") && !part_sets(l)))
			break;
		prelude = i + 1;
	}
	return prelude;
}

/* A command needs no folder and no value of one before, behind the prelude. */
static bool
is_separable(const struct reading *r, int prelude)
{
	for (int i = prelude; i < r->count; i++)
		if (r->lines[i].command &&
		    (part_sets(&r->lines[i]) ||
			text_starts(r->lines[i].s, "cd ")))
			return false;
	return !r->joined && r->shape->parts_count == 1;
}

/* A command stands directly behind the comments from line i on. */
static bool
leads_to_command(const struct reading *r, int i)
{
	while (i < r->count && part_is_comment(&r->lines[i]))
		i++;
	return i < r->count && r->lines[i].command;
}

/* “# 如果使用 SQLite，也备份”, “# or” */
static bool
is_maybe(const char *comment)
{
	static const char *const or [] = { "或", "or ", "alternatively", NULL };

	for (size_t i = 0; or [i] != NULL; i++)
		if (strncasecmp(comment, or [i], strlen(or [i])) == 0)
			return true;
	return alternatives_parts(comment, strlen(comment)) ||
	    condition_is(comment);
}

/* The ways that the comments of the block choose among, “# Ubuntu”, “# CentOS”,
 * by their lines; none, if they are not two or more. */
static void
find_ways(const struct reading *r, int from, const char **ret_ways)
{
	int family = -1;
	uint64_t before = 0;
	size_t count = 0;
	struct option way;

	for (int i = from; i < r->count; i++) {
		if (!part_is_comment(&r->lines[i]) || !leads_to_command(r, i) ||
		    !options_read(part_comment(r, i), &way) || !way.chosen)
			continue;
		if ((family >= 0 && way.family != family) ||
		    (before & way.words) != 0 || count == CHOICES_MAX) {
			count = 0;
			break;
		}
		family = way.family;
		before |= way.words;
		ret_ways[i] = options_name(r->im, &way);
		count++;
	}
	if (count < 2)
		memset(ret_ways, 0, (size_t)r->count * sizeof(*ret_ways));
}

/* The part that begins on the line. */
static struct part
read_part(const struct reading *r, int i, int prelude, const char *way)
{
	bool comment = part_is_comment(&r->lines[i]) &&
	    (i == 0 || !part_is_comment(&r->lines[i - 1])) &&
	    leads_to_command(r, i);
	const char *title = comment ? part_comment(r, i) : NULL;

	return (struct part){ .first = i,
		.prelude = prelude,
		.maybe = comment && is_maybe(title),
		.way = way,
		.title = title };
}

/* A part that is not always done ends at the next comment or blank line. */
static bool
ends_part(const struct reading *r, int i, const struct part *part)
{
	return part->title != NULL ||
	    (r->lines[i].command && i > 0 && r->lines[i - 1].len == 0);
}

void
parts_by_condition(struct reading *r)
{
	struct shape *s = r->shape;
	int prelude = count_prelude(r), commands = 0;
	const char **ways = arena_alloc(
	    r->im->p.arena, ((size_t)r->count + 1) * sizeof(*ways));
	bool separable = is_separable(r, prelude), special = false, begins;

	memset(ways, 0, ((size_t)r->count + 1) * sizeof(*ways));
	find_ways(r, prelude, ways);
	for (int i = prelude; i < r->count; i++) {
		struct part part = read_part(r, i, prelude, ways[i]);

		begins = part.maybe || part.way != NULL;
		s->inside |= begins && !separable;
		if (separable &&
		    (begins || (special && ends_part(r, i, &part)))) {
			if (commands > 0) {
				*part_new(r, i, false) = part;
			} else {
				part.first = part.prelude = 0;
				s->parts[0] = part;
			}
			special = begins;
		}
		commands += r->lines[i].command;
	}
}
