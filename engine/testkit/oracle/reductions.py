"""Folds, scans, sorts."""

import torch

from golden import File, ints, normal, positive


def folds(file):
    x = normal(1, 2, 3, 4)
    for name in ["sum", "mean", "prod", "amax", "amin"]:
        function = getattr(torch, name)
        every = function if name not in ("amax", "amin") else (lambda f: lambda t: f(t, dim=(0, 1, 2)))(function)
        file.case(name, every, x)
        file.case(name + ".axis", lambda t, f=function: f(t, dim=1), x)
        file.case(name + ".kept", lambda t, f=function: f(t, dim=-1, keepdim=True), x)
        if name != "prod":
            file.case(name + ".axes", lambda t, f=function: f(t, dim=(0, 2)), x)
    file.case("sum.axis:empty", lambda t: t.sum(1), normal(1, 2, 0, 3))
    file.case("prod.axis:empty", lambda t: t.prod(1), normal(1, 2, 0, 3))
    file.case("sum:ints", torch.sum, ints(1, -9, 9, 3, 4))
    file.case("prod:ints", torch.prod, ints(1, 1, 4, 5))
    file.case("sum:bools", torch.sum, ints(1, 0, 2, 9).bool())
    one = normal(2, 3, 4)
    one[1, 2] = 0
    file.case("prod.axis:zero", lambda t: t.prod(1), one)
    two = one.clone()
    two[1, 0] = 0
    file.case("prod.axis:zeros", lambda t: t.prod(1), two)
    file.case("max", torch.max, x)
    file.case("min", torch.min, x)
    file.case("max.axis", lambda t: torch.max(t, 1), x)
    file.case("min.axis", lambda t: torch.min(t, -1), x)
    file.case("argmax", torch.argmax, x)
    file.case("argmax.axis", lambda t: torch.argmax(t, 1), x)
    file.case("argmin", torch.argmin, x)
    file.case("argmin.axis", lambda t: torch.argmin(t, -1), x)
    file.case("amax.axis:wild", lambda t: t.amax(1), torch.tensor([[1.0, float("nan")], [float("inf"), 2.0]]).double(),
              grad=False)
    flags = ints(3, 0, 2, 3, 4)
    file.case("any", torch.any, flags.bool())
    file.case("any.axis", lambda t: torch.any(t, 1), flags.bool())
    file.case("all", torch.all, flags.bool())
    file.case("all.axis", lambda t: torch.all(t, 1), flags.bool())
    file.case("var", torch.var, x)
    file.case("var.axis", lambda t: torch.var(t, 1), x)
    file.case("var.biased", lambda t: torch.var(t, (0, 2), unbiased=False, keepdim=True), x)
    file.case("std", torch.std, x)
    file.case("std.axis", lambda t: torch.std(t, 1), x)
    file.case("std.biased", lambda t: torch.std(t, (0, 2), unbiased=False, keepdim=True), x)
    file.case("varMean", lambda t: torch.var_mean(t, 1, unbiased=True), x)
    file.case("norm", torch.norm, x)
    file.case("norm.axis", lambda t: torch.norm(t, dim=1), x)
    file.case("norm.axis:zero", lambda t: torch.norm(t, dim=1), torch.zeros(2, 3).double(), grad=False)
    for p in [1.0, 3.0, 0.0, float("inf"), -float("inf"), 0.5]:
        file.case("norm.p%s" % p, lambda t, p=p: torch.norm(t, p, dim=1), x)
    file.case("logsumexp", lambda t: torch.logsumexp(t, 1), x)
    file.case("logsumexp.axes", lambda t: torch.logsumexp(t, (0, 2), keepdim=True), x)
    file.case("logsumexp:wild", lambda t: torch.logsumexp(t, 1),
              torch.tensor([[1000.0, 1001.0], [-float("inf"), -float("inf")], [-float("inf"), 0.0],
                            [float("inf"), 1.0]]).double(), grad=False)
    file.case("countNonzero", torch.count_nonzero, ints(1, 0, 2, 3, 4))
    file.case("countNonzero.axis", lambda t: torch.count_nonzero(t, 1), ints(1, 0, 2, 3, 4))
    file.case("softmax", lambda t: torch.softmax(t, 1), x)
    file.case("softmax:wild", lambda t: torch.softmax(t, 1),
              torch.tensor([[1000.0, 1001.0], [-float("inf"), 0.0]]).double(), grad=False)
    file.case("logSoftmax", lambda t: torch.log_softmax(t, 1), x)


def orders(file):
    x = normal(1, 2, 3, 4)
    zeros = normal(4, 2, 5)
    zeros[0, 2] = 0
    zeros[1, 1] = 0
    zeros[1, 3] = 0
    for name in ["cumsum", "cumprod"]:
        function = getattr(torch, name)
        file.case(name, lambda t, f=function: f(t, 1), x)
        file.case(name + ".last", lambda t, f=function: f(t, -1), x)
        file.case(name + ".last:zeros", lambda t, f=function: f(t, -1), zeros)
        file.case(name + ".last:empty", lambda t, f=function: f(t, -1), normal(1, 2, 0))
        file.case(name + ":ints", lambda t, f=function: f(t, 1), ints(1, -3, 4, 2, 4))
        file.case(name + ".last:0d", lambda t, f=function: f(t, -1), normal(1, 1).squeeze())
    mixed = torch.tensor([[3.0, 1.0, float("nan"), -2.0, 1.0], [0.0, -0.0, 5.0, float("-inf"), float("inf")]]).double()
    for name, descending in [("sort", False), ("sort.descending", True)]:
        function = lambda t, d=descending: torch.sort(t, dim=1, descending=d, stable=True)
        file.case(name, function, x)
        file.case(name + ":wild", function, mixed, grad=False)
        file.case(name + ":ints", function, ints(1, 0, 4, 3, 6))
    file.case("argsort", lambda t: torch.argsort(t, 1), x)
    file.case("topk", lambda t: torch.topk(t, 2, dim=1), x)
    file.case("topk.smallest", lambda t: torch.topk(t, 2, dim=-1, largest=False), x)
    file.case("kthvalue", lambda t: torch.kthvalue(t, 2, dim=-1), x)
    file.case("median", torch.median, x)
    file.case("median.axis", lambda t: torch.median(t, -1), x)
    file.case("median.axis:wild", lambda t: torch.median(t, -1),
              torch.tensor([[3.0, float("nan"), 1.0], [3.0, 2.0, 1.0]]).double(), grad=False)


file = File("reductions")
folds(file)
orders(file)
file.write()
