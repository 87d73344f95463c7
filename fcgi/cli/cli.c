/*
 * cli.c: messages of the command line.
 *
 * They stand on standard error with the name of the program, so that standard
 * output has nothing but the result.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/catalogue.h"
#include "base/message.h"
#include "cli/cli.h"

static void __attribute__((format(printf, 2, 0)))
print_line(FILE *to, const char *fmt, va_list ap)
{
	struct buf text = { 0 };

	message_vput(&text, fmt, ap);
	fprintf(to, "%s\n", catalogue_local(buf_text(&text)));
	buf_clear(&text);
}

int
cli_message(int code, const char *fmt, ...)
{
	va_list ap;

	fputs("countersign: ", stderr);
	va_start(ap, fmt);
	print_line(stderr, fmt, ap);
	va_end(ap);
	return code;
}

void
cli_print(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_line(stdout, fmt, ap);
	va_end(ap);
}

void
cli_wrong(int *count, const char *fmt, ...)
{
	va_list ap;

	fputs(catalogue_local(MESSAGE("verify_wrong")), stdout);
	va_start(ap, fmt);
	print_line(stdout, fmt, ap);
	va_end(ap);
	(*count)++;
}
