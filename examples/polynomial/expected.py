"""Data and expected numbers of polynomial.ew. H is also the matrix of the normal equations, which is compared."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

here = folder(__file__)
random = np.random.default_rng(1)
x = np.round(np.linspace(-1.5, 1.5, 12), 3)
y = np.round(0.5 - x + 0.25 * x**2 + 0.75 * x**3 + random.normal(0, 0.1, 12), 3)
w = np.array([0.25, -0.5, 0.125, 0.5])
csv(f"{here}/points.csv", ["x", "y"], np.stack([x, y], 1))

v = {"x": exact(x), "y": exact(y), "w": exact(w)}
curve = lambda v: sum(v["w"][d] * v["x"] ** d for d in range(4))
cost = lambda v: np.sum((curve(v) - v["y"]) ** 2) / 2
H = second(cost, v, "w", "w")
normal = np.array([[np.sum(v["x"] ** (a + b)) for b in range(4)] for a in range(4)])
assert max(abs((H - normal).ravel())) < 1e-15
write(__file__, 1e-12,
      values(cost=cost(v), p=curve(v), H=normal),
      grad("cost", cost(v), gradient(cost, v, ["w"])),
      grad("cost", cost(v), gradient(cost, v, ["x", "y"])))
