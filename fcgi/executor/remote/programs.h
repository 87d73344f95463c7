/*
 * programs.h: the programs of this folder that run on targets, without their
 * comments; the build embeds them.
 */
#ifndef EXECUTOR_REMOTE_PROGRAMS_H
#define EXECUTOR_REMOTE_PROGRAMS_H

extern const char program_edit[];
extern const char program_load[];
extern const char program_preflight[];
extern const char program_script[];
extern const char program_terminal[];

#endif
