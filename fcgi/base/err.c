/* err.c: names of errors; fills in a fault. */
#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/message.h"
#include "base/text.h"

const char *
err_name(enum err err)
{
	static const char *const names[ERR__MAX] = {
		[ERR_OK] = "ok",
		[ERR_INVALID] = "invalid",
		[ERR_UNAUTHENTICATED] = "unauthenticated",
		[ERR_FORBIDDEN] = "forbidden",
		[ERR_NOT_FOUND] = "not_found",
		[ERR_CONFLICT] = "conflict",
		[ERR_TOO_LARGE] = "too_large",
		[ERR_LIMIT] = "limit",
		[ERR_UNAVAILABLE] = "unavailable",
		[ERR_IO] = "io",
		[ERR_TIMEOUT] = "timeout",
		[ERR_INTERNAL] = "internal",
	};

	return (unsigned)err < ERR__MAX ? names[err] : "internal";
}

enum err
fault_set(struct fault *fault, enum err err, const char *code,
    const char *field, const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list ap;

	if (fault == NULL)
		return err;
	fault->err = err;
	snprintf(fault->code, sizeof(fault->code), "%s", code);
	snprintf(fault->field, sizeof(fault->field), "%s",
	    field != NULL ? field : "");
	va_start(ap, fmt);
	message_vput(&text, fmt, ap);
	va_end(ap);
	message_limit(&text, sizeof(fault->message) - 1);
	snprintf(fault->message, sizeof(fault->message), "%s", buf_text(&text));
	text_drop_invalid(fault->message);
	buf_clear(&text);
	return err;
}
