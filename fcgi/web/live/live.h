/* live.h: the live streams: server-sent events of runs to their watchers. */
#ifndef WEB_LIVE_LIVE_H
#define WEB_LIVE_LIVE_H

struct web;

/* Serves DATA/run/live.sock until SIGTERM, or until its renderer ends. */
void live_serve(struct web *web);

#endif
