/* runbook_name.h: valid names of runbooks. */
#ifndef LANG_RUNBOOK_NAME_H
#define LANG_RUNBOOK_NAME_H

#include <stdbool.h>

#define RUNBOOK_NAME_MAX 255  /* bytes */
#define RUNBOOK_FOLDERS_MAX 6 /* levels of folders */

/*
 * NULL if the name, a path below the runbook folder without ".md", is valid for
 * a runbook, or a sentence that says why not. The library, forms, commands and
 * `check` all use this function.
 */
const char *runbook_name_refused(const char *name);

/*
 * The name is that of the README.md at the top of the folder, in upper or lower
 * case: documentation, which is neither a runbook nor an error.
 */
bool runbook_name_is_readme(const char *name);

#endif
