/* live.h: the live streams: server-sent events of runs to their watchers. */
#ifndef WEB_LIVE_LIVE_H
#define WEB_LIVE_LIVE_H

/* Serves DATA/run/live.sock until SIGTERM. */
void live_serve(const char *data);

#endif
