/*
 * link_openssh.c: commands over SSH by the system's ssh.
 */
#include "step/link_client.h"

static enum link_result
openssh_open(const struct order_target *target, struct watch *watch,
    struct link **ret, struct buf *why)
{
	(void)watch;
	(void)ret;
	buf_printf(why, "The target %s asks for client: openssh, which this "
	    "version does not have yet.", target->name);
	return LINK_REFUSED;
}

const struct link_client link_openssh = {
	"openssh", openssh_open, NULL, NULL,
};
