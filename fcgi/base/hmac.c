/*
 * hmac.c: HMAC by libcrypto's EVP_MAC.
 *
 * In pieces, as a body may be a file.  libsodium's functions have no SHA-1,
 * which some receivers still compare.  The functions only fail without memory,
 * which ends the program, as everywhere.
 */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <string.h>

#include "base/hmac.h"
#include "base/log.h"

static void
must(bool ok)
{
	if (!ok)
		log_bug("HMAC of libcrypto failed");
}

bool
hmac_is_known(const char *hash)
{
	return strcmp(hash, "sha256") == 0 || strcmp(hash, "sha1") == 0;
}

void
hmac_begin(struct hmac *h, const char *hash, const void *key, size_t key_len)
{
	char name[16];
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	OSSL_PARAM params[2] = { OSSL_PARAM_construct_end(),
		OSSL_PARAM_construct_end() };

	must(mac != NULL && hmac_is_known(hash));
	snprintf(name, sizeof(name), "%s", hash);
	params[0] = OSSL_PARAM_construct_utf8_string(
	    OSSL_MAC_PARAM_DIGEST, name, 0);
	h->ctx = EVP_MAC_CTX_new(mac);
	must(h->ctx != NULL);
	must(EVP_MAC_init(h->ctx, key, key_len, params) == 1);
	EVP_MAC_free(mac);
}

void
hmac_put(struct hmac *h, const void *data, size_t len)
{
	must(EVP_MAC_update(h->ctx, data, len) == 1);
}

size_t
hmac_end(struct hmac *h, unsigned char out[HMAC_BYTES_MAX])
{
	size_t len = 0;

	must(EVP_MAC_final(h->ctx, out, &len, HMAC_BYTES_MAX) == 1);
	EVP_MAC_CTX_free(h->ctx);
	h->ctx = NULL;
	return len;
}
