"""Data and expected numbers of dlstm.ew."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

here = folder(__file__)
random = np.random.default_rng(8)
T, D, L = 6, 3, 2
seq = np.round(random.uniform(0, 1, (T, D)), 2)
csv(f"{here}/seq.csv", ["s0", "s1", "s2"], seq)
w = {"W": random.normal(0, 1, (L, 4, D)), "B": random.normal(0, 0.5, (L, 4, D)), "extra": random.normal(0, 1, (3, D)),
     "h0": random.normal(0, 0.5, (L, D)), "c0": random.normal(0, 0.5, (L, D))}
w = {k: np.round(a, 3) for k, a in w.items()}
for k, a in w.items():
    npy(f"{here}/{k}.npy", a)
v = {k: exact(a) for k, a in w.items()} | {"seq": exact(seq)}


def loss(v):
    h, c, total = v["h0"].copy(), v["c0"].copy(), mpf(0)
    for t in range(T - 1):
        x = v["seq"][t] * v["extra"][0]
        for l in range(L):
            W, B = v["W"][l], v["B"][l]
            f, i, o = sigmoid(x * W[0] + B[0]), sigmoid(h[l] * W[1] + B[1]), sigmoid(x * W[2] + B[2])
            c[l] = c[l] * f + i * tanh(h[l] * W[3] + B[3])
            x = h[l] = o * tanh(c[l])
        p = x * v["extra"][1] + v["extra"][2]
        total += np.sum(v["seq"][t + 1] * (p - mpmath.log(2 + np.sum(exp(p)))))
    return -total / ((T - 1) * D)


write(__file__, 1e-12, grad("loss", loss(v), gradient(loss, v, ["W", "B", "extra", "h0", "c0"])))
