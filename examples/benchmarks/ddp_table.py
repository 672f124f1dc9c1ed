"""Reads the JSON lines of ddp.sh and prints, for each model, what several workers reach of as many times one."""
import json
import statistics
import sys

# Least wanted part of two times one worker.
TARGETS = {"mlp": 0.90, "lenet": 0.92, "resnet18": 0.97}


def main():
    rates = {}
    for text in sys.stdin:
        if text.startswith("{"):
            line = json.loads(text)
            key = (line["model"], line["engine"], line["workers"])
            rates.setdefault(key, []).append(line["samples_per_second"])
    print("| model | workers | ours, samples/s | of N times one | target | DDP, samples/s | of N times one | ratio |")
    print("|" + "---|" * 8)
    for model, engine, workers in rates:
        if engine != "lockstep" or workers == 1:
            continue
        cells = [model, str(workers)]
        both = []
        for name in ("lockstep", "torch"):
            one, all_ = (statistics.median(rates.get((model, name, n), [float("nan")])) for n in (1, workers))
            both.append(all_)
            cells += [f"{all_:,.0f}", f"{all_ / one / workers:.2f}"]
        cells.insert(4, str(TARGETS[model]) if workers == 2 else "")
        print("| " + " | ".join(cells) + f" | {both[0] / both[1]:.2f} |")


main()
