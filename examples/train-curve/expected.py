"""Expected numbers of the curve: the least squares by Newton's method on their gradient, and the standard errors."""
import os
import sys

import mpmath
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

rows = np.loadtxt(os.path.join(folder(__file__), "../../data/decay.csv"), delimiter=",", skiprows=1)
names = ["a", "b", "c"]
residual = lambda v: v["a"] * exp(-v["b"] * v["t"]) + v["c"] - v["y"]
v = {"t": exact(rows[:, 0]), "y": exact(rows[:, 1]), "a": mpf(1), "b": mpf(1), "c": mpf(0)}
for _ in range(100):
    j, r = np.stack([slope(residual, v, name) for name in names], 1), residual(v)
    move = mpmath.lu_solve(mpmath.matrix((j.T @ j).tolist()), mpmath.matrix((-j.T @ r).tolist()))
    v = {**v, **{name: v[name] + move[k] for k, name in enumerate(names)}}
sum_of_squares = np.sum(r**2)
variance = sum_of_squares / (len(r) - 3)
covariance = mpmath.matrix((j.T @ j).tolist()) ** -1 * variance
at = {name: v[name] for name in names}
loss = sum_of_squares / len(r)
errors = {name: mpmath.sqrt(covariance[k, k]) for k, name in enumerate(names)}
write(__file__, 1e-9, plain({"loss": loss}), plain({"values": {**at, "loss": loss}}),
      plain({"value": sum_of_squares, "at": at, "errors": errors, "residual": mpmath.sqrt(variance)}))
