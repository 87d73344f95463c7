/*
 * page.h: the handlers in the route table. page_* shows, post_* passes a
 * command on to the keeper. Each is in the file of its name.
 */
#ifndef WEB_PAGES_PAGE_H
#define WEB_PAGES_PAGE_H

#include "web/http/reply.h"

enum err page_home(struct req *req, struct reply *reply);
enum err page_runbooks(struct req *req, struct reply *reply);
enum err page_runbook(struct req *req, struct reply *reply);
enum err page_run_new(struct req *req, struct reply *reply);
enum err post_run_create(struct req *req, struct reply *reply);
enum err page_runs(struct req *req, struct reply *reply);
enum err page_run(struct req *req, struct reply *reply);
enum err page_run_refused(struct req *req, struct reply *reply, enum err why);
enum err page_run_change(struct req *req, struct reply *reply);
enum err post_run_change(struct req *req, struct reply *reply);
enum err page_preview(struct req *req, struct reply *reply);
enum err page_targets_of_step(struct req *req, struct reply *reply);
enum err page_preflight(struct req *req, struct reply *reply);
enum err page_output(struct req *req, struct reply *reply);
enum err post_reveal(struct req *req, struct reply *reply);
enum err page_artifact(struct req *req, struct reply *reply);
enum err page_report(struct req *req, struct reply *reply);
enum err page_report_json(struct req *req, struct reply *reply);
enum err page_report_csv(struct req *req, struct reply *reply);
enum err page_events(struct req *req, struct reply *reply);
enum err page_events_many(struct req *req, struct reply *reply);
enum err page_users(struct req *req, struct reply *reply);
enum err post_user_add(struct req *req, struct reply *reply);
enum err page_tokens(struct req *req, struct reply *reply);
enum err post_token_add(struct req *req, struct reply *reply);
enum err page_targets(struct req *req, struct reply *reply);
enum err page_secrets(struct req *req, struct reply *reply);
enum err post_secret_set(struct req *req, struct reply *reply);
enum err post_secret_delete(struct req *req, struct reply *reply);
enum err page_login(struct req *req, struct reply *reply);

/* The sign-in form, with the form that was sent after the session ended. */
enum err page_sign_in_again(struct req *req, struct reply *reply);
enum err post_login(struct req *req, struct reply *reply);
enum err post_logout(struct req *req, struct reply *reply);
enum err page_setup(struct req *req, struct reply *reply);
enum err post_setup(struct req *req, struct reply *reply);
enum err page_password(struct req *req, struct reply *reply);
enum err post_password(struct req *req, struct reply *reply);
enum err post_language(struct req *req, struct reply *reply);
enum err page_healthz(struct req *req, struct reply *reply);
enum err page_metrics(struct req *req, struct reply *reply);

/* Any command of a run, a step, an account or a token. */
enum err post_command(struct req *req, struct reply *reply);

#endif
