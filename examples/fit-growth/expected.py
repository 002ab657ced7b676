"""Data and expected numbers of growth.ew: the least-squares fit by Newton's method in 60 digits."""
import os
import sys

import mpmath
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

here = folder(__file__)
years = [1790 + 10 * i for i in range(19)]
people = [3.93, 5.31, 7.24, 9.64, 12.9, 17.1, 23.2, 31.4, 39.8, 50.2, 62.9, 76.0, 92.0, 105.7, 122.8, 131.7, 151.3,
          179.3, 203.2]
with open(f"{here}/people.csv", "w", newline="\n") as f:
    f.write("year,people\n" + "".join(f"{t},{n}\n" for t, n in zip(years, people)))

names = ["top", "rate", "middle"]
residual = lambda v: v["people"] - v["top"] / (1 + exp(-v["rate"] * (v["year"] - v["middle"])))
data = {"year": exact(years), "people": exact(people)}


def jacobian(v):
    return np.stack([slope(residual, v, name) for name in names], 1)


def fit(v):
    for _ in range(200):
        j, r = jacobian(v), residual(v)
        move = mpmath.lu_solve(mpmath.matrix((j.T @ j).tolist()), mpmath.matrix((-j.T @ r).tolist()))
        v = {**v, **{name: v[name] + move[k] for k, name in enumerate(names)}}
        if max(abs(move[k] / v[name]) for k, name in enumerate(names)) < mpf(10) ** -25:
            return v
    raise SystemExit("no fit")


start = {**data, "top": mpf(400), "rate": exact(0.03), "middle": mpf(1950)}
v = fit(start)
r, j = residual(v), jacobian(v)
freedom = len(r) - len(names)
value = np.sum(r**2)
covariance = mpmath.matrix((j.T @ j).tolist()) ** -1 * (value / freedom)
due = {"of": "residual", "value": value, "at": {name: v[name] for name in names},
       "errors": {name: mpmath.sqrt(covariance[k, k]) for k, name in enumerate(names)},
       "residual": mpmath.sqrt(value / freedom), "freedom": freedom,
       "covariance": {a: {b: covariance[i, k] for k, b in enumerate(names)} for i, a in enumerate(names)}}
due = {**plain({k: v for k, v in due.items() if k != "of"}), "of": "residual", "converged": True, "reason": "settled"}
write(__file__, 1e-9, due, due,
      grad("residual", residual(start), {name: jacobian(start)[:, k] for k, name in enumerate(names)}))
