/*
 * programs.c: the programs that run on targets, as C strings.  They are files,
 * so that lint checks them with shellcheck and pyflakes.
 */
#include "executor/remote/programs.h"

/* clang-format off */
const char program_edit[] =
#include "edit.sh.inc"
;
const char program_load[] =
#include "load.py.inc"
;
const char program_preflight[] =
#include "preflight.sh.inc"
;
const char program_script[] =
#include "script.sh.inc"
;
const char program_terminal[] =
#include "terminal.py.inc"
;
/* clang-format on */
