/*
 * project_account.h: projections of people, their tokens and the names of
 * secrets (project.c).
 */
#ifndef JOURNAL_PROJECT_PROJECT_ACCOUNT_H
#define JOURNAL_PROJECT_PROJECT_ACCOUNT_H

#include "base/err.h"

struct db;
struct event;

/* One function for each kind of event. */
enum err project_account_added(struct db *db, const struct event *e);
enum err project_account_changed(struct db *db, const struct event *e);
enum err project_password_set(struct db *db, const struct event *e);
enum err project_reset_confirmed(struct db *db, const struct event *e);
enum err project_migrated(struct db *db, const struct event *e);
enum err project_decision_reset(struct db *db, const struct event *e);
enum err project_token_added(struct db *db, const struct event *e);
enum err project_token_revoked(struct db *db, const struct event *e);
enum err project_secret_set(struct db *db, const struct event *e);
enum err project_secret_deleted(struct db *db, const struct event *e);

#endif
