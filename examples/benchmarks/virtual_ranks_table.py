"""Reads JSON lines of `lockstep bench train` and prints what each number of virtual ranks costs beside one."""
import json
import statistics
import sys


def main():
    rates = {}
    for text in sys.stdin:
        if text.startswith("{"):
            line = json.loads(text)
            row = rates.setdefault((line["model"], line["threads"], line["batch"]), {})
            row.setdefault(line["virtual_ranks"], []).append(line["samples_per_second"])
    counts = sorted({count for row in rates.values() for count in row})
    print("| model | threads | batch | " + " | ".join(f"V = {count}" for count in counts) + " |")
    print("|" + "---|" * (len(counts) + 3))
    for (model, threads, batch), row in rates.items():
        median = {count: statistics.median(values) for count, values in row.items()}
        cells = [f"{median[n]:,.0f} ({median[1] / median[n] - 1:+.0%})" if n in median else "" for n in counts]
        print(f"| {model} | {threads} | {batch} | " + " | ".join(cells) + " |")
    print("\nsamples a second, and how much longer a step takes than at V = 1")


main()
