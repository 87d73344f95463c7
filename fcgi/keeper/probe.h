/* probe.h: the answer of a probe that has run on several targets. */
#ifndef KEEPER_PROBE_H
#define KEEPER_PROBE_H

#include <stdint.h>

#include "base/buf.h"
#include "keeper/run.h"
#include "plan/state.h"

/*
 * The answer of attempt n of the probe, about the step that it probes.
 * STATE_SUCCEEDED: that has taken effect on every target; STATE_FAILED: on none
 * of those where it has not succeeded, so that a retry, which covers these,
 * does nothing twice; STATE_NONE: neither. If the targets answered and differ,
 * *message says how.
 */
enum state probe_answer(const struct run *run, const struct step *probe,
    int64_t n, struct buf *message);

#endif
