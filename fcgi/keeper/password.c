/*
 * password.c: rules for new passwords.
 *
 * The length matters; rules about digits and signs only make people write
 * "Password1234!". zxcvbn knows lists of common passwords and words, dates,
 * sequences and keyboard patterns, and estimates the number of guesses: below
 * 2^36 a password is refused.  The library has its lists built in, opens no
 * file and is linked into the keeper alone.
 */
#include <string.h>
#include <strings.h>
#include <zxcvbn.h>

#include "base/text.h"
#include "keeper/password.h"

#define LEAST 12  /* characters */
#define MOST 1000 /* bytes */
#define LEAST_BITS 36.0
#define EXAMINED 100   /* bytes: longer ones take too long */
#define LEAST_BESIDE 8 /* characters beside the account's name */

static size_t
count_characters(const char *s)
{
	size_t count = 0, left = strlen(s), size;
	uint32_t cp;

	for (; left > 0; s += size, left -= size, count++)
		if ((size = text_utf8_next(s, left, &cp)) == 0)
			size = 1;
	return count;
}

/* Counts the characters without the name. */
static size_t
count_beside(const char *password, const char *name)
{
	size_t len = strlen(name), left = 0;

	while (*password != '\0') {
		if (len >= 3 && strncasecmp(password, name, len) == 0) {
			password += len;
			continue;
		}
		left++;
		password++;
	}
	return left;
}

static double
bits_of(const char *password, const char *account)
{
	const char *words[] = { account, "countersign", "runbook", NULL };
	char looked_at[EXAMINED + 1];
	double bits;

	strncpy(looked_at, password, EXAMINED);
	looked_at[EXAMINED] = '\0';
	bits = ZxcvbnMatch(looked_at, words, NULL);
	explicit_bzero(looked_at, sizeof(looked_at));
	return bits;
}

enum err
password_check(const char *password, const char *account, struct fault *fault)
{
	if (count_characters(password) < LEAST || strlen(password) > MOST)
		return fault_set(fault, ERR_INVALID, "bad_password", "password",
		    "refused_bad_password least=%d most=%d", LEAST, MOST);
	if (strlen(account) >= 3 &&
	    count_beside(password, account) < LEAST_BESIDE)
		return fault_set(fault, ERR_INVALID, "password_is_name",
		    "password", "refused_password_is_name");
	if (bits_of(password, account) < LEAST_BITS)
		return fault_set(fault, ERR_INVALID, "known_password",
		    "password", "refused_known_password");
	return ERR_OK;
}
