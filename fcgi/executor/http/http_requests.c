/*
 * http_requests.c: the requests of an http step, filled in and ready to be
 * sent.
 *
 * With foreach= they are made for one item of the list at a time, and twice:
 * all before the first is sent, to find mistakes, and each before it is sent.
 * To keep a thousand of them would cost the memory of all bodies.
 */
#include <string.h>

#include "base/json.h"
#include "executor/http/http_requests.h"
#include "lang/http/http_fill.h"

struct filling_item {
	struct requests *r;
	size_t i;
};

static const char *
value_of(void *job, const char *name)
{
	return job_spec_value(((struct job *)job)->spec, name);
}

static const char *
item_of(void *ctx, const char *pointer, struct http_item *ret)
{
	const struct filling_item *f = ctx;

	return http_list_item(&f->r->list, f->i, pointer, f->r->own, ret);
}

static void
release(struct requests *r)
{
	for (size_t i = 0; i < r->count; i++)
		payload_close(&r->payloads[i]);
	r->count = 0;
	arena_reset(r->own);
}

/* Fills in the parsed requests. False: why gets a sentence. */
static bool
fill_all(struct job *job, struct requests *r, size_t i,
    const struct http_text *text, struct buf *why)
{
	struct filling_item item = { r, i };
	struct http_filling filling = { .arena = r->own,
		.value = value_of,
		.ctx = job,
		.item = r->list.all != NULL ? item_of : NULL,
		.item_ctx = &item,
		.base = json_text(job->target->json, "url", NULL) };
	struct fault fault;

	r->all = arena_alloc(r->own, text->count * sizeof(*r->all));
	r->payloads = arena_alloc(r->own, text->count * sizeof(*r->payloads));
	for (size_t k = 0; k < text->count; k++) {
		struct http_request *q = &r->all[k];

		if (http_fill(&filling, &text->all[k], q, &fault) != ERR_OK) {
			buf_puts(why, fault.message);
			return false;
		}
		if (!payload_open(
			r->own, job, q, &r->payloads[r->count++], why))
			return false;
	}
	return true;
}

bool
requests_prepare(struct job *job, struct requests *r, size_t i)
{
	const struct job_spec *o = job->spec;
	struct buf why = { 0 };
	struct http_text text;
	struct fault fault;
	bool ok;

	if (r->own == NULL)
		r->own = arena_new();
	release(r);
	if (http_parse(r->own, o->step.text, o->step.text_line, &text,
		&fault) != ERR_OK) {
		act_end(job, ENDING_FAILED,
		    "http_nothing_line line=%d reason=%s", text.wrong_line,
		    fault.message);
		return false;
	}
	ok = fill_all(job, r, i, &text, &why);
	if (!ok)
		act_end(job, ENDING_FAILED, "http_nothing reason=%s",
		    buf_text(&why));
	buf_clear(&why);
	return ok;
}

void
requests_clear(struct requests *r)
{
	if (r->own != NULL)
		release(r);
	arena_free(r->own);
	http_list_close(&r->list);
}
