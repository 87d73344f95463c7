/* password.h: rules for new passwords. */
#ifndef KEEPER_PASSWORD_H
#define KEEPER_PASSWORD_H

#include "base/err.h"

/*
 * ERR_INVALID with a fault about the field "password" if it is too short or too
 * long, is in a list of known ones, or consists of the account's name. Existing
 * passwords are not checked.
 */
enum err password_check(
    const char *password, const char *account, struct fault *fault);

#endif
