"""Numbers that remember how they were made: the derivatives of docs/language.md, section 6, one scalar at a time.

A Num is a node; its slopes (by each argument) are Nums again, made when they are asked for, so a derivative can be
differentiated. `derivative(y, x)` multiplies along the paths from x to y and adds, from the newest node down; what
was swept for one x serves the next. In a product along a path an exact 0 wins. Kinks are those of section 8.

Where a value is decided by numbers that nearly agree (a comparison, a kink), `Risk` is raised: rounding would decide.
"""
import heapq
import math

MOST = 400_000  # nodes of one program
NEAR = 1e-7  # numbers nearer than this are no good for a comparison


class Risk(Exception):
    """The program is no good for a comparison."""


class Num:
    __slots__ = ("v", "args", "slopes", "n", "sweep")
    count = 0

    def __init__(self, v, args=(), slopes=None):
        self.v, self.args, self.slopes, self.sweep = v, args, slopes, None
        Num.count += 1
        self.n = Num.count
        if Num.count > MOST:
            raise Risk("too large")

    def __add__(self, o):
        return Num(self.v + o.v, (self, o), lambda: (ONE, ONE))

    def __sub__(self, o):
        return Num(self.v - o.v, (self, o), lambda: (ONE, MINUS))

    def __mul__(self, o):
        return Num(self.v * o.v, (self, o), lambda: (o, self))

    def __neg__(self):
        return Num(-self.v, (self,), lambda: (MINUS,))

    def __truediv__(self, o):
        z = Num(over(self.v, o.v), (self, o))
        z.slopes = lambda: (ONE / o, -(z / o))
        return z


ZERO, ONE, MINUS, TWO, HALF = (Num(v) for v in (0.0, 1.0, -1.0, 2.0, 0.5))
KEPT = Num.count


def restart():
    Num.count = KEPT


def over(a, b):
    if b == 0:
        return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)
    return a / b


def along(a, b):
    """A product along a path."""
    if a is ONE:
        return b
    if b is ONE:
        return a
    return Num(0.0 if a.v == 0 or b.v == 0 else a.v * b.v, (a, b), lambda: (b, a))


class Sweep:
    """Derivatives of y by what is older, as far down as was asked."""

    def __init__(self, y):
        self.adjoint, self.node, self.heap = {y.n: ONE}, {y.n: y}, [-y.n]

    def down_to(self, x):
        while self.heap and -self.heap[0] > x.n:
            node = self.node[-heapq.heappop(self.heap)]
            if node.args:
                self.spread(node, self.adjoint[node.n])
        return self.adjoint.get(x.n, ZERO)

    def spread(self, node, adjoint):
        for arg, slope in zip(node.args, node.slopes()):
            if not arg.args and arg.n <= KEPT or slope is ZERO:
                continue
            term = along(adjoint, slope)
            if arg.n in self.adjoint:
                self.adjoint[arg.n] = self.adjoint[arg.n] + term
            else:
                self.adjoint[arg.n], self.node[arg.n] = term, arg
                heapq.heappush(self.heap, -arg.n)


def derivative(y, x):
    if y.sweep is None:
        y.sweep = Sweep(y)
    return y.sweep.down_to(x)


def copy(x):
    return Num(x.v, (x,), lambda: (ONE,))


def apart(a, b):
    """Refuses numbers that nearly agree."""
    if a != b and abs(a - b) < NEAR * (1 + min(abs(a), abs(b))):
        raise Risk("nearly equal")
    return a, b


def one(value, slope):
    """An operation of one argument from its value and its slope by (x, z)."""

    def made(x):
        try:
            v = value(x.v)
        except OverflowError:
            raise Risk("overflow")
        except ValueError:
            v = math.nan
        z = Num(v, (x,))
        z.slopes = lambda: (slope(x, z) if not math.isnan(z.v) else Num(math.nan),)
        return z

    return made


def step(*kinks):
    def checked(value):
        def of(v):
            for k in kinks:
                apart(v, k)
            return value(v)

        return of

    return checked


def whole(value):
    """Rounding, which must not be near its jump."""

    def of(v):
        if not math.isfinite(v):
            return v
        apart(v * 2, float(round(v * 2)))
        return float(value(v))

    return of


