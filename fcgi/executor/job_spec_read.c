/* job_spec_read.c: functions shared by the readers of a job spec. */
#include "base/json.h"
#include "executor/job_spec_read.h"

enum err
job_spec_wrong(struct fault *fault, const char *field, const char *what)
{
	return fault_set(fault, ERR_INVALID, "order", field,
	    "job_spec_wrong field=%s reason=%s", field, what);
}

size_t
job_spec_length(struct json_object *array)
{
	return array != NULL ? json_object_array_length(array) : 0;
}

const char *
job_spec_text(struct json_object *o, const char *key)
{
	const char *s = json_text(o, key, NULL);

	return s != NULL && *s != '\0' ? s : NULL;
}
