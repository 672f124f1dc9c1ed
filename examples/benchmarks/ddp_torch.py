"""Times data-parallel training in PyTorch over Gloo, a batch a worker: RANK WORKERS PORT MODEL STEPS.

One thread a worker; rank 0 prints one JSON line with the samples of all workers.
"""
import json
import statistics
import sys
import time

import torch
import torch.distributed as dist

import models_torch as models

RANK, WORKERS, PORT, NAME, STEPS = *map(int, sys.argv[1:4]), sys.argv[4], int(sys.argv[5])


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    make, batch = models.MODELS[NAME][:2]
    model = make()
    x, y = models.rows(NAME)
    order = torch.randperm(len(y))
    optimizer = models.optimizer(NAME, model.parameters())
    replica = model
    if WORKERS > 1:
        dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{PORT}", rank=RANK, world_size=WORKERS)
        replica = torch.nn.parallel.DistributedDataParallel(model)
    times = []
    for step in range(STEPS):
        before = time.perf_counter()
        first = (step * WORKERS + RANK) * batch
        rows = order[torch.arange(first, first + batch) % len(y)]
        loss = models.loss(replica(x[rows]), y[rows])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        loss.item()
        times.append(time.perf_counter() - before)
    if RANK == 0:
        rate = WORKERS * batch / statistics.median(times[max(2, STEPS // 10):])
        print(json.dumps({"engine": "torch", "model": NAME, "workers": WORKERS, "samples_per_second": rate}), flush=True)
    if WORKERS > 1:
        dist.barrier()
        dist.destroy_process_group()


main()
