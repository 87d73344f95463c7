/*
 * fuzz_compile.c: a request to countersign-compile, whose document and
 * targets.yml are anybody's.  Each request that can be read has an answer that
 * the keeper accepts.
 */
#include <assert.h>
#include <stdint.h>

#include "compile/compile.h"
#include "wire/compile_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct compile_request r;
	struct compile_answer a;
	struct buf out = { 0 };

	if (compile_request_read(text, size, &r, NULL) != ERR_OK)
		return 0;
	assert(compile_answer(text, size, &out) == ERR_OK);
	assert(compile_answer_read(
		   out.data, out.len, r.kind, r.key, &a, NULL) == ERR_OK);
	compile_answer_clear(&a);
	compile_request_clear(&r);
	buf_clear(&out);
	return 0;
}
