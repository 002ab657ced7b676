"""Expected numbers of the logistic regression: the most likely w and b, by Newton's method."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

rows = np.loadtxt(os.path.join(folder(__file__), "../../data/clouds.csv"), delimiter=",", skiprows=1)
x, y = np.hstack([rows[:, :2], np.ones((len(rows), 1))]), rows[:, 2]
w = np.zeros(3)
for _ in range(30):
    p = 1 / (1 + np.exp(-x @ w))
    w -= np.linalg.solve(x.T @ (x * (p * (1 - p))[:, None]), x.T @ (p - y))
z = x @ w
loss = np.mean(np.logaddexp(0, z) - y * z)
accuracy = np.mean((z > 0) == (y == 1))
due = plain({"loss": loss, "accuracy": accuracy})
write(__file__, 1e-9, due, plain({"values": {"w": w[:2], "b": w[2], "loss": loss, "accuracy": accuracy}}),
      {**due, "step": {"most": 30}})
