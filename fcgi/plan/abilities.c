/* abilities.c: the abilities of each kind of step. */
#include "plan/abilities.h"

#define K(kind) (1u << STEP_##kind)

static const unsigned kinds[CAN__MAX] = {
	[CAN_WILDCARD] = 0,
	[CAN_SEND_FILE] = K(HTTP),
};

bool
step_can(enum step_kind kind, enum ability ability)
{
	return (kinds[ability] >> kind & 1) != 0;
}
