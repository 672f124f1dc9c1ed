"""Reads the JSON lines of profiles.sh and prints a page: for each model the kinds of work of a step and the dearest ops."""
import json
import math
import sys

KINDS = {
    "products": ("matmul", "linear", "conv2d", "conv2dInputGrad", "conv2dWeightGrad", "lstmScan", "lstmScanGrad"),
    "attention": ("attention", "attentionGrad", "selfAttention", "selfAttentionGrad"),
    "norms, softmax, losses": ("batchNorm", "batchStatistics", "normalize", "layerNorm", "crossEntropy", "softmax", "logSoftmax"),
    "pooling": ("maxPool2d", "avgPool2d"),
    "updates": ("sgd", "adam"),
    "gathering and moving": ("indexSelect", "indexAdd", "embedding", "reshape", "permute", "concat", "narrow", "copy",
                             "expand", "cast", "empty", "full", "stack"),
    "sums": ("sum",),
}
REST = "element by element"
BESIDE = "beside the ops"
STREAMS = (REST, "updates", "pooling", "sums")  # Others read parts of their inputs, or compute.
SHOWN = 8

INTRODUCTION = """# Where the time of a training step goes

Printed by `examples/benchmarks/profiles.sh`: `bench train --profile` on one thread, the second half of the run, means.
One thread's limits on that machine: {fma:.0f} GFLOP/s of f32 multiply-adds, {memory:.0f} GB/s of memory (triad),
{l3:.0f} GB/s in L3, {l2:.0f} GB/s in L2.

"Products" are matrix products and convolutions; their GFLOP/s count the multiply-adds that the model needs (forward,
weight gradients, input gradients but the first layer's), whatever an algorithm such as Winograd's saves. The GB/s of the
other kinds are an estimate: the inputs and one output as large as the largest of them, by the time they took; beyond
the memory's they were in a cache. "Beside the ops" is what no op accounts for: the graph, scopes, the step's own sums, and
the clock of the profile itself, which reads twice an op.
"""


def layers(model, batch):
    """Multiply-adds of the forward products, those of the first layer apart."""
    if model in ("mlp", "mlp-small"):
        width = 512 if model == "mlp" else 128
        return batch * 784 * width, batch * (width * width + width * 10)
    if model == "lenet":
        return batch * 28 * 28 * 6 * 25, batch * (10 * 10 * 16 * 6 * 25 + 400 * 120 + 120 * 84 + 84 * 10)
    if model == "resnet18":
        rest, inputs, side = 512 * 10, 64, 32
        for outputs in (64, 64, 128, 128, 256, 256, 512, 512):
            side = side if outputs == inputs else side // 2
            rest += side * side * 9 * outputs * (inputs + outputs)
            rest += side * side * inputs * outputs if outputs != inputs else 0
            inputs = outputs
        return batch * 32 * 32 * 64 * 27, batch * rest
    if model == "gpt":
        return 0, batch * 128 * (4 * 12 * 128 * 128 + 128 * 65)
    return batch * 32 * 64 * 1024, batch * (32 * 256 * 1024 + 256 * 10)


def product_flops(model, batch):
    first, rest = layers(model, batch)
    return 2 * (2 * first + 3 * rest)


def kind(op):
    name = op[:-4] if op.endswith("Grad") and op not in KINDS["products"] else op
    return next((title for title, ops in KINDS.items() if op in ops or name in ops), REST)


def moved(line):
    sizes = [4 * math.prod(json.loads(shape)) for shape in line["inputs"]]
    return (sum(sizes) + max(sizes, default=0)) * line["calls"]


def verdict(parts, step, rate, fma):
    share = {title: ms / step for title, (ms, _) in parts.items()}
    products = share.get("products", 0) + share.get("attention", 0)
    largest = max((title for title in share if title not in ("products", "attention")), key=share.get)
    text = f"Products take {products:.0%} of the step"
    text += f", at {rate / fma:.0%} of the multiply-add limit" if rate else ""
    if products > 0.6:
        bound = "arithmetic, as far as the products are at the limit"
    elif share.get(BESIDE, 0) > 0.3:
        bound = "the work beside the ops"
    else:
        bound = "many small parts: passes over memory and caches, and what each op costs"
    return f"{text}; next comes {largest} with {share[largest]:.0%}. Bound by {bound}."


def report(line, limits):
    step = line["profiled_step_ms"]
    parts = {}
    for each in line["profile_by_shapes"]:
        title = kind(each["op"])
        ms, data = parts.get(title, (0, 0))
        parts[title] = (ms + each["ms"], data + moved(each))
    parts[BESIDE] = (max(0, step - sum(ms for ms, _ in parts.values())), 0)
    flops = product_flops(line["model"], line["batch"])
    products = parts.get("products", (0, 0))[0]
    rate = flops / products / 1e6 if products else 0
    print(f"\n## {line['model']}, batch {line['batch']}\n")
    print(f"A step takes {step:.3f} ms (mean of {line['profiled_steps']}; with the profile). "
          + verdict(parts, step, rate, limits["fma_gflops_1"]) + "\n")
    print("| kind of work | ms a step | share | rate |\n|---|---|---|---|")
    for title, (ms, data) in sorted(parts.items(), key=lambda item: -item[1][0]):
        figure = f"{rate:.0f} GFLOP/s" if title == "products" else ""
        if title in STREAMS and ms:
            figure = f"{data / ms / 1e6:.0f} GB/s"
        print(f"| {title} | {ms:.3f} | {ms / step:.0%} | {figure} |")
    print("\n| the dearest ops | inputs | calls | ms a step |\n|---|---|---|---|")
    for each in line["profile_by_shapes"][:SHOWN]:
        inputs = ", ".join(each["inputs"][:6]) + (", ..." if len(each["inputs"]) > 6 else "")
        print(f"| {each['op']} | {inputs} | {each['calls']:.0f} | {each['ms']:.3f} |")


def main():
    limits = None
    for text in sys.stdin:
        if not text.startswith("{"):
            continue
        line = json.loads(text)
        if line["benchmark"] == "machine":
            limits = line
            print(INTRODUCTION.format(fma=line["fma_gflops_1"], memory=line["memory_GBps_1"], l3=line["l3_GBps"],
                                      l2=line["l2_GBps"]).rstrip())
        else:
            report(line, limits)


main()
