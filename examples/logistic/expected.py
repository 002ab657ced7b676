"""Data and expected numbers of logistic.ew."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

here = folder(__file__)
random = np.random.default_rng(2)
x = np.round(random.normal(0, 1.5, (16, 3)), 2)
y = (x @ [1.0, -2.0, 0.5] + random.normal(0, 1, 16) > 0).astype(int)
csv(f"{here}/points.csv", ["x0", "x1", "x2"], x)
csv(f"{here}/classes.csv", ["y"], y)

v = {"x": exact(x), "y": exact(y), "w": exact([0.75, -1.25, 0.5]), "b": exact(0.25), "penalty": exact(0.01)}


def z(v):
    return v["x"] @ v["w"] + v["b"]


def loss(v):
    p = sigmoid(z(v))
    return -np.mean(v["y"] * log(p) + (1 - v["y"]) * log(1 - p)) + v["penalty"] / 2 * np.sum(v["w"] ** 2)


right = np.mean((z(v) > 0) == (y == 1))
write(__file__, 1e-12,
      values(loss=loss(v), accuracy=right, **{"diff(diff(loss, w[i]), w[j])": second(loss, v, "w", "w")}),
      grad("loss", loss(v), gradient(loss, v, ["w", "b"])))
