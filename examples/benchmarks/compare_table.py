"""Reads JSON lines of training benchmarks and prints them side by side, medians of all rounds.

A line "row" ends the lines of a row, which is printed at once; the scaling over threads follows at the end.
"""
import json
import statistics
import sys

# Least wanted ratio of samples a second to the better peer, on one thread and on two.
TARGETS = {
    "mlp": (1.3, 1.6), "mlp-small": (2.0, 2.0), "lenet": (1.5, 1.8),
    "resnet18": (1.4, 1.4), "gpt": (1.4, 1.6), "lstm": (1.1, 1.3),
}
# Least wanted samples a second on two threads by those on one.
SCALING = {"mlp": 1.7, "lenet": 1.85, "resnet18": 1.85, "gpt": 1.85}
COLUMNS = ("model", "threads", "ours, samples/s", "better peer, samples/s", "ratio", "target", "peak MB, ours / peer",
           "first step s, ours / peer", "steady after steps", "which peer")


def median(lines, key):
    return statistics.median(line[key] for line in lines)


def table(cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def row(lines):
    engines = {}
    for line in lines:
        engines.setdefault(line["engine"], []).append(line)
    ours = engines.pop("lockstep", None)
    if not ours or not engines:
        return None
    model, threads = ours[0]["model"], ours[0]["threads"]
    name, peer = max(engines.items(), key=lambda item: median(item[1], "samples_per_second"))
    mine, theirs = median(ours, "samples_per_second"), median(peer, "samples_per_second")
    table((
        model, str(threads), f"{mine:,.0f}", f"{theirs:,.0f}", f"{mine / theirs:.2f}",
        str(TARGETS[model][min(threads, 2) - 1]),
        f"{median(ours, 'peak_rss_bytes') / 1e6:.0f} / {median(peer, 'peak_rss_bytes') / 1e6:.0f}",
        f"{median(ours, 'seconds_to_first_step'):.1f} / {median(peer, 'seconds_to_first_step'):.1f}",
        f"{median(ours, 'steps_to_steady'):.0f}", name))
    return model, threads, mine, theirs


def scaling(rows):
    both = {(model, threads): (mine, theirs) for model, threads, mine, theirs in rows}
    pairs = [(model, both[model, 1], both[model, 2]) for model, threads in both if threads == 2 and (model, 1) in both]
    if not pairs:
        return
    print("\n2 threads over 1 thread:\n")
    table(("model", "ours", "target", "better peer"))
    table(["---"] * 4)
    for model, one, two in pairs:
        table((model, f"{two[0] / one[0]:.2f}", str(SCALING.get(model, "")), f"{two[1] / one[1]:.2f}"))


def main():
    table(COLUMNS)
    table(["---"] * len(COLUMNS))
    lines, rows = [], []
    for text in sys.stdin:
        if text.startswith("{"):
            lines.append(json.loads(text))
        elif text.strip() == "row":
            rows.append(row(lines))
            lines = []
    scaling([each for each in rows if each])


main()
