"""Data and expected numbers of convnet.ew."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

here = folder(__file__)
random = np.random.default_rng(10)
N, C, R, O, M = 2, 1, 6, 2, 3
label = np.array([1, 2])
x = np.round(random.uniform(-1, 1, (N, C, R, R)), 2)
npy(f"{here}/x.npy", x)
w = {"K": random.normal(0, 0.6, (O, C, 3, 3)), "kb": random.normal(0.2, 0.3, O),
     "W": random.normal(0, 0.5, (M, O, 2, 2)), "wb": random.normal(0, 0.3, M)}
w = {k: np.round(a, 3) for k, a in w.items()}
for k, a in w.items():
    npy(f"{here}/{k}.npy", a)
v = {k: exact(a) for k, a in w.items()} | {"x": exact(x)}


def pooled(v):
    seen = np.full((N, O, 4, 4), mpf(0), dtype=object)
    for r in range(4):
        for s in range(4):
            seen[:, :, r, s] = np.tensordot(v["x"][:, :, r:r + 3, s:s + 3], v["K"], ([1, 2, 3], [1, 2, 3])) + v["kb"]
    seen = relu(seen)
    return np.max(seen.reshape(N, O, 2, 2, 2, 2), axis=(3, 5))


scores = lambda v: np.tensordot(pooled(v), v["W"], ([1, 2, 3], [1, 2, 3])) + v["wb"]
loss = lambda v: -np.mean(log(softmax(scores(v))[np.arange(N), label]))
assert 0 in pooled(v)  # one square where every filter is silent, too
write(__file__, 1e-12,
      values(loss=loss(v), p1=pooled(v), z=scores(v)),
      grad("loss", loss(v), gradient(loss, v, ["K", "kb", "W", "wb", "x"])))
