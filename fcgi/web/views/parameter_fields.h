/* parameter_fields.h: the fields of a form for the parameters of a runbook. */
#ifndef WEB_VIEWS_PARAMETER_FIELDS_H
#define WEB_VIEWS_PARAMETER_FIELDS_H

#include "plan/plan.h"
#include "web/http/request.h"

/* The values that fill the form. */
struct filling {
	struct req *req;
	bool posted;
	struct json_object *old;          /* values of the run, or NULL */
	struct json_object *proposed;     /* of an earlier run, or NULL */
	struct json_object *fixed;        /* values of the run's environment */
	struct json_object *environments; /* or NULL */
	bool wrong;                       /* a field is wrong */
	bool shaped;                      /* some values cannot be changed */
};

/* The name of its field in the form (arena). */
const char *parameter_field_name(struct req *req, const struct parameter *p);

/*
 * The models of the fields, for those that can be changed.  If a form was
 * posted, its values are checked, each error stands in its field, and f->wrong
 * is set.  A new array.
 */
struct json_object *parameter_fields(
    struct filling *f, const struct plan *plan);

#endif
