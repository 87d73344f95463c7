/*
 * The variables of the targets of with=, and the members of a target that a
 * script gets: those of which a variable is made.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "lang/target_variables.h"

static const char targets[] =
    "{\"app\":{\"kind\":\"mysql\",\"host\":\"192.0.2.1\",\"user\":\"op\","
    "\"password\":\"app-pw\",\"ca\":\"/etc/ca\",\"cert\":\"/etc/c\","
    "\"cert_key\":\"/etc/k\",\"over\":\"gate\",\"way\":\"x\","
    "\"key_of_a_later_version\":\"x\"},"
    "\"shop\":{\"kind\":\"mysql\",\"host\":\"192.0.2.2\",\"port\":\"33\"},"
    "\"pg\":{\"kind\":\"postgresql\",\"host\":\"192.0.2.3\",\"ca\":\"/ca\"},"
    "\"gate\":{\"kind\":\"ssh\",\"host\":\"gate\",\"port\":2222,"
    "\"user\":\"op\",\"key\":\"/id\",\"passphrase\":\"pp\","
    "\"host_key\":\"ssh-ed25519 AAAA\",\"client\":\"openssh\","
    "\"agent\":true,\"jump\":\"other\"},"
    "\"s3\":{\"kind\":\"http\",\"url\":\"http://s3.test:90/kept\","
    "\"headers\":{\"X-Key\":\"v\"},\"cert_key\":\"/k\","
    "\"aws\":{\"region\":\"eu\",\"access_key\":\"AK\","
    "\"secret_key\":\"sk\",\"service\":\"s3\"}},"
    "\"file\":{\"kind\":\"sqlite\",\"file\":\"/var/x.db\"}}";

static struct json_object *
read_targets(void)
{
	struct json_object *all = NULL;

	assert_int_equal(
	    json_read(targets, strlen(targets), &all, NULL), ERR_OK);
	return all;
}

static void
put_line(void *ctx, const char *target, const char *name, const char *value,
    bool secret)
{
	buf_printf(
	    ctx, "%s %s=%s%s\n", target, name, value, secret ? " secret" : "");
}

/* The variables of targets of the table, each under its own name. */
static void
expect(const char *const *names, bool here, const char *expected)
{
	struct json_object *all = read_targets();
	struct json_object *with = json_object_new_object();
	struct buf lines = { 0 };

	for (; *names != NULL; names++)
		json_set(with, *names, target_given(all, *names));
	target_variables(with, here, put_line, &lines);
	assert_string_equal(buf_text(&lines), expected);
	buf_clear(&lines);
	json_object_put(with);
	json_object_put(all);
}

#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
the_first_of_each_client_has_its_usual_variables(void **state)
{
	(void)state;
	expect(NAMES("gate", "app", "shop", "pg"), true,
	    "gate CS_GATE_HOST=gate\n"
	    "gate CS_GATE_PORT=2222\n"
	    "gate CS_GATE_USER=op\n"
	    "app CS_APP_HOST=192.0.2.1\n"
	    "app MYSQL_HOST=192.0.2.1\n"
	    "app CS_APP_PORT=3306\n"
	    "app MYSQL_TCP_PORT=3306\n"
	    "app CS_APP_USER=op\n"
	    "app CS_APP_PASSWORD=app-pw secret\n"
	    "app MYSQL_PWD=app-pw secret\n"
	    "app CS_APP_CA=/etc/ca\n"
	    "shop CS_SHOP_HOST=192.0.2.2\n"
	    "shop CS_SHOP_PORT=33\n"
	    "pg CS_PG_HOST=192.0.2.3\n"
	    "pg PGHOST=192.0.2.3\n"
	    "pg CS_PG_PORT=5432\n"
	    "pg PGPORT=5432\n"
	    "pg CS_PG_CA=/ca\n"
	    "pg PGSSLROOTCERT=/ca\n"
	    "pg PGSSLMODE=verify-full\n");
	expect(NAMES("shop", "app"), false,
	    "shop CS_SHOP_HOST=192.0.2.2\n"
	    "shop MYSQL_HOST=192.0.2.2\n"
	    "shop CS_SHOP_PORT=33\n"
	    "shop MYSQL_TCP_PORT=33\n"
	    "app CS_APP_HOST=192.0.2.1\n"
	    "app CS_APP_PORT=3306\n"
	    "app CS_APP_USER=op\n"
	    "app CS_APP_PASSWORD=app-pw secret\n");
}

static void
a_bucket_gives_the_address_of_its_server(void **state)
{
	(void)state;
	expect(NAMES("s3"), true,
	    "s3 CS_S3_URL=http://s3.test:90/kept\n"
	    "s3 CS_S3_REGION=eu\n"
	    "s3 AWS_DEFAULT_REGION=eu\n"
	    "s3 CS_S3_ACCESS_KEY=AK\n"
	    "s3 AWS_ACCESS_KEY_ID=AK\n"
	    "s3 CS_S3_SECRET_KEY=sk secret\n"
	    "s3 AWS_SECRET_ACCESS_KEY=sk secret\n"
	    "s3 AWS_ENDPOINT_URL=http://s3.test:90\n");
}

static void
given(struct json_object *all, const char *name, const char *expected)
{
	struct json_object *o = target_given(all, name);

	assert_string_equal(json_write(o), expected);
	json_object_put(o);
}

static void
a_script_gets_no_member_that_makes_no_variable(void **state)
{
	struct json_object *all = read_targets();

	(void)state;
	given(all, "app",
	    "{\"name\":\"app\",\"kind\":\"mysql\",\"host\":\"192.0.2.1\","
	    "\"user\":\"op\",\"password\":\"app-pw\",\"ca\":\"/etc/ca\"}");
	given(all, "gate",
	    "{\"name\":\"gate\",\"kind\":\"ssh\",\"host\":\"gate\","
	    "\"port\":2222,\"user\":\"op\"}");
	given(all, "s3",
	    "{\"name\":\"s3\",\"kind\":\"http\","
	    "\"url\":\"http://s3.test:90/kept\",\"aws\":{"
	    "\"region\":\"eu\",\"access_key\":\"AK\",\"secret_key\":\"sk\"}}");
	given(all, "file",
	    "{\"name\":\"file\",\"kind\":\"sqlite\","
	    "\"file\":\"/var/x.db\"}");
	assert_null(target_given(all, "absent"));
	json_object_put(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_first_of_each_client_has_its_usual_variables),
		cmocka_unit_test(a_bucket_gives_the_address_of_its_server),
		cmocka_unit_test(
		    a_script_gets_no_member_that_makes_no_variable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
