/*
 * with.c: the targets whose addresses a script has (with=).
 *
 * An address of the machine itself would reach another server on every machine:
 * a script with the database of 127.0.0.1 over a gate runs on that gate.
 */
#include "inventory/with.h"
#include "base/text.h"
#include "inventory/inventory.h"
#include "inventory/target_json.h"
#include "inventory/targets.h"
#include "lang/target_variables.h"
#include "plan/step.h"

/* The machine to which the address belongs, if it is one of a machine. */
static const char *
machine_of(const struct target *target, struct json_object *o)
{
	const struct yaml_tree *over = target_jump_host(target);

	if (!target_is_beside(o) || text_eq(target->kind, "ssh"))
		return NULL;
	return over != NULL ? over->text : "local";
}

enum err
with_allows(const struct targets *t, const struct environment *e,
    const struct step *s, const char *name, const char *place,
    struct fault *fault)
{
	const struct target *target = targets_find(e, name);
	struct json_object *o;
	const char *machine;

	if (target == NULL || !target_gives(target->kind))
		return fault_set(fault, ERR_INVALID, "wrong_target",
		    "environment",
		    "target_gives_nothing line=%d step=%s target=%s "
		    "environment=%s",
		    s->line, s->id, name, e->name);
	o = target_json(t, e, name);
	machine = machine_of(target, o);
	json_object_put(o);
	if (place == NULL || machine == NULL || text_eq(machine, place))
		return ERR_OK;
	return fault_set(fault, ERR_INVALID, "wrong_target", "environment",
	    "target_beside line=%d step=%s target=%s machine=%s place=%s "
	    "environment=%s",
	    s->line, s->id, name, machine, place, e->name);
}
