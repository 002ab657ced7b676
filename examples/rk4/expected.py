"""Expected numbers of rk4.ew: the same steps in 60 digits, and a check that they are near the true solution."""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from common import *

names = ["a", "b", "c", "d", "x0", "y0"]
v = dict(zip(names, exact([1.5, 1, 3, 1, 2, 1])))
h = exact(0.1)


def states(v, steps=20, h=h):
    f = lambda s: np.array([v["a"] * s[0] - v["b"] * s[0] * s[1], v["d"] * s[0] * s[1] - v["c"] * s[1]])
    out = [np.array([v["x0"], v["y0"]])]
    for _ in range(steps):
        s = out[-1]
        k1 = f(s)
        k2 = f(s + h / 2 * k1)
        k3 = f(s + h / 2 * k2)
        k4 = f(s + h * k3)
        out.append(s + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
    return np.array(out)


fine = states(v, 320, h / 16)[-1]
assert max(abs(fine - states(v)[-1])) < 0.001
end = lambda k: lambda v: states(v)[-1][k]
x, y = states(v).T
kept = v["d"] * x - v["c"] * log(x) + v["b"] * y - v["a"] * log(y)
write(__file__, 1e-12,
      values(x=x, y=y, kept=kept),
      grad("hares_end", end(0)(v), gradient(end(0), v, names)),
      grad("foxes_end", end(1)(v), gradient(end(1), v, names)),
      values(**{"diff(diff(hares_end, x0), a)": second(end(0), v, "x0", "a"),
                "diff(y[t], y0)": slope(lambda v: states(v)[:, 1], v, "y0")}))
