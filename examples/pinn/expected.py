"""Expected numbers of pinn.ew: u'' is written out by hand, -2 w^2 tanh (1 - tanh^2) for each unit."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

x = exact([0.125, 0.3125, 0.5, 0.6875, 0.875])
q = {"v": exact([1.5, -0.75, 0.5, 1]), "w": exact([2, -1.5, 3, 0.75]), "b": exact([-0.5, 0.25, -1.5, 0.5])}
bent = lambda q, x: tanh(np.multiply.outer(x, q["w"]) + q["b"])
net = lambda q, x: bent(q, x) @ q["v"]


def residual(q):
    y = bent(q, x)
    return (-2 * y * (1 - y**2)) @ (q["v"] * q["w"] ** 2) + mpmath.pi**2 * sin(mpmath.pi * x)


def loss(q):
    return np.mean(residual(q) ** 2) + net(q, mpf(0)) ** 2 + net(q, mpf(1)) ** 2


write(__file__, 1e-12,
      values(loss=loss(q), u=net(q, x), r=residual(q)),
      grad("loss", loss(q), gradient(loss, q, ["v", "w", "b"])))
