"""Data and expected numbers of lstm.ew."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

here = folder(__file__)
random = np.random.default_rng(7)
T, D, H = 5, 2, 3
x = np.round(random.normal(0, 1, (T, D)), 2)
csv(f"{here}/x.csv", ["x0", "x1"], x)
w = {"W": random.normal(0, 0.6, (4, H, D)), "U": random.normal(0, 0.6, (4, H, H)),
     "b": random.normal(0, 0.3, (4, H)), "v": random.normal(0, 1, H)}
w = {k: np.round(a, 3) for k, a in w.items()}
for k, a in w.items():
    npy(f"{here}/{k}.npy", a)
v = {k: exact(a) for k, a in w.items()} | {"x": exact(x), "y": exact(0.5)}


def answer(v):
    h = c = np.array([mpf(0)] * H)
    for x in v["x"]:
        f, i, o = (sigmoid(v["W"][g] @ x + v["U"][g] @ h + v["b"][g]) for g in range(3))
        c = f * c + i * tanh(v["W"][3] @ x + v["U"][3] @ h + v["b"][3])
        h = o * tanh(c)
    return v["v"] @ h


loss = lambda v: (answer(v) - v["y"]) ** 2 / 2
write(__file__, 1e-12,
      values(answer=answer(v), loss=loss(v)),
      grad("loss", loss(v), gradient(loss, v, ["W", "U", "b", "v", "x"])))
