/*
 * cli.c: messages of the command line.
 *
 * They stand on standard error with the name of the program, so that standard
 * output has nothing but the result.
 */
#include <stdarg.h>
#include <stdio.h>

#include "cli/cli.h"

int
cli_message(int code, const char *fmt, ...)
{
	va_list ap;

	fputs("countersign: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return code;
}

void
cli_wrong(int *count, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("WRONG: ");
	vprintf(fmt, ap);
	putchar('\n');
	va_end(ap);
	(*count)++;
}
