"""Data and expected numbers of edit.ew, by summing over every alignment one by one."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

a = np.array([0.5, 2.0, 1.25, 3.0])
b = np.array([0.25, 1.5, 3.5])
v = {"a": exact(a), "b": exact(b), "gap": exact(1), "s": exact(0.5)}


def costs(v, i, j):
    """The cost of every alignment of the first i with the first j numbers: no dynamic programming at all."""
    if i == 0 and j == 0:
        return [mpf(0)]
    out = []
    if i > 0:
        out += [c + v["gap"] for c in costs(v, i - 1, j)]
    if j > 0:
        out += [c + v["gap"] for c in costs(v, i, j - 1)]
    if i > 0 and j > 0:
        out += [c + (v["a"][i - 1] - v["b"][j - 1]) ** 2 for c in costs(v, i - 1, j - 1)]
    return out


soft = lambda v, i, j: -v["s"] * mpmath.log(sum(mpmath.exp(-c / v["s"]) for c in costs(v, i, j)))
far = lambda v: soft(v, 4, 3)
least = lambda v: min(costs(v, 4, 3))
table = np.array([[soft(v, i, j) for j in range(4)] for i in range(5)])
by = gradient(far, v, ["a", "b", "gap", "s"])
write(__file__, 1e-12,
      values(distance=far(v), sideways=far(v), least=least(v), d=table, e=table.T),
      grad("distance", far(v), by),
      grad("sideways", far(v), by),
      grad("least", least(v), gradient(least, v, ["a", "b", "gap"])))
