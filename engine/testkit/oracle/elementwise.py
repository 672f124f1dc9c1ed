"""Unary and binary functions, comparisons, bits, choices."""

import torch
import torch.nn.functional as F

from golden import Digamma, File, ints, normal, positive, trigamma

EDGES = torch.tensor([0.0, -0.0, 1.0, -1.0, 2.5, -2.5, 0.5, 1e-10, -1e-10, 30.0, -30.0], dtype=torch.float64)
WILD = torch.tensor([float("inf"), -float("inf"), float("nan"), 1e300, -1e300, 0.0, -0.0, 1.0], dtype=torch.float64)


def hardsigmoid(x):
    """PyTorch's own gradient multiplies by 1/6 rounded to f32."""
    return torch.clamp((x + 3) / 6, 0, 1)


def unary(file):
    smooth = dict(
        neg=torch.neg, abs=torch.abs, sign=torch.sign, exp=torch.exp, expm1=torch.expm1, square=torch.square,
        sin=torch.sin, cos=torch.cos, tanh=torch.tanh, sigmoid=torch.sigmoid, erf=torch.erf, floor=torch.floor,
        ceil=torch.ceil, round=torch.round, trunc=torch.trunc, relu=torch.relu, gelu=F.gelu, silu=F.silu, elu=F.elu,
        selu=F.selu, softplus=F.softplus, hardtanh=F.hardtanh, hardsigmoid=hardsigmoid, hardswish=F.hardswish,
        relu6=F.relu6, mish=F.mish, logSigmoid=F.logsigmoid, atan=torch.atan, sinh=torch.sinh, cosh=torch.cosh,
        frac=torch.frac)
    smooth["gelu.tanh"] = lambda x: F.gelu(x, approximate="tanh")
    smooth["leakyRelu"] = lambda x: F.leaky_relu(x, 0.1)
    smooth["elu.alpha"] = lambda x: F.elu(x, 1.7)
    smooth["softplus.beta"] = lambda x: F.softplus(x, beta=2.0, threshold=3.0)
    smooth["clamp"] = lambda x: torch.clamp(x, -0.5, 0.7)
    smooth["clamp.min"] = lambda x: torch.clamp(x, min=0.1)
    smooth["clamp.max"] = lambda x: torch.clamp(x, max=0.1)
    smooth["hardtanh.range"] = lambda x: F.hardtanh(x, -2.0, 0.5)
    smooth["celu"] = lambda x: F.celu(x, 1.25)  # 1.25 is exact in f32, to which PyTorch rounds it
    smooth["softsign"] = F.softsign
    smooth["tanhshrink"] = F.tanhshrink
    smooth["softshrink"] = lambda x: F.softshrink(x, 0.4)
    smooth["hardshrink"] = lambda x: F.hardshrink(x, 0.4)
    smooth["threshold"] = lambda x: F.threshold(x, 0.1, 20.0)
    smooth["glu"] = lambda x: F.glu(x, 1)
    for name, function in smooth.items():
        file.case(name, function, normal(1, 3, 4) * 2)
        if name != "glu":
            file.case(name + ":0d", function, normal(2, 1).squeeze())
            file.case(name + ":empty", function, normal(2, 0, 3))
            file.case(name + ":edges", function, EDGES, grad=False)
            # Of a NaN's sign and shrinking PyTorch makes 0; here it stays what it is.
            file.case(name + ":wild", function, WILD[~WILD.isnan()] if name in ("sign", "softshrink") else WILD,
                      grad=False)
    real = dict(log=torch.log, log1p=torch.log1p, log2=torch.log2, log10=torch.log10, sqrt=torch.sqrt,
                rsqrt=torch.rsqrt, reciprocal=torch.reciprocal, tan=torch.tan)
    for name, function in real.items():
        file.case(name, function, positive(1, 3, 4))
        file.case(name + ":empty", function, positive(2, 0, 3))
        if name != "tan":
            file.case(name + ":wild", function, WILD, grad=False)
    file.case("log2:powers", torch.log2, torch.tensor([1.0, 2, 8, 1024, 0.25], dtype=torch.float64))
    for name, function in dict(asin=torch.asin, acos=torch.acos).items():
        file.case(name, function, torch.tanh(normal(1, 3, 4)))
    special = dict(lgamma=torch.lgamma, digamma=Digamma.apply, trigamma=trigamma)
    for name, function in special.items():
        grad = name != "trigamma"
        file.case(name, function, positive(1, 3, 4) * 3, grad=grad)
        file.case(name + ":negative", function, normal(1, 3, 4) * 3, grad=grad)
        file.case(name + ":far", function, positive(1, 6) * torch.tensor([1e-3, 1e1, 1e2, 1e3, 1e5, 1e8]).double(),
                  grad=False)
    # PyTorch's digamma and trigamma of infinity and of negative whole numbers are their own; only lgamma's are here.
    file.case("lgamma:wild", torch.lgamma, WILD, grad=False)
    file.case("erfinv", torch.erfinv, torch.tanh(normal(1, 3, 4)))
    file.case("erfinv:edges", torch.erfinv, torch.tensor([0.0, -0.0, 1.0, -1.0, 1.5, float("nan"), 1e-9, 1 - 1e-9]).double(),
              grad=False)
    for name, function in dict(isnan=torch.isnan, isinf=torch.isinf, isfinite=torch.isfinite,
                               logicalNot=torch.logical_not).items():
        file.case(name + ":wild", function, WILD, grad=False)
    for name, function in dict(neg=torch.neg, abs=torch.abs, sign=torch.sign, square=torch.square,
                               exp=torch.exp, sqrt=torch.sqrt, bitwiseNot=torch.bitwise_not).items():
        file.case(name + ":ints", function, ints(1, -9, 9, 5).abs() if name == "sqrt" else ints(1, -9, 9, 5))
    file.case("bitwiseNot:bool", torch.bitwise_not, torch.tensor([True, False]))
    file.case("logicalNot:ints", torch.logical_not, ints(1, -2, 2, 8))


