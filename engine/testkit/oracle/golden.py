"""Records what PyTorch computes, as small text files that the tests of the engine read.

A file is a list of cases. Each begins with `case NAME`; then come the inputs (`in DTYPE SHAPE : NUMBERS`), for modules
their parameters (`param KEY DTYPE SHAPE : NUMBERS`), the outputs (`out ...`) and the gradients (`grad INDEX ...` of an
input, `gradparam KEY ...` of a parameter) of the sum of all floating outputs times fixed weights. Numbers are in C
order, as Python prints doubles; booleans are 0 and 1. NAME is the key of a function on the Java side, up to a colon.

A script started without the environment below starts itself anew with it: one thread and the instructions that every
x86-64 processor with AVX2 has give the same last digits everywhere. ORACLE_FOLDER names another folder to write to.
"""

import math
import os
import sys

SAME_EVERYWHERE = {
    "ATEN_CPU_CAPABILITY": "avx2", "OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
if any(os.environ.get(key) != value for key, value in SAME_EVERYWHERE.items()):
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **SAME_EVERYWHERE})

import torch  # noqa: E402

RESOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src", "main", "resources", "oracle")
FOLDER = os.environ.get("ORACLE_FOLDER", RESOURCES)
NAMES = {
    torch.float64: "F64", torch.float32: "F32", torch.bfloat16: "BF16", torch.float16: "F16", torch.int8: "I8",
    torch.uint8: "U8", torch.int16: "I16", torch.int32: "I32", torch.int64: "I64", torch.bool: "BOOL",
}


def number(x):
    if isinstance(x, bool):
        return "1" if x else "0"
    if isinstance(x, int):
        return str(x)
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "Infinity" if x > 0 else "-Infinity"
    return repr(x)


def text(tensor):
    tensor = tensor.detach()
    numbers = tensor.double() if tensor.is_floating_point() else tensor
    shape = ",".join(str(size) for size in tensor.shape) or "-"
    return NAMES[tensor.dtype] + " " + shape + " : " + " ".join(number(x) for x in numbers.reshape(-1).tolist())


def weights(shape):
    """Fixed numbers that no reduction hides: -1.125 ... 1.375."""
    count = math.prod(shape)
    return torch.tensor([((i * 7) % 11 - 5) / 4 + 0.125 for i in range(count)], dtype=torch.float64).reshape(shape)


def normal(seed, *shape):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, dtype=torch.float64, generator=generator)


def positive(seed, *shape):
    return 1 + 0.5 * torch.tanh(normal(seed, *shape))


def ints(seed, low, high, *shape):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(low, high, shape, generator=generator)


def trigamma(x):
    """PyTorch's own errs by 1e-10; its Hurwitz zeta does not, but knows positive numbers only."""
    mirrored = (math.pi / torch.sin(math.pi * x)) ** 2 - torch.special.zeta(2.0, torch.where(x < 0, 1 - x, 1.0))
    return torch.where(x > 0, torch.special.zeta(2.0, torch.where(x > 0, x, 1.0)), mirrored)


class Digamma(torch.autograd.Function):
    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return torch.special.digamma(x)

    @staticmethod
    def backward(context, gradient):
        return gradient * trigamma(*context.saved_tensors)


def flat(result):
    if isinstance(result, torch.Tensor):
        return [result]
    return [tensor for part in result if part is not None for tensor in flat(part)]


def total(outputs):
    parts = [(y.double() * weights(y.shape)).sum() for y in outputs if y.is_floating_point() and y.requires_grad]
    return sum(parts) if parts else None


class File:
    def __init__(self, name):
        self.name = name
        self.lines = []

    def case(self, name, function, *inputs, grad=True):
        """Records a function of tensors."""
        self.lines.append("case " + name)
        self.lines += ["in " + text(x) for x in inputs]
        leaves = [x.clone().requires_grad_(grad) if x.is_floating_point() else x for x in inputs]
        outputs = flat(function(*leaves))
        self.lines += ["out " + text(y) for y in outputs]
        loss = total(outputs) if grad else None
        if loss is not None:
            wanted = [x for x in leaves if x.requires_grad]
            found = iter(torch.autograd.grad(loss, wanted, allow_unused=True))
            for index, leaf in enumerate(leaves):
                gradient = next(found) if leaf.requires_grad else None
                if gradient is not None:
                    self.lines.append("grad %d %s" % (index, text(gradient)))

    def module(self, name, module, call, *inputs, seed=7):
        """Records a module: its state is drawn from a seed, so that nothing is zero or one."""
        module = module.double()
        generator = torch.Generator().manual_seed(seed)
        self.lines.append("case " + name)
        self.lines += ["in " + text(x) for x in inputs]
        with torch.no_grad():
            for key, tensor in module.state_dict().items():
                if tensor.is_floating_point():
                    tensor.copy_(torch.rand(tensor.shape, dtype=torch.float64, generator=generator) * 0.8 - 0.3
                                 if not key.endswith("running_var")
                                 else torch.rand(tensor.shape, dtype=torch.float64, generator=generator) + 0.5)
                self.lines.append("param %s %s" % (key, text(tensor)))
        leaves = [x.clone().requires_grad_(True) if x.is_floating_point() else x for x in inputs]
        outputs = flat(call(module, *leaves))
        self.lines += ["out " + text(y) for y in outputs]
        loss = total(outputs)
        if loss is None:
            return
        keys = [key for key, _ in module.named_parameters()]
        wanted = [x for x in leaves if x.requires_grad] + [p for _, p in module.named_parameters()]
        found = iter(torch.autograd.grad(loss, wanted, allow_unused=True))
        for index, leaf in enumerate(leaves):
            gradient = next(found) if leaf.requires_grad else None
            if gradient is not None:
                self.lines.append("grad %d %s" % (index, text(gradient)))
        for key in keys:
            gradient = next(found)
            if gradient is not None:
                self.lines.append("gradparam %s %s" % (key, text(gradient)))

    def write(self):
        os.makedirs(FOLDER, exist_ok=True)
        with open(os.path.join(FOLDER, self.name + ".golden"), "w") as file:
            file.write("\n".join(self.lines) + "\n")
