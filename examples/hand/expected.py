"""Data and expected numbers of hand.ew: each joint placed by multiplying from the wrist outwards, path by path."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

here = folder(__file__)
random = np.random.default_rng(6)
parent = np.array([0, 0, 1, 2, 0, 4, 5])
offset = np.round(np.array([[0, 0, 0], [1, 2, 0], [0, 1.5, 0], [0, 1, 0], [-1, 2, 0], [0, 1.5, 0], [0, 1, 0]])
                  + random.normal(0, 0.05, (7, 3)), 3)
target = np.round(np.cumsum(np.abs(offset), 0) * 0.4 + random.normal(0, 0.2, (7, 3)), 3)
bend = np.round(random.normal(0, 0.4, (7, 2)), 3)
csv(f"{here}/parent.csv", ["parent"], parent)
csv(f"{here}/offset.csv", ["x", "y", "z"], offset)
csv(f"{here}/target.csv", ["x", "y", "z"], target)
csv(f"{here}/bend.csv", ["about_x", "about_z"], bend)
v = {"offset": exact(offset), "target": exact(target), "bend": exact(bend), "wrist": exact([0, 0, 0])}


def turn(v, b, p):
    """The point p, as joint b sees it, as the wrist sees it: about x, then about z."""
    cx, sx, cz, sz = (f(v["bend"][b, k]) for k in (0, 1) for f in (mpmath.cos, mpmath.sin))
    x, y, z = p
    y, z = cx * y - sx * z, sx * y + cx * z
    return np.array([cz * x - sz * y, sz * x + cz * y, z])


def place(v, b):
    p = np.array([mpf(0)] * 3)
    while b != 0:
        p = turn(v, parent[b], p + v["offset"][b])
        b = parent[b]
    return p + v["wrist"]


pos = lambda v: np.array([place(v, b) for b in range(7)])
miss = lambda v: np.sum((pos(v) - v["target"]) ** 2) / 2
write(__file__, 1e-12,
      values(miss=miss(v), pos=pos(v), **{"diff(pos[6, i], bend[b, k])": slope(lambda v: place(v, 6), v, "bend")}),
      grad("miss", miss(v), gradient(miss, v, ["bend", "offset", "wrist"])))
