/*
 * check.h: CHECK(name, condition): the condition under which something is
 * refused, as one of checks.def.
 *
 * Only a variant that a test builds has DISABLED_CHECK: in it, the check of
 * that name never refuses.
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
