"""Data and expected numbers of bundle.ew.

The rotation is the exponential of the skew matrix of the rotation vector, as a power series: angle 0 is nothing
special there.
"""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

here = folder(__file__)
random = np.random.default_rng(13)
C, Q, O = 3, 4, 9
cam = np.concatenate([random.normal(0, 0.4, (C, 3)), random.normal(0, 0.3, (C, 3)) - [0, 0, 4],
                      random.uniform(0.8, 1.5, (C, 1)), random.normal(0, 0.1, (C, 2)),
                      random.normal(0, 0.05, (C, 2))], 1)
cam = np.round(cam, 3)
cam[1, :3] = 0  # a camera that is not turned at all,
cam[2, :3] = [1e-9, -2e-9, 5e-10]  # and one that nearly is not
X = np.round(random.normal(0, 1, (Q, 3)), 3)
ci = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])
po = np.array([0, 1, 3, 2, 0, 1, 3, 2, 1])
seen = np.round(random.normal(0, 0.3, (O, 2)), 3)
names = ["rot0", "rot1", "rot2", "x", "y", "z", "focal", "u", "v", "bend1", "bend2"]
csv(f"{here}/cam.csv", names, cam)
csv(f"{here}/X.csv", ["x", "y", "z"], X)
csv(f"{here}/observations.csv", ["camera", "point"], np.stack([ci, po], 1))
csv(f"{here}/seen.csv", ["u", "v"], seen)
q = {"cam": exact(cam), "X": exact(X)}


def turned(rot, v):
    """exp of the skew matrix of rot, times v."""
    out, term = v, v
    for k in range(1, 60):
        term = np.array([rot[1] * term[2] - rot[2] * term[1], rot[2] * term[0] - rot[0] * term[2],
                         rot[0] * term[1] - rot[1] * term[0]]) / k
        out = out + term
    return out


def miss(q):
    out = []
    for o in range(O):
        c = q["cam"][ci[o]]
        t = turned(c[:3], q["X"][po[o]] - c[3:6])
        p = t[:2] / t[2]
        far = np.sum(p**2)
        out.append(p * (1 + c[9] * far + c[10] * far**2) * c[6] + c[7:9] - exact(seen[o]))
    return np.array(out)


by_cam, by_X = slope(miss, q, "cam"), slope(miss, q, "X")
B = np.array([by_cam[o, :, ci[o], :] for o in range(O)])
P = np.array([by_X[o, :, po[o], :] for o in range(O)])
cost = lambda q: np.sum(miss(q) ** 2) / 2
# The camera that is turned by 2e-9 has (1 - cos t) with few digits, on something of the size 1e-18: no harm.
write(__file__, 1e-10,
      values(cost=cost(q), r=miss(q), B=B, P=P),
      grad("cost", cost(q), gradient(cost, q, ["cam", "X"])))
