/* job_target.h: a target of the job spec. */
#ifndef EXECUTOR_JOB_TARGET_H
#define EXECUTOR_JOB_TARGET_H

#include <json-c/json.h>
#include <stdbool.h>

#include "base/err.h"

struct job_spec;

struct job_target {
	const char *name;
	const char *kind; /* "local", "ssh", "http", "mysql" … */
	const char *host;
	int port;
	const char *user; /* NULL: not set */
	const char *key;
	const char *passphrase;
	const char *host_key;
	const char *client; /* "libssh2" or "openssh" */
	bool agent;
	int local_port; /* port of the tunnel over a jump host, at 127.0.0.1 */
	struct json_object *json; /* all keys, for the kinds that need more */
};

/* Reads one target, such as another's "over"; *ret belongs to v. */
enum err job_target_read(
    struct json_object *v, struct job_target *ret, struct fault *fault);

/* Read the job spec's "targets", "hosts" and "with". */
enum err job_read_targets(
    struct job_spec *o, struct json_object *list, struct fault *fault);
enum err job_read_hosts(
    struct job_spec *o, struct json_object *hosts, struct fault *fault);
enum err job_read_with(
    struct job_spec *o, struct json_object *with, struct fault *fault);

#endif
