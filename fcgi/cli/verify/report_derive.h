/*
 * report_derive.h: compares a report with the replay of its events.
 */
#ifndef CLI_VERIFY_REPORT_DERIVE_H
#define CLI_VERIFY_REPORT_DERIVE_H

struct report;

/* Compares the report with the replay of its events. */
void report_compare(struct report *b);

#endif
