/*
 * check.h: CHECK(name, condition) names a condition for a refusal, one of
 * checks.def.
 *
 * DISABLED_CHECK is defined only by variants that a test builds: the check of
 * that name then never refuses.
 */
#ifndef JOURNAL_CHECK_H
#define JOURNAL_CHECK_H

#ifdef DISABLED_CHECK
enum check {
#define CHECK_ROW(name) CHECK_##name,
#include "journal/checks.def"
#undef CHECK_ROW
};
#define CHECK(name, condition) (CHECK_##name != DISABLED_CHECK && (condition))
#else
#define CHECK(name, condition) (condition)
#endif

#endif
