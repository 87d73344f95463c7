/*
 * password.h: which passwords may be set.
 */
#ifndef KEEPER_PASSWORD_H
#define KEEPER_PASSWORD_H

#include "base/err.h"

/*
 * ERR_INVALID with a fault about the field "password" where it is too short
 * or too long, stands in a list of known ones, or is made of the account's
 * name.  Those that were set before are not asked.
 */
enum err password_check(
    const char *password, const char *account, struct fault *fault);

#endif
