"""Data and expected numbers of perceptron.ew."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

here = folder(__file__)
random = np.random.default_rng(9)
N, D, H, K = 10, 2, 4, 3
label = random.integers(0, K, N)
x = np.round(np.array([[0, 0], [2, 0], [0, 2]])[label] + random.normal(0, 0.6, (N, D)), 2)
csv(f"{here}/x.csv", ["x0", "x1"], x)
csv(f"{here}/label.csv", ["label"], label)
w = {"W1": random.normal(0, 0.8, (D, H)), "b1": random.normal(0, 0.3, H),
     "W2": random.normal(0, 0.8, (H, K)), "b2": random.normal(0, 0.3, K)}
w = {k: np.round(a, 3) for k, a in w.items()}
for k, a in w.items():
    npy(f"{here}/{k}.npy", a)
v = {k: exact(a) for k, a in w.items()} | {"x": exact(x)}

scores = lambda v: tanh(v["x"] @ v["W1"] + v["b1"]) @ v["W2"] + v["b2"]
loss = lambda v: -np.mean(log(softmax(scores(v))[np.arange(N), label]))
right = float(np.mean(np.argmax(scores(v), 1) == label))
write(__file__, 1e-12,
      values(loss=loss(v), accuracy=right, z=scores(v)),
      grad("loss", loss(v), gradient(loss, v, ["W1", "b1", "W2", "b2"])))
