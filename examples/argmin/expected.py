"""Expected numbers of argmin.ew; a stands in the command.

The minimum is the root of f' in 60 digits, its derivatives follow from the theorem of implicit functions: no
descent at all. The example's own descent stops within about 1e-15 of it, so the tolerance is wider.
"""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

v = {"a": exact([0.5, 1.25, 0.75, 1, 8]), "s": exact(1), "ridge": exact(0.1), "wanted": exact(1)}
rising = lambda v, m: np.sum((m - v["a"]) / v["s"] ** 2 / sqrt(1 + ((m - v["a"]) / v["s"]) ** 2)) + v["ridge"] * m
middle = lambda v: mpmath.findroot(lambda m: rising(v, m), mpf(1), tol=mpf(10) ** -110)
cost = lambda v: (middle(v) - v["wanted"]) ** 2 / 2

m = middle(v)
curve = slope(lambda u: rising(v, u["m"]), {"m": m}, "m")
by = gradient(cost, v, ["a", "s", "ridge", "wanted"])
implicit = -slope(lambda u: rising(u, m), v, "a") / curve * (m - v["wanted"])
assert max(abs(by["a"] - implicit)) < 1e-15
write(__file__, 1e-10,
      values(middle=m, cost=cost(v), **{"diff(middle, a[n])": slope(middle, v, "a")}),
      grad("cost", cost(v), by))