def binary(file):
    a, b = normal(1, 3, 4), normal(2, 3, 4)
    both = {
        "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "maximum": torch.maximum,
        "minimum": torch.minimum, "atan2": torch.atan2,
        "add.alpha": lambda x, y: torch.add(x, y, alpha=2.5), "sub.alpha": lambda x, y: torch.sub(x, y, alpha=2.5),
        "hypot": torch.hypot, "logaddexp": torch.logaddexp,
    }
    for name, function in both.items():
        file.case(name, function, a, b)
        file.case(name + ":broadcast", function, normal(3, 2, 3, 1), normal(4, 4))
        file.case(name + ":0d", function, normal(3, 2, 3), normal(4, 1).squeeze())
        file.case(name + ":empty", function, normal(3, 0, 3), normal(4, 3))
    file.case("pow", torch.pow, positive(1, 3, 4), b)
    file.case("pow:broadcast", torch.pow, positive(1, 2, 3, 1), normal(2, 4))
    file.case("pow:zero", torch.pow, torch.zeros(3, dtype=torch.float64),
              torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64), grad=False)
    file.case("pow.number", lambda x: torch.pow(x, 2.5), positive(1, 3, 4))
    file.case("pow.base", lambda x: torch.pow(2.5, x), a)
    file.case("pow:ints", torch.pow, ints(1, -4, 4, 6), ints(2, 0, 5, 6))
    whole = {
        "remainder": torch.remainder, "fmod": torch.fmod, "floorDivide": lambda x, y: torch.div(x, y, rounding_mode="floor"),
        "div.trunc": lambda x, y: torch.div(x, y, rounding_mode="trunc"),
        "div.floor": lambda x, y: torch.div(x, y, rounding_mode="floor"),
    }
    for name, function in whole.items():
        file.case(name, function, a * 5, b)
        file.case(name + ":broadcast", function, normal(3, 2, 3, 1) * 5, normal(4, 4))
        file.case(name + ":ints", function, ints(1, -9, 9, 12), ints(2, 1, 5, 12) * (ints(3, 0, 2, 12) * 2 - 1))
        file.case(name + ":edges", function,
                  torch.tensor([1.0, -1.0, 0.0, 5.0, -5.0, float("inf"), 3.0, -3.0], dtype=torch.float64),
                  torch.tensor([0.0, 0.0, 0.0, -3.0, 3.0, 2.0, float("inf"), float("inf")], dtype=torch.float64),
                  grad=False)
    for name in ["eq", "ne", "lt", "le", "gt", "ge"]:
        function = getattr(torch, name)
        file.case(name, function, torch.tensor([1.0, 2, 3, float("nan")]).double(),
                  torch.tensor([1.0, 3, 2, float("nan")]).double(), grad=False)
        file.case(name + ":broadcast", function, ints(1, 0, 3, 3, 1), ints(2, 0, 3, 4))
        file.case(name + ":mixed", function, ints(1, 0, 3, 3, 1), torch.tensor([0.5, 1.0, 2.0]).double(), grad=False)
    for name, function in dict(logicalAnd=torch.logical_and, logicalOr=torch.logical_or,
                               logicalXor=torch.logical_xor).items():
        file.case(name, function, ints(1, 0, 2, 3, 1), ints(2, 0, 2, 4))
        file.case(name + ":floats", function, torch.tensor([0.0, 1.5]).double(), torch.tensor([2.0, -1.0]).double(),
                  grad=False)
    for name, function in dict(bitwiseAnd=torch.bitwise_and, bitwiseOr=torch.bitwise_or,
                               bitwiseXor=torch.bitwise_xor).items():
        file.case(name, function, ints(1, -100, 100, 3, 1), ints(2, -100, 100, 4))
        file.case(name + ":bool", function, torch.tensor([True, False, True]), torch.tensor([True, True, False]))
    file.case("bitwiseLeftShift", torch.bitwise_left_shift, ints(1, -100, 100, 6), ints(2, 0, 9, 6))
    file.case("bitwiseRightShift", torch.bitwise_right_shift, ints(1, -100, 100, 6), ints(2, 0, 9, 6))
    condition = ints(5, 0, 2, 3, 4).bool()
    file.case("where", torch.where, condition, a, b)
    file.case("where:broadcast", torch.where, condition, normal(3, 3, 1), normal(4, 4))
    file.case("lerp", lambda x, y: torch.lerp(x, y, 0.3), a, b)
    file.case("lerp.tensor", torch.lerp, a, b, positive(3, 4))
    file.case("addcmul", lambda x, y, z: torch.addcmul(x, y, z, value=0.5), a, normal(3, 3, 1), normal(4, 4))
    file.case("addcdiv", lambda x, y, z: torch.addcdiv(x, y, z, value=0.5), a, normal(3, 3, 1), positive(4, 4))
    file.case("maskedFill", lambda x, mask: x.masked_fill(mask, -2.5), a, condition)
    file.case("maskedFill:broadcast", lambda x, mask: x.masked_fill(mask, 7.0), a, condition[0])
    file.case("clamp.tensors", torch.clamp, a, normal(3, 4) - 1, normal(4, 4) + 1)


file = File("elementwise")
unary(file)
binary(file)
file.write()
