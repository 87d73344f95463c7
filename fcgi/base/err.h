/*
 * err.h: what a function that may fail returns.
 *
 * A bug or exhausted memory aborts; what cannot start exits with 1;
 * everything else is one of these.  Only web/ turns them into a status.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err {
	ERR_OK,
	ERR_INVALID,         /* the request or the text is wrong */
	ERR_UNAUTHENTICATED, /* nobody known asked */
	ERR_FORBIDDEN,       /* somebody known asked who may not */
	ERR_NOT_FOUND,
	ERR_CONFLICT, /* somebody else came first */
	ERR_TOO_LARGE,
	ERR_LIMIT,       /* too many attempts: come back later */
	ERR_UNAVAILABLE, /* a program or a disk is not there now */
	ERR_IO,
	ERR_TIMEOUT,
	ERR_INTERNAL,
	ERR__MAX
};

/*
 * Why something was refused, for a person and for a program: `code` is a
 * stable word ("step_not_ready"), `field` names the parameter at fault or is
 * empty, `message` says what was wrong and what to do.
 */
struct fault {
	enum err err;
	char code[40];
	char field[72];
	char message[400];
	char about[80]; /* what it is about: a role, a name, a
			 * number; "" where nothing is told */
};

/* The stable name of an error: "conflict".  Static; never NULL. */
const char *err_name(enum err err);

/* Fills *fault (which may be NULL) and returns err, for
 * `return fault_set()`. */
enum err fault_set(struct fault *fault, enum err err, const char *code,
    const char *field, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* Says what the fault (which may be NULL) is about, so that the sentence can
 * be told in another language.  Returns err, for
 * `return fault_about(fault, name, fault_set(fault, …))`. */
enum err fault_about(struct fault *fault, const char *about, enum err err);

#endif
