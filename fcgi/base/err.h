/*
 * err.h: the error codes that functions return.
 *
 * A bug or exhausted memory aborts; a failure to start exits with 1; everything
 * else is one of these.  Only web/ maps them to a status.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err {
	ERR_OK,
	ERR_INVALID,         /* the request or the text is invalid */
	ERR_UNAUTHENTICATED, /* the caller is not signed in */
	ERR_FORBIDDEN,       /* the caller is known and lacks the permission */
	ERR_NOT_FOUND,
	ERR_CONFLICT, /* a concurrent change came first */
	ERR_TOO_LARGE,
	ERR_LIMIT,       /* too many attempts: retry later */
	ERR_UNAVAILABLE, /* a program or a disk is unavailable now */
	ERR_IO,
	ERR_TIMEOUT,
	ERR_INTERNAL,
	ERR__MAX
};

/*
 * The reason of an error, for a person and for a program: `code` is a stable
 * word ("step_state"), `field` names the invalid parameter or is empty,
 * `message` says what was wrong and what to do (base/message.h).
 */
struct fault {
	enum err err;
	char code[40];
	char field[72];
	char message[1000];
};

/* The stable name of an error: "conflict".  Static; never NULL. */
const char *err_name(enum err err);

/*
 * Fills *fault (which may be NULL) and returns err, for `return fault_set()`.
 * The format is that of message_put(), or "%s" for a message made before.
 */
enum err fault_set(struct fault *fault, enum err err, const char *code,
    const char *field, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

#endif
