"""Data and expected numbers of gmm.ew."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

here = folder(__file__)
random = np.random.default_rng(4)
N, D, K = 12, 3, 2
x = np.round(random.normal(0, 1, (N, D)) + 2 * random.integers(0, 2, (N, 1)), 2)
alpha = np.round(random.normal(0, 0.5, K), 3)
mu = np.round(random.normal(1, 1, (K, D)), 3)
q = np.round(random.normal(0, 0.3, (K, D)), 3)
l = np.round(random.normal(0, 0.5, (K, D * (D - 1) // 2)), 3)
csv(f"{here}/x.csv", ["x0", "x1", "x2"], x)
for name, a in (("alpha", alpha), ("mu", mu), ("q", q), ("l", l)):
    npy(f"{here}/{name}.npy", a)

v = {"x": exact(x), "alpha": exact(alpha), "mu": exact(mu), "q": exact(q), "l": exact(l), "gamma": exact(0.75)}
m = 2


def factor(q, l):
    Q = np.full((D, D), mpf(0), dtype=object)
    place = 0
    for b in range(D):
        Q[b, b] = mpmath.exp(q[b])
        for a in range(b + 1, D):
            Q[a, b] = l[place]
            place += 1
    return Q


def F(v):
    Q = [factor(v["q"][k], v["l"][k]) for k in range(K)]
    beta = np.array([[v["alpha"][k] + np.sum(v["q"][k]) - np.sum((Q[k] @ (x - v["mu"][k])) ** 2) / 2
                      for k in range(K)] for x in v["x"]])
    out = -N * D / mpf(2) * mpmath.log(2 * mpmath.pi) - N * logsumexp(v["alpha"]) + np.sum(logsumexp(beta, 1))
    for k in range(K):
        out += -v["gamma"] ** 2 / 2 * np.sum(Q[k] ** 2) + m * np.sum(v["q"][k])
    free = D + m + 1
    many = D * (D - 1) / mpf(4) * mpmath.log(mpmath.pi)
    many += sum(mpmath.loggamma(mpf(free) / 2 + (1 - mpf(j)) / 2) for j in range(1, D + 1))
    return out + K * (free * D * (mpmath.log(v["gamma"]) - mpmath.log(2) / 2) - many)


Q = np.array([factor(v["q"][k], v["l"][k]) for k in range(K)])
write(__file__, 1e-12,
      values(F=F(v), Q=Q),
      grad("F", F(v), gradient(F, v, ["alpha", "mu", "q", "l"])),
      values(**{"diff(F, gamma)": slope(F, v, "gamma"),
                "diff(diff(F, q[0, d]), l[1, e])": second(F, v, "q", "l")[0, :, 1, :],
                "diff(diff(F, q[0, d]), mu[0, e])": second(F, v, "q", "mu")[0, :, 0, :]}))
