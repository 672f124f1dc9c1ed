"""Solutions and decompositions. What has free signs is compared by functions that the signs do not touch."""

import torch

from golden import File, normal


def symmetric(a):
    return (a + a.transpose(-1, -2)) / 2


def positive_definite(a):
    return a @ a.transpose(-1, -2) + torch.eye(a.shape[-1], dtype=a.dtype)


file = File("linalg")
a, many = normal(1, 4, 4), normal(2, 2, 3, 3)
file.case("inv", torch.linalg.inv, a)
file.case("inv:batch", torch.linalg.inv, many)
file.case("solve", torch.linalg.solve, a, normal(3, 4, 2))
file.case("solve:vector", torch.linalg.solve, a, normal(3, 4))
file.case("solve:batch", torch.linalg.solve, many, normal(3, 2, 3, 2))
file.case("det", torch.linalg.det, a)
file.case("det:batch", torch.linalg.det, many)
file.case("logAbsDet", lambda x: torch.linalg.slogdet(x)[1], a)
file.case("cholesky", lambda x: torch.linalg.cholesky(positive_definite(x)), a)
file.case("cholesky:batch", lambda x: torch.linalg.cholesky(positive_definite(x)), many)
file.case("qr", torch.linalg.qr, normal(4, 5, 3))
file.case("qr:square", torch.linalg.qr, a)
file.case("eigh.values", lambda x: torch.linalg.eigvalsh(symmetric(x)), a)


def spectral(x):
    w, v = torch.linalg.eigh(symmetric(x))
    return (v * torch.tanh(w).unsqueeze(-2)) @ v.transpose(-1, -2) + (v ** 2) * w.unsqueeze(-2)


file.case("eigh", spectral, a)
file.case("svd.values", torch.linalg.svdvals, normal(4, 5, 3))


def rebuilt(x):
    u, s, vh = torch.linalg.svd(x, full_matrices=False)
    return (u * torch.tanh(s).unsqueeze(-2)) @ vh, u ** 2, vh ** 2


file.case("svd", rebuilt, normal(4, 5, 3))
file.case("svd:wide", rebuilt, normal(5, 3, 4))


def least_squares(x, b):
    """The closed form: what torch.linalg.lstsq gives differs in the last digit from run to run."""
    q, r = torch.linalg.qr(x)
    return torch.linalg.solve_triangular(r, q.transpose(-1, -2) @ b, upper=True)


file.case("lstsq", least_squares, normal(4, 5, 3), normal(6, 5, 2), grad=False)
file.write()
