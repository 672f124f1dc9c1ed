"""Reads JSON lines of training benchmarks from standard input and prints them side by side, medians of all rounds."""
import json
import statistics
import sys

# Least wanted ratio of samples a second to the better peer, on one thread and on two.
TARGETS = {
    "mlp": (1.3, 1.6), "mlp-small": (2.0, 2.0), "lenet": (1.5, 1.8),
    "resnet18": (1.4, 1.4), "gpt": (1.4, 1.6), "lstm": (1.1, 1.3),
}


def median(lines, key):
    return statistics.median(line[key] for line in lines)


def main():
    groups = {}
    for text in sys.stdin:
        if text.startswith("{"):
            line = json.loads(text)
            groups.setdefault((line["model"], line["threads"]), {}).setdefault(line["engine"], []).append(line)
    print("| model | threads | Lockstep samples/s | better peer | its samples/s | ratio | target "
          "| MB ours / peer | first step s ours / peer |")
    print("|---|---|---|---|---|---|---|---|---|")
    for (model, threads), engines in groups.items():
        ours = engines.pop("lockstep", None)
        if not ours or not engines:
            continue
        name, peer = max(engines.items(), key=lambda item: median(item[1], "samples_per_second"))
        mine, theirs = median(ours, "samples_per_second"), median(peer, "samples_per_second")
        print(f"| {model} | {threads} | {mine:,.0f} | {name} | {theirs:,.0f} | {mine / theirs:.2f} "
              f"| {TARGETS[model][min(threads, 2) - 1]} "
              f"| {median(ours, 'peak_rss_bytes') / 1e6:.0f} / {median(peer, 'peak_rss_bytes') / 1e6:.0f} "
              f"| {median(ours, 'seconds_to_first_step'):.1f} / {median(peer, 'seconds_to_first_step'):.1f} |")


main()
