"""Data and expected numbers of kmeans.ew; the next centres are compared with the means of the points."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

here = folder(__file__)
random = np.random.default_rng(3)
middle = np.array([[0.0, 0.0], [4.0, 1.0], [1.0, 5.0]])
x = np.round(middle[random.integers(0, 3, 20)] + random.normal(0, 0.8, (20, 2)), 2)
c = np.array([[0.5, 0.25], [3.0, 1.5], [0.75, 4.0]])
csv(f"{here}/points.csv", ["x0", "x1"], x)
csv(f"{here}/centres.csv", ["c0", "c1"], c)

v = {"x": exact(x), "c": exact(c)}
far = lambda v: np.sum((v["x"][:, None] - v["c"][None]) ** 2, -1)
cost = lambda v: np.sum(np.min(far(v), 1))
near = np.argmin(far(v), 1)
g = slope(cost, v, "c")
h = np.array([[2 * np.sum(near == k)] * 2 for k in range(3)])
mean = np.array([np.mean(v["x"][near == k], 0) for k in range(3)])
assert max(abs((v["c"] - g / h - mean).ravel())) < 1e-15
write(__file__, 1e-12,
      values(cost=cost(v), far=far(v), g=g, h=h, next=mean),
      grad("cost", cost(v), gradient(cost, v, ["c"])))
