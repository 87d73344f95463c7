/* preflight_server.h: tests a server without changing it. */
#ifndef EXECUTOR_ACTIONS_PREFLIGHT_SERVER_H
#define EXECUTOR_ACTIONS_PREFLIGHT_SERVER_H

struct job;

/* An http server and a database; the findings stand in the job. */
void preflight_http(struct job *job);
void preflight_sql(struct job *job);

#endif
