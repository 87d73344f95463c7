/*
 * log.h: one line to standard error: time, program, process, level, message.
 * Nothing secret is ever logged.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

/* Names the program in each line; `name` must stay valid. */
void log_open(const char *name);

void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* For a failure to start: logs and exits with 1. */
void log_fatal(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), noreturn));

/* For a bug: logs and aborts; the supervisor restarts the program. */
void log_bug(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), noreturn));

#endif
