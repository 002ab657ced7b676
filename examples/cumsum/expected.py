"""Expected numbers of cumsum.ew; the values of x are in the command."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

v = {"x": exact([0.5, -1.25, 2, 0.75, -3])}
c = lambda v: np.cumsum(v["x"])
energy = lambda v: np.sum(c(v) ** 2) / 2
g = slope(energy, v, "x")
assert max(abs(g - np.cumsum(c(v)[::-1])[::-1])) < 1e-15
write(__file__, 1e-14,
      values(energy=energy(v), c=c(v), g=g, back=g, J=np.tril(np.ones((5, 5)))),
      grad("energy", energy(v), {"x": g}))
