"""Optimizers, schedulers and initialisers."""

import torch
from torch import nn, optim

from golden import File, normal

STEPS = (1, 2, 5, 20)


def loss(p):
    target = torch.arange(p.numel(), dtype=torch.float64).reshape(p.shape) / 4
    return ((p - target) ** 2).sum() + 0.1 * torch.sin(3 * p).sum()


def steps(make):
    def run(start):
        p = start.detach().clone().requires_grad_(True)
        optimizer = make([p])
        seen = []
        for i in range(1, STEPS[-1] + 1):
            optimizer.zero_grad()
            loss(p).backward()
            optimizer.step()
            if i in STEPS:
                seen.append(p.detach().clone())
        return seen
    return run


class Lion(optim.Optimizer):
    """Algorithm 2 of the paper; this PyTorch has no Lion."""

    def __init__(self, params, lr, betas, weight_decay):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                m = state.setdefault("m", torch.zeros_like(p))
                b1, b2 = group["betas"]
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(group["lr"] * torch.sign(b1 * m + (1 - b1) * p.grad))
                m.mul_(b2).add_(p.grad, alpha=1 - b2)


class NAdam(optim.Optimizer):
    """As in PyTorch 2, with the product of the shares up to the next step; version 1.13 counts one share twice."""

    def __init__(self, params, lr, weight_decay):
        super().__init__(params, dict(lr=lr, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        share = lambda t: 0.9 * (1 - 0.5 * 0.96 ** (t * 4e-3))
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                m, v = (state.setdefault(k, torch.zeros_like(p)) for k in "mv")
                t = state["t"] = state.get("t", 0) + 1
                product = state["product"] = state.get("product", 1.0) * share(t)
                grad = p.grad + group["weight_decay"] * p
                m.mul_(0.9).add_(grad, alpha=0.1)
                v.mul_(0.999).addcmul_(grad, grad, value=0.001)
                divisor = (v / (1 - 0.999 ** t)).sqrt() + 1e-8
                p.sub_(group["lr"] * (1 - share(t)) / (1 - product) * grad / divisor)
                p.sub_(group["lr"] * share(t + 1) / (1 - product * share(t + 1)) * m / divisor)


def optimizers(file):
    start = normal(1, 2, 3)
    cases = {
        "SGD": lambda p: optim.SGD(p, lr=0.1),
        "SGD.momentum": lambda p: optim.SGD(p, lr=0.05, momentum=0.9, dampening=0.1, weight_decay=0.02),
        "SGD.nesterov": lambda p: optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
        "Adam": lambda p: optim.Adam(p, lr=0.1),
        "Adam.decay": lambda p: optim.Adam(p, lr=0.1, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1),
        "AdamW": lambda p: optim.AdamW(p, lr=0.1, weight_decay=0.1),
        "RMSprop": lambda p: optim.RMSprop(p, lr=0.05),
        "RMSprop.all": lambda p: optim.RMSprop(p, lr=0.05, alpha=0.9, weight_decay=0.1, momentum=0.5, centered=True),
        "Adagrad": lambda p: optim.Adagrad(p, lr=0.3),
        "Adagrad.decay": lambda p: optim.Adagrad(p, lr=0.3, lr_decay=0.1, weight_decay=0.1),
        "Adadelta": lambda p: optim.Adadelta(p, lr=1.0, weight_decay=0.1),
        "Adamax": lambda p: optim.Adamax(p, lr=0.1, weight_decay=0.1),
        "NAdam": lambda p: NAdam(p, lr=0.1, weight_decay=0.1),
        "RAdam": lambda p: optim.RAdam(p, lr=0.1, weight_decay=0.1),
        "Lion": lambda p: Lion(p, lr=0.1, betas=(0.9, 0.99), weight_decay=0.1),
    }
    for name, make in cases.items():
        file.case(name, steps(make), start, grad=False)


def rates(make, count=30, metric=None):
    def run():
        optimizer = optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        scheduler = make(optimizer)
        seen = []
        for i in range(count):
            seen.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step(*([] if metric is None else [metric(i)]))
        return torch.tensor(seen, dtype=torch.float64)
    return run


def schedulers(file):
    s = optim.lr_scheduler
    cases = {
        "stepLr": lambda o: s.StepLR(o, 7, 0.5), "multiStepLr": lambda o: s.MultiStepLR(o, [5, 12, 20], 0.3),
        "exponential": lambda o: s.ExponentialLR(o, 0.9), "constant": lambda o: s.ConstantLR(o, 0.25, 6),
        "cosineAnnealing": lambda o: s.CosineAnnealingLR(o, 29, 0.1),
        "cosineWarmRestarts": lambda o: s.CosineAnnealingWarmRestarts(o, 4, 2, 0.1),
        "linear.lr": lambda o: s.LinearLR(o, 0.2, 0.8, 10), "lambda": lambda o: s.LambdaLR(o, lambda i: 1 / (1 + i)),
        "oneCycle": lambda o: s.OneCycleLR(o, 1.0, total_steps=31),
        "sequential": lambda o: s.SequentialLR(o, [s.ConstantLR(o, 0.1, 100), s.ExponentialLR(o, 0.9)], [10]),
        "warmup": lambda o: s.LambdaLR(o, lambda i: min(i + 1, 8) / 8),
    }
    for name, make in cases.items():
        file.case(name, rates(make))
    file.case("reduceOnPlateau", rates(lambda o: s.ReduceLROnPlateau(o, factor=0.5, patience=2),
                                       metric=lambda i: 1 / (1 + min(i, 6))))


def drawn(function, *shape):
    def run():
        torch.manual_seed(3)
        return function(torch.empty(*shape))
    return run


def initialisers(file):
    i = nn.init
    cases = {
        "uniform_": lambda t: i.uniform_(t, -2, 3), "normal_": lambda t: i.normal_(t, 1, 2),
        "constant_": lambda t: i.constant_(t, 1.5), "zeros_": i.zeros_, "ones_": i.ones_, "eye_": i.eye_,
        "xavierUniform_": lambda t: i.xavier_uniform_(t, 1.5), "xavierNormal_": lambda t: i.xavier_normal_(t, 1.5),
        "kaimingUniform_": lambda t: i.kaiming_uniform_(t, 0.2), "kaimingNormal_": lambda t: i.kaiming_normal_(t, 0.2),
        "truncNormal_": lambda t: i.trunc_normal_(t, 0.5, 1.5, -1, 2), "orthogonal_": lambda t: i.orthogonal_(t, 1.5),
    }
    for name, function in cases.items():
        file.case(name, drawn(function, 5, 4))
    file.case("orthogonal_.wide", drawn(lambda t: i.orthogonal_(t), 3, 6))
    file.case("calculateGain", lambda: torch.tensor(
        [i.calculate_gain(a) for a in ["linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"]]
        + [i.calculate_gain("leaky_relu", 0.3)], dtype=torch.float64))


for name, fill in dict(optimizers=optimizers, schedulers=schedulers, initialisers=initialisers).items():
    file = File(name)
    fill(file)
    file.write()
