"""Data and expected numbers of kalman.ew: not by a filter but as one normal density of all measurements."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

here = folder(__file__)
random = np.random.default_rng(5)
T = 8
y = np.round(np.cumsum(0.4 + random.normal(0, 0.6, T)) + random.normal(0, 1, T), 2)
csv(f"{here}/y.csv", ["y"], y)
v = {"y": exact(y), "level": exact(-1), "slope": exact(-3), "noise": exact(0),
     "m0": exact([0, 0]), "C0": exact([[10, 0], [0, 1]])}


def loglik(v):
    F = exact([[1, 1], [0, 1]])
    Q = np.array([[mpmath.exp(v["level"]), mpf(0)], [mpf(0), mpmath.exp(v["slope"])]])
    # The joint covariance of the levels at times 1 to T: of state s and state t >= s it is V[s] (F^(t-s))'.
    mean, V = [v["m0"]], [v["C0"]]
    for _ in range(T):
        mean.append(F @ mean[-1])
        V.append(F @ V[-1] @ F.T + Q)
    cov = np.full((T, T), mpf(0), dtype=object)
    for s in range(T):
        block = V[s + 1]
        for t in range(s, T):
            cov[s, t] = cov[t, s] = block[0, 0] if t == s else (block @ power(F, t - s).T)[0, 0]
        cov[s, s] += mpmath.exp(v["noise"])
    L = cholesky(cov)
    z = v["y"] - np.array([mean[t + 1][0] for t in range(T)])
    for i in range(T):
        z[i] = (z[i] - sum(L[i, k] * z[k] for k in range(i))) / L[i, i]
    return -(T * mpmath.log(2 * mpmath.pi) + np.sum(z**2)) / 2 - sum(mpmath.log(L[i, i]) for i in range(T))


def power(F, n):
    out = F
    for _ in range(n - 1):
        out = out @ F
    return out


def cholesky(A):
    n = len(A)
    L = np.full((n, n), mpf(0), dtype=object)
    for j in range(n):
        L[j, j] = mpmath.sqrt(A[j, j] - sum(L[j, k] ** 2 for k in range(j)))
        for i in range(j + 1, n):
            L[i, j] = (A[i, j] - sum(L[i, k] * L[j, k] for k in range(j))) / L[j, j]
    return L


names = ["level", "slope", "noise"]
write(__file__, 1e-11,
      grad("loglik", loglik(v), gradient(loglik, v, names)),
      grad("loglik", loglik(v), gradient(loglik, v, ["y", "m0"])),
      values(**{"diff(diff(loglik, noise), level)": second(loglik, v, "noise", "level")}))
