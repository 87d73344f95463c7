/*
 * nginx.h: the configuration of the nginx that `serve` starts.
 */
#ifndef CLI_NGINX_H
#define CLI_NGINX_H

#include <stdbool.h>

struct cli;

/*
 * Writes DATA/run/nginx/nginx.conf from the template below `share`.  If nginx
 * has a user of its own, certificate and key are copied beside it, and
 * c->tls_cert and c->tls_key are the copies from then on: nginx_clear() frees
 * these paths.  Ends the program if that fails.
 */
void nginx_configure(struct cli *c, const char *share, bool has_user);
void nginx_clear(struct cli *c);

#endif
