/*
 * fuzz_targets.c: any bytes as targets.yml, resolved for a small book.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "inventory/targets.h"
#include "inventory/resolve.h"
#include "inventory/describe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char steps[] =
	    "```sh {#a on=flow}\nx\n```\n"
	    "```copy {#b}\na -> x:/b\n```\n```sh {#c on=nodes}\nx\n```\n";
	char *text = mem_strndup((const char *)data, size);
	struct targets *t = targets_parse(text, size, "dir");
	struct runbook *runbook = runbook_parse(steps, sizeof(steps) - 1);
	struct json_object *environments = targets_environments(t), *o;
	struct fault fault;

	json_object_put(targets_with_secret(t, "password"));
	json_object_put(targets_describe(t));
	for (size_t i = 0; i < json_object_array_length(environments); i++) {
		o = json_object_array_get_idx(environments, i);
		o = json_object_object_get(o, "name");
		if (targets_resolve(t, json_object_get_string(o),
			&runbook->plan, &o, &fault) == ERR_OK)
			json_object_put(o);
	}
	json_object_put(environments);
	runbook_free(runbook);
	targets_free(t);
	free(text);
	return 0;
}
