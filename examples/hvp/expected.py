"""Data and expected numbers of hvp.ew: gradients at two places near each other on the line, and their difference."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

here = folder(__file__)
random = np.random.default_rng(12)
N, D, H = 6, 2, 3
x = np.round(random.normal(0, 1, (N, D)), 2)
y = np.round(np.sin(x[:, 0]) * x[:, 1], 2)
csv(f"{here}/x.csv", ["x0", "x1"], x)
csv(f"{here}/y.csv", ["y"], y)
W, dW = np.round(random.normal(0, 0.8, (2, H, D)), 3)
npy(f"{here}/W.npy", W)
npy(f"{here}/dW.npy", dW)
v = {"x": exact(x), "y": exact(y), "W": exact(W), "b": exact([0.25, -0.5, 0.125]), "v": exact([1, -0.75, 0.5])}
way = {"W": exact(dW), "b": exact([0.5, 0.25, -1]), "v": exact([-0.5, 1, 0.75])}

loss = lambda v: np.mean((tanh(v["x"] @ v["W"].T + v["b"]) @ v["v"] - v["y"]) ** 2)
moved_by = lambda s: v | {k: v[k] + s * way[k] for k in way}
line = lambda u: loss(moved_by(u["s"]))
at = {"s": mpf(0)}
H_way = {k: slope(lambda u: slope(loss, moved_by(u["s"]), k), at, "s") for k in way}
write(__file__, 1e-11,
      values(loss=loss(v), along=slope(line, at, "s"), curvature=second(line, at, "s", "s"),
             HW=H_way["W"], Hb=H_way["b"], Hv=H_way["v"]),
      grad("loss", loss(v), gradient(loss, v, ["W", "b", "v"])))
