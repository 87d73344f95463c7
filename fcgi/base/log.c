/*
 * log.c: one line to standard error, written with one write(2) so that lines of
 * several processes do not mix.  Messages in it (message.h) are English, for
 * whoever reads the log.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/catalogue.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/message.h"

static const char *program = "countersign";

void
log_open(const char *name)
{
	program = name;
}

static void __attribute__((format(printf, 2, 0)))
line(const char *level, const char *fmt, va_list ap)
{
	char words[4096], text[1024], at[CLOCK_TEXT];
	ssize_t ignored;
	size_t len;

	clock_format(clock_now(), at);
	vsnprintf(words, sizeof(words), fmt, ap);
	/* without a message, as without memory, nothing is allocated */
	snprintf(text, sizeof(text) - 1, "%s %s[%d] %s: %.980s", at, program,
	    (int)getpid(), level,
	    strchr(words, MESSAGE_BEGIN) != NULL ? catalogue_english(words)
						 : words);
	len = strlen(text);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = '?'; /* prevents forged lines and escapes */
	text[len] = '\n';
	ignored = write(STDERR_FILENO, text, len + 1);
	(void)ignored;
}

void
log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line("info", fmt, ap);
	va_end(ap);
}

void
log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line("warning", fmt, ap);
	va_end(ap);
}

void
log_fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line("fatal", fmt, ap);
	va_end(ap);
	exit(1);
}

void
log_bug(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line("bug", fmt, ap);
	va_end(ap);
	abort();
}
