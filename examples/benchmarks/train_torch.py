"""Times training steps of one model in PyTorch: MODEL THREADS SECONDS [channels_last]. Prints one JSON line.

Rows are random, gathered from a data set in memory for each batch. STARTED in the environment is the time at which the
process was launched, in seconds.
"""
import json
import os
import resource
import statistics
import sys
import time

import torch

import models_torch as models

NAME, THREADS, SECONDS = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
CHANNELS_LAST = "channels_last" in sys.argv
STEPS_MIN = 6


def main():
    torch.manual_seed(0)
    torch.set_num_threads(THREADS)
    make, batch = models.MODELS[NAME][:2]
    model = make()
    x, y = models.rows(NAME)
    if CHANNELS_LAST:
        model = model.to(memory_format=torch.channels_last)
    optimizer = models.optimizer(NAME, model.parameters())
    order = torch.randperm(len(y))
    times, losses, first = [], [], None
    began = time.perf_counter()
    while len(times) < STEPS_MIN or time.perf_counter() - began < SECONDS:
        before = time.perf_counter()
        step = len(times)
        rows = order[torch.arange(step * batch, (step + 1) * batch) % len(y)]
        images = x[rows].contiguous(memory_format=torch.channels_last) if CHANNELS_LAST else x[rows]
        loss = models.loss(model(images), y[rows])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        times.append(time.perf_counter() - before)
        if first is None:
            first = time.time() - float(os.environ["STARTED"])
    steady = times[max(2, len(times) // 10):]
    print(json.dumps({
        "engine": "torch " + torch.__version__ + (" channels last" if CHANNELS_LAST else ""),
        "model": NAME, "threads": THREADS, "steps": len(times),
        "samples_per_second": batch / statistics.median(steady),
        "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "seconds_to_first_step": first,
        "loss_first": losses[0], "loss_last": losses[-1],
    }))


main()
