"""torch.distributions: densities, entropies, moments, divergences."""

import torch
from torch import distributions as D

from golden import Digamma, File, ints, normal, positive

torch.digamma = Digamma.apply  # Its own gradient errs by 1e-10.


def unit(seed, *shape):
    return torch.sigmoid(normal(seed, *shape))


file = File("distributions")
a, b, c, d = positive(1, 3), positive(2, 2, 3), positive(3, 3), positive(4, 3)
kinds = {
    "Normal": (D.Normal, [normal(1, 3), b], [normal(3, 3), d], normal(5, 2, 3)),
    "Laplace": (D.Laplace, [normal(1, 3), b], [normal(3, 3), d], normal(5, 2, 3)),
    "Uniform": (D.Uniform, [-a, b + 0.5], [-a - c, b + 1 + d], unit(5, 2, 3) / 2),
    "Exponential": (D.Exponential, [b], [d], positive(5, 2, 3)),
    "Gamma": (D.Gamma, [a * 2, b], [c, d], positive(5, 2, 3)),
    "Beta": (D.Beta, [a * 2, b], [c, d], unit(5, 2, 3)),
}
for name, (kind, p, q, value) in kinds.items():
    count = len(p)
    file.case(name + ".logProb", lambda v, *t, k=kind: k(*t).log_prob(v), value, *p)
    file.case(name + ".entropy", lambda *t, k=kind: k(*t).entropy(), *p)
    file.case(name + ".moments", lambda *t, k=kind: (k(*t).mean, k(*t).variance, k(*t).stddev), *p)
    file.case(name + ".divergence", lambda *t, k=kind, n=count: D.kl_divergence(k(*t[:n]), k(*t[n:])), *p, *q)
file.case("Uniform.divergence:infinite", lambda *t: D.kl_divergence(D.Uniform(*t[:2]), D.Uniform(*t[2:])), -a, a, -a / 2, a,
          grad=False)
file.case("Normal.cdf", lambda v, m, s: D.Normal(m, s).cdf(v), normal(5, 2, 3), normal(1, 3), b)
file.case("Normal.icdf", lambda v, m, s: D.Normal(m, s).icdf(v), unit(5, 2, 3), normal(1, 3), b)
file.case("Exponential.cdf", lambda v, r: D.Exponential(r).cdf(v), positive(5, 2, 3), b)
coins = ints(6, 0, 2, 2, 3).double()
for kind, p, q in [("probs", unit(1, 2, 3), unit(2, 2, 3)), ("logits", normal(1, 2, 3), normal(2, 2, 3))]:
    file.case("Bernoulli.logProb." + kind, lambda v, t, k=kind: D.Bernoulli(**{k: t}).log_prob(v.detach()), coins, p)
    file.case("Bernoulli.entropy." + kind, lambda t, k=kind: D.Bernoulli(**{k: t}).entropy(), p)
    file.case("Bernoulli.moments." + kind, lambda t, k=kind: (
        D.Bernoulli(**{k: t}).mean, D.Bernoulli(**{k: t}).variance, D.Bernoulli(**{k: t}).stddev), p)
    file.case("Bernoulli.divergence." + kind, lambda s, t, k=kind: D.kl_divergence(
        D.Bernoulli(**{k: s}), D.Bernoulli(**{k: t})), p, q)
for kind, p, q in [("probs", positive(1, 2, 4), positive(2, 4)), ("logits", normal(1, 2, 4), normal(2, 4))]:
    file.case("Categorical.logProb." + kind, lambda v, t, k=kind: D.Categorical(**{k: t}).log_prob(v), ints(6, 0, 4, 3, 2), p)
    file.case("Categorical.entropy." + kind, lambda t, k=kind: D.Categorical(**{k: t}).entropy(), p)
    file.case("Categorical.divergence." + kind, lambda s, t, k=kind: D.kl_divergence(
        D.Categorical(**{k: s}), D.Categorical(**{k: t})), p, q)
file.write()
