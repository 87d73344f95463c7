/*
 * run_report_load.h: loads the rows and events of a report.
 */
#ifndef JOURNAL_REPORT_RUN_REPORT_LOAD_H
#define JOURNAL_REPORT_RUN_REPORT_LOAD_H

struct run_report;

/* Loads all but `row` and `plan`, which are set already. */
void run_report_load(struct run_report *r);
void run_report_clear(struct run_report *r);

#endif
