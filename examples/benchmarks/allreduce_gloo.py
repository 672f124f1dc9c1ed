"""Times torch.distributed.all_reduce over Gloo, f32, in place; one line of JSON a size.

Usage: allreduce_gloo.py RANK WORKERS PORT SECONDS BYTES...   MASTER in the environment: the address of rank 0
"""
import json
import os
import sys
import time

import torch
import torch.distributed as dist

CALLS_MIN, CALLS_MAX = 5, 20000


def largest(mine):
    value = torch.tensor([mine], dtype=torch.float64)
    dist.all_reduce(value, op=dist.ReduceOp.MAX)
    return value.item()


def seconds_a_call(data, calls):
    since = time.perf_counter()
    for _ in range(calls):
        dist.all_reduce(data)
    return largest((time.perf_counter() - since) / calls)


def measure(size, seconds, rank, workers):
    data = torch.full((size // 4,), float(rank))
    dist.all_reduce(data)
    expected = workers * (workers - 1) / 2
    if not bool((data == expected).all()):
        sys.exit(f"wrong sum of {size} bytes")
    data.zero_()
    each = seconds_a_call(data, 3)
    each = seconds_a_call(data, max(3, min(CALLS_MAX, int(seconds / 2 / each))))
    calls = max(CALLS_MIN, min(CALLS_MAX, int(seconds / each)))
    times = []
    dist.barrier()
    for _ in range(calls):
        since = time.perf_counter()
        dist.all_reduce(data)
        times.append(time.perf_counter() - since)
    times.sort()
    median, late = largest(times[calls // 2]), largest(times[int(calls * 0.99)])
    if rank == 0:
        line = dict(engine="gloo", bytes=size, workers=workers, p50_us=median * 1e6, p99_us=late * 1e6)
        print(json.dumps(line), flush=True)


def main():
    rank, workers, port = map(int, sys.argv[1:4])
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"tcp://{os.environ.get('MASTER', '127.0.0.1')}:{port}", rank=rank, world_size=workers)
    for size in map(int, sys.argv[5:]):
        measure(size, float(sys.argv[4]), rank, workers)
    dist.barrier()
    dist.destroy_process_group()


main()
