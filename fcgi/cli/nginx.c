/*
 * nginx.c: the configuration of the nginx that `serve` starts.
 *
 * It is made of nginx/countersign.conf.in at each start, in the data folder.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/nginx.h"
#include "base/buf.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/modes.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/endpoint.h"

/* Replaces @NAME@ in the text of nginx's configuration. */
static void
fill_in(
    const struct cli *c, const char *share, const char *text, struct buf *out)
{
	char *share_static = mem_printf("%s/static", share);
	struct buf listens = { 0 }, tls = { 0 };
	const struct {
		const char *name;
		const char *value;
	} values[] = {
		{ "@DATA@", c->data },
		{ "@LISTEN@", endpoint_put_listen(c, &listens) },
		{ "@TLS@", endpoint_put_tls(c, &tls) },
		{ "@STATIC@", share_static },
	};
	size_t i;

	for (; *text != '\0'; text++) {
		for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
			if (text_starts(text, values[i].name))
				break;
		if (i == sizeof(values) / sizeof(values[0])) {
			buf_putc(out, *text);
			continue;
		}
		buf_puts(out, values[i].value);
		text += strlen(values[i].name) - 1;
	}
	free(share_static);
	buf_clear(&listens);
	buf_clear(&tls);
}

/*
 * nginx is not root and cannot read root's files: it gets a copy of their
 * present content.
 */
static char *
copy_for_nginx(const struct cli *c, const char *path, const char *name)
{
	char *to = mem_printf("%s/run/nginx/%s", c->data, name);
	struct buf text = { 0 };

	if (io_read_file(path, 1024 * 1024, &text) != ERR_OK ||
	    io_write_file(to, 0600, text.data, text.len) != ERR_OK)
		log_fatal("%s cannot be handed to nginx", path);
	explicit_bzero(text.data, text.len);
	buf_clear(&text);
	return to;
}

static void
copy_certificate(struct cli *c)
{
	if (c->tls_cert == NULL)
		return;
	c->tls_cert = copy_for_nginx(c, c->tls_cert, "tls.crt");
	c->tls_key = copy_for_nginx(c, c->tls_key, "tls.key");
}

void
nginx_configure(struct cli *c, const char *share, bool has_user)
{
	char *from = mem_printf("%s/nginx/countersign.conf.in", share);
	char *folder = mem_printf("%s/run/nginx", c->data);
	char *to = mem_printf("%s/run/nginx/nginx.conf", c->data);
	struct buf text = { 0 }, out = { 0 };

	if (modes_make_folder(folder, MODES_PRIVATE_FOLDER) != ERR_OK ||
	    io_read_file(from, 1024 * 1024, &text) != ERR_OK)
		log_fatal("%s cannot be read", from);
	if (has_user)
		copy_certificate(c);
	fill_in(c, share, buf_text(&text), &out);
	if (io_write_file(to, MODES_PRIVATE_FILE, buf_text(&out), out.len) !=
	    ERR_OK)
		log_fatal("%s cannot be written", to);
	buf_clear(&text);
	buf_clear(&out);
	free(from);
	free(folder);
	free(to);
}

void
nginx_clear(struct cli *c)
{
	if (c->tls_cert == NULL)
		return;
	free((char *)c->tls_cert);
	free((char *)c->tls_key);
	c->tls_cert = c->tls_key = NULL;
}
