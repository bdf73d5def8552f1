"""How the peers are timed, which is how `recurrent bench` times itself: medians of calls, two to
warm up and then at least nine and a second of them; steps of one row 200 at a time."""

import argparse
import json
import resource
import statistics
import time

import workloads

WARM_UP = 2
CALLS = 9
SECONDS = 1.0
STEPS = 200


def median_ms(call):
    """Median milliseconds of a call."""
    for _ in range(WARM_UP):
        call()
    seconds = []
    start = time.perf_counter()
    while len(seconds) < CALLS or time.perf_counter() - start < SECONDS:
        before = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - before)
    return statistics.median(seconds) * 1e3


def peak_rss_mb():
    """The most that the process has held in physical pages so far, in millions of bytes."""
    # Linux counts in units of 1024 bytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def main(version, runs):
    """Times the workload of the command line and prints one JSON object.

    `runs(workload, threads)` returns the calls to time, `(whole, forward)`: a training step,
    forward and backward, decoding, or 200 steps of one row; and the forward pass alone, or None.
    """
    import_rss_mb = peak_rss_mb()
    arguments = argparse.ArgumentParser()
    arguments.add_argument("workload", choices=workloads.load())
    arguments.add_argument("--threads", type=int, required=True)
    arguments = arguments.parse_args()
    workload = workloads.load()[arguments.workload]
    whole, forward = runs(workload, arguments.threads)
    ms = median_ms(whole) / (STEPS if workload.work == "step" else 1)
    measured = {
        "version": version,
        "workload": workload.name,
        "ms": ms,
        "forward_ms": None if forward is None else median_ms(forward),
        "threads": arguments.threads,
        "peak_rss_mb": peak_rss_mb(),
        "import_rss_mb": import_rss_mb,
    }
    print(json.dumps(measured))
