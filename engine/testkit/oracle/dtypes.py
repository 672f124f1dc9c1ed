"""Every dtype: promotion, wrap-around, and which dtype a function gives."""

import torch

from golden import File, NAMES, flat

DTYPES = list(NAMES)
WHOLE = [torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64]
HALF = [torch.bfloat16, torch.float16]


def of(dtype, *numbers):
    return torch.tensor(numbers).to(dtype)


def promotion(file):
    for a in DTYPES:
        for b in DTYPES:
            file.case("add:%s %s" % (NAMES[a], NAMES[b]), torch.add, of(a, 1, 0, 1), of(b, 1, 1, 0), grad=False)
            file.case("mul:%s %s 0d" % (NAMES[a], NAMES[b]), torch.mul, of(a, 1, 0, 1), of(b, 1)[0], grad=False)
            if a != torch.bool or b != torch.bool:
                file.case("div:%s %s" % (NAMES[a], NAMES[b]), torch.div, of(a, 1, 0, 1), of(b, 1, 1, 1), grad=False)
        file.case("addLong:" + NAMES[a], lambda x: x + 2, of(a, 1, 0, 1), grad=False)
        file.case("addDouble:" + NAMES[a], lambda x: x + 0.5, of(a, 1, 0, 1), grad=False)
        file.case("mulLong:" + NAMES[a], lambda x: x * 3, of(a, 1, 0, 1), grad=False)


def whole(file):
    for dtype in WHOLE:
        info = torch.iinfo(dtype)
        edge = torch.tensor([info.max, info.min, 7, 5 if dtype == torch.uint8 else -5], dtype=dtype)
        other = torch.tensor([1, 1, 3, 2], dtype=dtype)
        name = ":" + NAMES[dtype]
        for key, function in dict(sum=torch.sum, prod=torch.prod, cumsum=lambda x: x.cumsum(0), neg=torch.neg,
                                  cumprod=lambda x: x.cumprod(0), amax=torch.amax, argmin=torch.argmin, abs=torch.abs,
                                  sort=lambda x: torch.sort(x, stable=True), exp=torch.exp, sigmoid=torch.sigmoid,
                                  relu=torch.relu, square=torch.square, bitwiseNot=torch.bitwise_not,
                                  clamp=lambda x: x.clamp(1, 6), bool=lambda x: x.bool(), f32=lambda x: x.float(),
                                  any=torch.any, sign=torch.sign).items():
            if key == "any" and dtype == torch.uint8:
                continue  # PyTorch gives U8 of U8 alone, for old programs' sake; here it is BOOL as of all others.
            # Functions of numbers near the limits of I64 are not exact in f32.
            file.case(key + name, function, edge if key not in ("exp", "f32", "sigmoid") else other, grad=False)
        for key, function in dict(subtract=torch.sub, multiply=torch.mul, floorDivide=torch.floor_divide,
                                  remainder=torch.remainder, fmod=torch.fmod, maximum=torch.maximum, lt=torch.lt,
                                  bitwiseXor=torch.bitwise_xor).items():
            file.case(key + name, function, edge, other, grad=False)
        file.case("scatterAdd" + name, lambda x, i, s: x.scatter_add(0, i, s), edge, torch.tensor([0, 0, 2, 3]), other,
                  grad=False)
        file.case("cat" + name, lambda x, y: torch.cat([x, y]), edge, other, grad=False)


def in_single(function, dtype):
    """What PyTorch 1.13 lacks for f16 on a CPU: computed in f32, then rounded."""
    if dtype != torch.float16:
        return function
    return lambda *tensors: [y.to(dtype) if y.dtype == torch.float32 else y
                             for y in flat(function(*[x.float() for x in tensors]))]


def halves(file):
    for dtype in HALF:
        a, b = of(dtype, 1.5, -2.25, 0.1, 3.0), of(dtype, 0.3, 4.0, -1.0, 2.5)
        name = ":" + NAMES[dtype]
        for key, function in dict(sum=torch.sum, mean=torch.mean, exp=torch.exp, sigmoid=torch.sigmoid, neg=torch.neg,
                                  softmax=lambda x: x.softmax(0), cumsum=lambda x: x.cumsum(0), relu=torch.relu,
                                  sort=lambda x: torch.sort(x, stable=True), square=torch.square, amax=torch.amax,
                                  i32=lambda x: x.int(), f32=lambda x: x.float(), abs=torch.abs).items():
            file.case(key + name, function if key == "f32" else in_single(function, dtype), a, grad=False)
        for key, function in dict(subtract=torch.sub, multiply=torch.mul, maximum=torch.maximum, lt=torch.lt,
                                  cat=lambda x, y: torch.cat([x, y])).items():
            file.case(key + name, in_single(function, dtype), a, b, grad=False)
    for dtype in [torch.float32, torch.float64]:
        wide = of(dtype, 1.0 + 2 ** -9, 65520.0, 1e-8, -3.7)
        for key, target in dict(bf16=torch.bfloat16, f16=torch.float16, i8=torch.int8).items():
            file.case(key + ":" + NAMES[dtype], lambda x, t=target: x.to(t), wide if key != "i8" else of(dtype, -3.7, 99.9),
                      grad=False)


def truths(file):
    a, b = of(torch.bool, 1, 0, 1, 0), of(torch.bool, 1, 1, 0, 0)
    for key, function in dict(sum=torch.sum, any=torch.any, cumsum=lambda x: x.cumsum(0), f32=lambda x: x.float(),
                              sort=lambda x: torch.sort(x, stable=True), bitwiseNot=torch.bitwise_not).items():
        file.case(key + ":BOOL", function, a)
    for key, function in dict(bitwiseXor=torch.bitwise_xor, maximum=torch.maximum, lt=torch.lt,
                              cat=lambda x, y: torch.cat([x, y])).items():
        file.case(key + ":BOOL", function, a, b)


file = File("dtypes")
promotion(file)
whole(file)
halves(file)
truths(file)
file.write()
