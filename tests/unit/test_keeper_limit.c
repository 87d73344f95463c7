/*
 * A person who guesses is slowed down, and slows down nobody else for long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "keeper/limit.h"
#include "keeper/password.h"

static struct attempt
from(const char *account, const char *address, const char *device)
{
	return (struct attempt){ account, address, device };
}

static void
fail_often(struct attempt a, int times)
{
	for (int i = 0; i < times; i++)
		limit_failed(&a);
}

static int64_t
wait_of(struct attempt a)
{
	return limit_wait(&a);
}

static void
a_stranger_slows_down_themselves_alone(void **state)
{
	struct attempt owner = from("ana", "10.0.0.1", "");

	(void)state;
	fail_often(from("ana", "192.0.2.7", ""), 4);
	assert_int_equal(wait_of(from("ana", "192.0.2.7", "")), 0);
	fail_often(from("ana", "192.0.2.7", ""), 20);
	assert_in_range(wait_of(from("ana", "192.0.2.7", "")), 800000, 900000);
	assert_int_equal(limit_wait(&owner), 0);
	assert_int_equal(wait_of(from("ana", "192.0.2.7", "known")), 0);
	fail_often(owner, 4);
	limit_passed(&owner);
	fail_often(owner, 4);
	assert_int_equal(limit_wait(&owner), 0);
}

static void
an_address_of_ipv6_is_its_network(void **state)
{
	(void)state;
	fail_often(from("bo", "2001:db8:1:2::1", ""), 20);
	assert_true(wait_of(from("bo", "2001:db8:1:2:ffff::9", "")) > 0);
	assert_int_equal(wait_of(from("bo", "2001:db8:1:3::1", "")), 0);
}

/* One address with many names, and one name from many addresses. */
static void
many_together_are_slowed_down_but_no_known_browser(void **state)
{
	char text[40];

	(void)state;
	for (int i = 0; i < 40; i++) {
		snprintf(text, sizeof(text), "name%d", i);
		fail_often(from(text, "198.51.100.1", ""), 1);
	}
	assert_true(wait_of(from("fresh", "198.51.100.1", "")) > 0);
	assert_int_equal(wait_of(from("fresh", "198.51.100.1", "known")), 0);
	for (int i = 0; i < 40; i++) {
		snprintf(text, sizeof(text), "203.0.113.%d", i);
		fail_often(from("cy", text, ""), 1);
	}
	assert_true(wait_of(from("cy", "10.0.0.9", "")) > 0);
	assert_int_equal(wait_of(from("cy", "10.0.0.9", "known")), 0);
	fail_often(from("cy", "10.0.0.9", "known"), 12);
	assert_true(wait_of(from("cy", "10.0.0.9", "known")) > 0);
	assert_int_equal(wait_of(from("cy", "10.0.0.9", "other")), 0);
}

static void
what_goes_on_record_is_bounded_and_counted(void **state)
{
	int64_t left_out = -1;
	int recorded = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		recorded += limit_record(&left_out);
	assert_int_equal(recorded, 20);
	assert_int_equal(left_out, 0);
}

static void
a_password_is_no_pattern_and_no_name(void **state)
{
	static const struct {
		const char *password, *code;
	} rows[] = {
		{ "elevenchars", "bad_password" },
		{ "\xe5\xaf\x86\xe7\xa0\x81", "bad_password" },
		{ "password1234", "known_password" },
		{ "1qaz2wsx3edc4rfv", "known_password" },
		{ "aaaaaaaaaaaaaaaa", "known_password" },
		{ "Marcello-1987", "password_is_name" },
		{ "a long enough password", "" },
		{ "kX8#mQ2$vL9p", "" },
	};
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fault = (struct fault){ 0 };
		password_check(rows[i].password, "marcello", &fault);
		assert_string_equal(fault.code, rows[i].code);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stranger_slows_down_themselves_alone),
		cmocka_unit_test(an_address_of_ipv6_is_its_network),
		cmocka_unit_test(
		    many_together_are_slowed_down_but_no_known_browser),
		cmocka_unit_test(what_goes_on_record_is_bounded_and_counted),
		cmocka_unit_test(a_password_is_no_pattern_and_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
