/*
 * runbook_name.h: which names a runbook may have.
 */
#ifndef LANG_RUNBOOK_NAME_H
#define LANG_RUNBOOK_NAME_H

#include <stdbool.h>

#define RUNBOOK_NAME_MAX 255  /* bytes */
#define RUNBOOK_FOLDERS_MAX 6 /* inside each other */

/*
 * NULL where the name, a path below the runbook folder without ".md", may be
 * that of a runbook, or a sentence that says why not.  The library, forms,
 * commands and `check` all ask this function.
 */
const char *runbook_name_refused(const char *name);

/*
 * The name is that of the README.md at the top of the folder, in upper or lower
 * case: documentation for people, which is no runbook and no mistake either.
 */
bool runbook_name_is_readme(const char *name);

#endif
