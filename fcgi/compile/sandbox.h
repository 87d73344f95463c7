/* sandbox.h: the sandbox in which a text of somebody is parsed. */
#ifndef COMPILE_SANDBOX_H
#define COMPILE_SANDBOX_H

/* Means of the kernel, as a mask. */
enum sandbox_means {
	SANDBOX_NAMESPACES = 1,
	SANDBOX_LANDLOCK = 2,
	SANDBOX_SECCOMP = 4,
};

/*
 * Takes all rights from this process but to read and write the descriptors 0,
 * 1 and 2, to compute, and to end.  Limits its time, memory and output.  Not
 * every kernel and container has all of the means: returns the mask of those
 * that hold.  The limits hold everywhere.
 */
unsigned sandbox_enter(void);

#endif
