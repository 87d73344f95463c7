/*
 * script.c: programs for a shell.
 *
 * Values are passed as exported variables; only names become shell text.
 * Values are never part of a command line: login shells (fish, tcsh) quote by
 * rules of their own, so the command line is constant and sh reads the rest
 * from its standard input, where POSIX quoting applies.
 */
#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/encode.h"
#include "executor/actions/script.h"
#include "lang/target_variables.h"
#include "executor/remote/programs.h"

static void
upper_name(const char *name, char upper[80])
{
	size_t n = 3;

	memcpy(upper, "CS_", 3);
	for (; *name != '\0' && n < 79; name++)
		upper[n++] = (char)toupper((unsigned char)*name);
	upper[n] = '\0';
}

const char *
script_path(const struct job_spec *spec)
{
	return spec->local_path != NULL
	    ? spec->local_path
	    : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

struct giving {
	script_variable_fn fn;
	void *ctx;
};

static void
give(void *ctx, const char *target, const char *name, const char *value,
    bool secret)
{
	const struct giving *g = ctx;

	(void)target;
	(void)secret;
	g->fn(g->ctx, name, value);
}

void
script_variables(const struct job_spec *spec, const char *target,
    script_variable_fn fn, void *ctx)
{
	struct giving g = { fn, ctx };
	char name[80];

	if (spec->environment != NULL)
		fn(ctx, "CS_ENVIRONMENT", spec->environment);
	if (spec->run != NULL)
		fn(ctx, "CS_RUN", spec->run);
	fn(ctx, "CS_TARGET", target);
	fn(ctx, "CS_EXEC", spec->exec);
	for (size_t i = 0; i < spec->values_count; i++) {
		upper_name(spec->values[i].name, name);
		fn(ctx, name, spec->values[i].text);
	}
	target_variables(
	    spec->message.with, strcmp(target, "local") == 0, give, &g);
}

void
script_text(const struct job_spec *spec, struct buf *out)
{
	char name[80];

	if (kind_is(spec->step.kind, KIND_SHELL)) {
		for (size_t i = 0; i < spec->values_count; i++) {
			upper_name(spec->values[i].name, name);
			buf_printf(out, "%s=$%s; ", spec->values[i].name, name);
		}
	}
	buf_puts(out, spec->step.text);
	if (!text_ends(spec->step.text, "\n"))
		buf_putc(out, '\n');
}

static void
put_export(void *ctx, const char *name, const char *value)
{
	struct buf *out = ctx;

	buf_printf(out, "%s=", name);
	encode_shell(value, strlen(value), out);
	buf_printf(out, "; export %s\n", name);
}

void
script_exports(const struct job_spec *spec, const char *target, struct buf *out)
{
	script_variables(spec, target, put_export, out);
}

void
script_setting(const char *name, const char *value, struct buf *out)
{
	buf_printf(out, "%s=", name);
	encode_shell(value, strlen(value), out);
	buf_putc(out, '\n');
}

void
script_here(const char *command, const struct buf *text, struct buf *out)
{
	char mark[33];

	text_random_hex(mark, 16);
	buf_printf(out, "%s <<'%s'\n", command, mark);
	buf_put(out, buf_text(text), text->len);
	if (text->len == 0 || text->data[text->len - 1] != '\n')
		buf_putc(out, '\n');
	buf_printf(out, "%s\n", mark);
}

char *
script_command(const char *user)
{
	if (user == NULL)
		return mem_strdup("exec sh -s");
	return mem_printf("exec sh -c 'test \"`id -un`\" = %s && "
			  "exec sh -s; HOME=~%s USER=%s LOGNAME=%s; "
			  "test \"`id -u`\" = 0 && export HOME USER LOGNAME && "
			  "exec runuser -u %s -- sh -s; "
			  "exec sudo -n -H -u %s -- sh -s'",
	    user, user, user, user, user, user);
}

const char *
script_flag(const struct job_spec *spec)
{
	return spec->step.kind == STEP_PYTHON ? "-u" : "--";
}

const char *
script_loader(const struct job_spec *spec)
{
	return spec->step.cwd != NULL && spec->step.kind == STEP_PYTHON
	    ? program_load
	    : NULL;
}
