"""Reads the lines of allreduce_hosts.sh from standard input; prints medians, bus rates and their part of the link's."""
import json
import statistics
import sys


def main():
    times, limits, workers = {}, [], 1
    for raw in sys.stdin:
        if raw.startswith("{"):
            line = json.loads(raw)
            name = line.get("engine") or "lockstep-" + line["transport"]
            times.setdefault(line["bytes"], {}).setdefault(name, []).append(line["p50_us"])
            workers = line["workers"]
            if "limit_GBps" in line:
                limits.append(line["limit_GBps"])
    limit = statistics.median(limits)
    engines = sorted({name for row in times.values() for name in row})
    print(f"One plain connection gets {limit:.4f} GB/s. Bus rates, in brackets, are parts of that.\n")
    print("| bytes | " + " | ".join(engines) + " |")
    print("|" + "---|" * (len(engines) + 1))
    for size in sorted(times):
        cells = []
        for name in engines:
            if name in times[size]:
                micros = statistics.median(times[size][name])
                bus = size / micros / 1e3 * 2 * (workers - 1) / workers
                cells.append(f"{micros / 1000:.3f} ms ({bus / limit:.2f})")
            else:
                cells.append("")
        print(f"| {size} | " + " | ".join(cells) + " |")


main()