def constant(v):
    return Num(float(v))


def flat(x, z):
    return ZERO


def sigmoid(v):
    return 1 / (1 + math.exp(-v)) if v > -700 else 0.0


def away(v):
    return math.floor(v + 0.5) if v > 0 else math.ceil(v - 0.5)


def sign(v):
    return float((v > 0) - (v < 0))


UNARY = {
    "exp": one(math.exp, lambda x, z: z),
    "expm1": one(math.expm1, lambda x, z: UNARY["exp"](x)),
    "log": one(lambda v: math.log(v) if v else -math.inf, lambda x, z: ONE / x if x.v else Num(math.inf)),
    "log1p": one(lambda v: math.log1p(v) if v != -1 else -math.inf, lambda x, z: ONE / (ONE + x)),
    "sqrt": one(math.sqrt, lambda x, z: HALF / z if z.v else Num(math.inf)),
    "sin": one(math.sin, lambda x, z: UNARY["cos"](x)),
    "cos": one(math.cos, lambda x, z: -UNARY["sin"](x)),
    "tanh": one(math.tanh, lambda x, z: ONE / (UNARY["cosh"](x) * UNARY["cosh"](x))),
    "cosh": one(math.cosh, lambda x, z: UNARY["sinh"](x)),
    "sinh": one(math.sinh, lambda x, z: UNARY["cosh"](x)),
    "atan": one(math.atan, lambda x, z: ONE / (ONE + x * x)),
    "sigmoid": one(sigmoid, lambda x, z: UNARY["sigmoid"](x) * UNARY["sigmoid"](-x)),
    "softplus": one(lambda v: max(v, 0) + math.log1p(math.exp(-abs(v))), lambda x, z: UNARY["sigmoid"](x)),
    "erf": one(math.erf, lambda x, z: Num(1.1283791670955126) * UNARY["exp"](-(x * x))),
    "abs": one(step(0)(abs), lambda x, z: Num(sign(x.v))),
    "relu": one(step(0)(lambda v: v if v > 0 or math.isnan(v) else 0.0), lambda x, z: ONE if x.v > 0 else ZERO),
    "sign": one(step(0)(sign), flat),
    "floor": one(whole(math.floor), flat),
    "ceil": one(whole(math.ceil), flat),
    "round": one(whole(away), flat),
    "trunc": one(whole(math.trunc), flat),
    "stop": one(lambda v: v, flat),
}


def silu(x):
    return x * UNARY["sigmoid"](x)


UNARY["silu"] = silu


def power(x, p):
    """A constant whole exponent."""
    try:
        v = x.v**p if x.v or p >= 0 else math.inf
    except OverflowError:
        v = math.copysign(math.inf, x.v) if p % 2 else math.inf
    z = Num(v, (x,))
    z.slopes = lambda: (Num(float(p)) * power(x, p - 1) if p else ZERO,)
    return z


def clip(x, low, high):
    low, high = apart(x.v, low)[1], apart(x.v, high)[1]
    return Num(min(max(x.v, low), high), (x,), lambda: (ONE if low <= x.v <= high else ZERO,))


def extreme(values, most):
    """min and max: ties share evenly."""
    best = (max if most else min)(x.v for x in values)
    for x in values:
        apart(x.v, best)
    share = 1 / sum(x.v == best for x in values)
    return Num(best, tuple(values), lambda: [Num(share) if x.v == best else ZERO for x in values])


def product(values):
    z = Num(math.prod(x.v for x in values), tuple(values))
    z.slopes = lambda: [product(values[:k] + values[k + 1 :]) for k in range(len(values))]
    return z


def total(values):
    return Num(sum(x.v for x in values), tuple(values), lambda: [ONE] * len(values))


def logsumexp(values):
    most = max((x.v for x in values), default=-math.inf)
    if most == -math.inf:
        return Num(most, tuple(values), lambda: [ZERO] * len(values))
    z = Num(most + math.log(sum(math.exp(x.v - most) for x in values)), tuple(values))
    z.slopes = lambda: [UNARY["exp"](x - z) if x.v > -math.inf else ZERO for x in values]
    return z
