/*
 * restore.c: derives steps that undo edits.
 *
 * An edit makes a backup, so it can be undone without a written step: for each
 * edit that no block names by undo=, a step that restores the file is added
 * behind the last one.  From then on it is a step like others; keeper, runner
 * and pages need no special case.
 */
#include <string.h>

#include "compiler/restore.h"
#include "base/catalogue.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "compiler/parse/parse.h"

static bool
has_undo(const struct parse *p, const char *id)
{
	for (size_t i = 0; i < p->steps_count; i++)
		if (text_eq(p->steps[i].undo, id))
			return true;
	return false;
}

static bool
is_taken(const struct parse *p, const char *id)
{
	for (size_t i = 0; i < p->steps_count; i++)
		if (text_eq(p->steps[i].id, id))
			return true;
	for (size_t i = 0; i < p->sections_count; i++)
		if (text_eq(p->sections[i].id, id))
			return true;
	return false;
}

static const char *
id_for(const struct parse *p, const char *id)
{
	const char *found = arena_printf(p->arena, "undo-%.*s", 50, id);

	for (int n = 2; is_taken(p, found); n++)
		found = arena_printf(p->arena, "undo-%.*s-%d", 50, id, n);
	return found;
}

/*
 * The title in the record is English.  Pages derive it from the edit, in their
 * reader's language (card_title()).
 */
static const char *
title_of(const struct parse *p, const struct step *edit)
{
	struct buf text = { 0 };
	const char *title;

	message_put(&text,
	    strstr(edit->file, "{{") != NULL
		? "restore_title_file file=%s title=%s"
		: "restore_title file=%s title=%s",
	    edit->file, edit->title);
	title = arena_strdup(p->arena, catalogue_english(buf_text(&text)));
	buf_clear(&text);
	return title;
}

static void
add(struct parse *p, const struct step *edit)
{
	struct step s;
	struct item *item = mem_grow(
	    &p->items, &p->items_cap, p->items_count, sizeof(*item));

	step_init(&s);
	s.id = id_for(p, edit->id);
	s.kind = STEP_EDIT;
	s.title = title_of(p, edit);
	s.section = edit->section;
	s.line = edit->line;
	s.column = edit->column;
	s.text_line = edit->text_line;
	s.text = "";
	s.on = edit->on;
	s.user = edit->user;
	/* Its difference shows what the edit's does, and is redacted alike. */
	s.with = edit->with;
	s.with_count = edit->with_count;
	s.with_targets = edit->with_targets;
	s.with_targets_count = edit->with_targets_count;
	s.role = edit->role;
	s.when = edit->when;
	s.undo = edit->id;
	s.file = edit->file;
	s.timeout_ms = edit->timeout_ms;
	s.rollback = s.restores = true;
	*item = (struct item){ .kind = ITEM_STEP,
		.index = (int)p->steps_count,
		.section = edit->section };
	p->items_count++;
	*(struct step *)mem_grow(
	    &p->steps, &p->steps_cap, p->steps_count, sizeof(s)) = s;
	p->steps_count++;
}

void
restore_all(struct parse *p)
{
	size_t count = p->steps_count;

	for (size_t i = 0; i < count; i++) {
		struct step edit = p->steps[i];

		if (edit.kind == STEP_EDIT && edit.file != NULL &&
		    !edit.rollback && !has_undo(p, edit.id))
			add(p, &edit);
	}
}
