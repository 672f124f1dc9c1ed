"""Reads the lines of allreduce.sh from standard input and prints medians with ratios to Lockstep over shared memory."""
import json
import statistics
import sys


def engine(line):
    return line.get("engine") or "lockstep-" + line["transport"]


def text(micros):
    return f"{micros / 1000:.2f} ms" if micros >= 1000 else f"{micros:.2f} us"


def main():
    times, limits = {}, {}
    for raw in sys.stdin:
        if raw.startswith("{"):
            line = json.loads(raw)
            times.setdefault(line["bytes"], {}).setdefault(engine(line), []).append(line["p50_us"])
            if line.get("transport") == "shm":
                limits.setdefault(line["bytes"], []).append(line["busbw_GBps"] / line["limit_GBps"])
    engines = sorted({name for row in times.values() for name in row})
    print("| bytes | " + " | ".join(engines) + " | shm: part of the memory's limit |")
    print("|" + "---|" * (len(engines) + 2))
    for size in sorted(times):
        row = {name: statistics.median(values) for name, values in times[size].items()}
        ours = row.get("lockstep-shm")
        cells = []
        for name in engines:
            ratio = f" ({row[name] / ours:.2f}x)" if ours and name in row and name != "lockstep-shm" else ""
            cells.append(text(row[name]) + ratio if name in row else "")
        limit = f"{statistics.median(limits[size]):.2f}" if size in limits else ""
        print(f"| {size} | " + " | ".join(cells) + f" | {limit} |")


main()
