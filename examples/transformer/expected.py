"""Data and expected numbers of transformer.ew.

With some 350 weights it takes a minute or two: two runs of the model in 60 digits for each.
"""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

here = folder(__file__)
random = np.random.default_rng(11)
N, T, V, D, H, E, L, M = 2, 4, 6, 4, 2, 2, 2, 5
token = random.integers(0, V, (N, T + 1))
csv(f"{here}/token.csv", [f"t{t}" for t in range(T + 1)], token)
shapes = {"emb": (V, D), "place": (T, D), "Wq": (L, H, E, D), "Wk": (L, H, E, D), "Wv": (L, H, E, D),
          "Wo": (L, D, H, E), "W1": (L, M, D), "W2": (L, D, M)}
w = {k: np.round(random.normal(0, 0.6, s), 3) for k, s in shapes.items()}
for k, a in w.items():
    npy(f"{here}/{k}.npy", a)
v = {k: exact(a) for k, a in w.items()}
gelu = each(lambda x: x * mpmath.ncdf(x))
tiny = mpf(1e-5)


def norm(x):
    c = x - np.mean(x, -1, keepdims=True)
    return c / sqrt(np.mean(c**2, -1, keepdims=True) + tiny)


def text_loss(v, text):
    x = v["emb"][text[:-1]] + v["place"]
    for l in range(L):
        u = norm(x)
        for h in range(H):
            q, k, a = (u @ v[name][l, h].T for name in ("Wq", "Wk", "Wv"))
            for t in range(T):
                weights = softmax(k[:t + 1] @ q[t] / mpmath.sqrt(E))
                x[t] = x[t] + v["Wo"][l, :, h, :] @ (weights @ a[:t + 1])
        x = x + gelu(norm(x) @ v["W1"][l].T) @ v["W2"][l].T
    p = softmax(norm(x) @ v["emb"].T)
    return -np.sum(log(p[np.arange(T), text[1:]]))


loss = lambda v: sum(text_loss(v, text) for text in token) / (N * T)
write(__file__, 1e-11, grad("loss", loss(v), gradient(loss, v, list(shapes))))
