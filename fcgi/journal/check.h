/*
 * check.h: CHECK(name, condition) names a condition for a refusal, one of
 * checks.def; CHECK_CODE(name) is the code of that refusal.
 *
 * DISABLED_CHECK is defined only by variants that a test builds: the check of
 * that name then never refuses.
 */
#ifndef JOURNAL_CHECK_H
#define JOURNAL_CHECK_H

enum check {
#define CHECK_ROW(name, code, recorded) CHECK_##name,
#include "journal/checks.def"
	CHECK__MAX
};

/* The attempts whose refusal becomes an event: checks.def explains. */
enum check_recorded {
	CHECK_RECORDED_NEVER,
	CHECK_RECORDED_PEOPLE,
	CHECK_RECORDED_ALWAYS,
};

#ifdef DISABLED_CHECK
#define CHECK(name, condition) (CHECK_##name != DISABLED_CHECK && (condition))
#else
#define CHECK(name, condition) ((void)CHECK_##name, (condition))
#endif

/* "own_run": the code of the refusal; NULL if the check has none. */
const char *check_code(enum check check);

#define CHECK_CODE(name) check_code(CHECK_##name)

/* Of the refusals with this code; NEVER of a code that no check has. */
enum check_recorded check_recorded(const char *code);

#endif
