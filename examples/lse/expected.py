"""Expected numbers of lse.ew; the values of x are in the command. 60 digits do without the shift by m."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

results = []
for x in ([0.5, -1.25, 2, 0.75], [1000, 999, -50, 1000.5]):
    v = {"x": exact(x)}
    e = lambda v: mpmath.log(np.sum(exp(v["x"])))
    p = exp(v["x"]) / np.sum(exp(v["x"]))
    g = slope(e, v, "x")
    assert max(abs(g - p)) < 1e-15
    H = np.diag(p) - np.outer(p, p)
    results += [values(e=e(v), byhand=e(v), p=p, q=p, H=H, **{"diff(byhand, x[i])": p}), grad("e", e(v), {"x": g})]
write(__file__, 1e-13, *results)
