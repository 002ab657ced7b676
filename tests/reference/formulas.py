"""Programs with indices as trees: their text, and what they mean, one place at a time.

A formula has `text()` and `at(env)`: its value where the indices are what env says; a Num (scalars.py), an int or a bool.
Nothing is planned or ordered: an element of an array is computed when it is first asked for and kept, so a recurrence
runs in whatever order it needs. An array's element is a node of its own, by which one can differentiate.
"""
import scalars
from scalars import Num, Risk, UNARY, ZERO


def real(v):
    return v if isinstance(v, Num) else Num(float(v))


def number(v):
    return v.v if isinstance(v, Num) else v


def written(v):
    return str(v) if isinstance(v, int) or v != int(v) else str(int(v))


class Constant:
    def __init__(self, v):
        self.v = v
        self.kind = "int" if isinstance(v, int) else "real"

    def text(self):
        return f"({written(self.v)})" if self.v < 0 else written(self.v)

    def at(self, env):
        return self.v if self.kind == "int" else Num(self.v)


class Index:
    kind = "int"

    def __init__(self, name):
        self.name = name

    def text(self):
        return self.name

    def at(self, env):
        return env[self.name]


class Unary:
    """A function of one argument; of an int `abs` and `sign` are ints."""

    def __init__(self, name, e):
        self.name, self.e = name, e
        self.kind = "int" if e.kind == "int" and name in ("abs", "sign", "-", "stop") else "real"

    def text(self):
        return f"(-{self.e.text()})" if self.name == "-" else f"{self.name}({self.e.text()})"

    def at(self, env):
        v = self.e.at(env)
        if self.kind == "int":
            return {"abs": abs(v), "-": -v, "sign": (v > 0) - (v < 0), "stop": v}[self.name]
        return -real(v) if self.name == "-" else UNARY[self.name](real(v))


class Power:
    def __init__(self, e, p):
        self.e, self.p, self.kind = e, p, e.kind

    def text(self):
        return f"({self.e.text()})^{self.p}"

    def at(self, env):
        v = self.e.at(env)
        return v**self.p if self.kind == "int" else scalars.power(real(v), self.p)


class Clip:
    kind = "real"

    def __init__(self, e, low, high):
        self.e, self.low, self.high = e, low, high

    def text(self):
        return f"clip({self.e.text()}, {written(self.low)}, {written(self.high)})"

    def at(self, env):
        return scalars.clip(real(self.e.at(env)), self.low, self.high)


class Binary:
    INTS = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "min": min,
        "max": max,
        "div": lambda a, b: a // b,
        "mod": lambda a, b: a % b,
    }
    REALS = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
        "min": lambda a, b: scalars.extreme([a, b], False),
        "max": lambda a, b: scalars.extreme([a, b], True),
    }

    def __init__(self, op, a, b):
        self.op, self.a, self.b = op, a, b
        self.kind = "int" if op != "/" and a.kind != "real" and b.kind != "real" else "real"

    def text(self):
        a, b = self.a.text(), self.b.text()
        return f"({a} {self.op} {b})" if self.op in "+-*/" else f"{self.op}({a}, {b})"

    def at(self, env):
        a, b = self.a.at(env), self.b.at(env)
        if self.kind == "int":
            v = self.INTS[self.op](int(a), int(b))
            if abs(v) > 2**52:
                raise Risk("overflow")
            return v
        return self.REALS[self.op](real(a), real(b))


class Compare:
    kind = "bool"
    OPS = {
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
        "==": lambda a, b: a == b,
        "!=": lambda a, b: a != b,
    }

    def __init__(self, op, a, b):
        self.op, self.a, self.b = op, a, b

    def text(self):
        return f"({self.a.text()} {self.op} {self.b.text()})"

    def at(self, env):
        return self.OPS[self.op](*scalars.apart(number(self.a.at(env)), number(self.b.at(env))))


class Logic:
    kind = "bool"

    def __init__(self, op, a, b=None):
        self.op, self.a, self.b = op, a, b

    def text(self):
        return f"({self.a.text()} {self.op} {self.b.text()})" if self.b else f"(not {self.a.text()})"

    def at(self, env):
        if not self.b:
            return not self.a.at(env)
        first = bool(self.a.at(env))
        return first if first == (self.op == "or") else bool(self.b.at(env))


class If:
    def __init__(self, c, a, b):
        self.c, self.a, self.b = c, a, b
        self.kind = a.kind if a.kind == b.kind else "real"

    def text(self):
        return f"(if {self.c.text()} then {self.a.text()} else {self.b.text()})"

    def at(self, env):
        v = (self.a if self.c.at(env) else self.b).at(env)
        return real(v) if self.kind == "real" else v


class Access:
    """array[places], or array[places else guard]."""

    def __init__(self, array, places, guard=None):
        self.array, self.places, self.guard, self.kind = array, places, guard, array.kind

    def text(self):
        inside = ", ".join(p.text() for p in self.places)
        guard = f" else {self.guard.text()}" if self.guard else ""
        return self.array.name + (f"[{inside}{guard}]" if self.places else "")

    def at(self, env):
        place = tuple(p.at(env) for p in self.places)
        if self.guard and not all(0 <= p < n for p, n in zip(place, self.array.sizes)):
            v = self.guard.at(env)
            return real(v) if self.kind == "real" else v
        return self.array.element(place)


class Reduce:
    """op(name in low..high, …: body); `shown` False leaves the range to be found."""

    def __init__(self, op, over, body, shown=True):
        self.op, self.over, self.body, self.shown = op, over, body, shown
        self.kind = "bool" if op in ("all", "any") else "int" if op in ("argmin", "argmax") else "real"
        if op in ("sum", "prod", "min", "max") and body.kind != "real":
            self.kind = "int" if body.kind == "int" or op == "sum" else "real"

    def text(self):
        over = ", ".join(f"{n} in {a.text()}..{b.text()}" if self.shown else n for n, a, b in self.over)
        return f"{self.op}({over}: {self.body.text()})"

    def values(self, env, over):
        if not over:
            yield self.body.at(env)
            return
        name, low, high = over[0]
        for i in range(low.at(env), high.at(env) + 1):
            yield from self.values({**env, name: i}, over[1:])

    def at(self, env):
        values = list(self.values(env, self.over))
        if self.op in ("all", "any"):
            return all(values) if self.op == "all" else any(values)
        if self.op in ("argmin", "argmax"):
            return self.first([number(v) for v in values])
        if self.kind == "int":
            return self.ints([int(v) for v in values])
        return self.reals([real(v) for v in values])

    def first(self, values):
        if not values:
            raise Risk("over nothing")
        best = (min if self.op == "argmin" else max)(values)
        for v in values:
            scalars.apart(v, best)
        return values.index(best)

    def ints(self, values):
        if self.op in ("min", "max") and not values:
            raise Risk("over nothing")
        v = {"sum": sum, "prod": scalars.math.prod, "min": min, "max": max}[self.op](values)
        if abs(v) > 2**52:
            raise Risk("overflow")
        return v

    def reals(self, values):
        if self.op == "sum":
            return scalars.total(values)
        if self.op == "prod":
            return scalars.product(values)
        if self.op == "mean":
            return scalars.total(values) / Num(float(len(values)))
        if self.op == "logsumexp":
            return scalars.logsumexp(values)
        if not values:
            return Num(scalars.math.inf if self.op == "min" else -scalars.math.inf)
        return scalars.extreme(values, self.op == "max")


class Softmax:
    """softmax(name: body), at the place that the index has outside."""

    kind = "real"

    def __init__(self, name, high, body):
        self.name, self.high, self.body = name, high, body

    def text(self):
        return f"softmax({self.name}: {self.body.text()})"

    def at(self, env):
        all_of = [real(self.body.at({**env, self.name: i})) for i in range(self.high + 1)]
        x = all_of[env[self.name]]
        return UNARY["exp"](x - scalars.logsumexp(all_of)) if x.v > -scalars.math.inf else ZERO


class Diff:
    kind = "real"

    def __init__(self, e, by):
        self.e, self.by = e, by

    def text(self):
        return f"diff({self.e.text()}, {self.by.text()})"

    def at(self, env):
        x = self.by.at(env)
        y = self.e.at(env)
        return scalars.derivative(y, x) if isinstance(y, Num) else ZERO


class Parameter:
    """Of a function: a node of its own at each call."""

    def __init__(self, name, kind="real"):
        self.name, self.kind = name, kind

    def text(self):
        return self.name

    def at(self, env):
        return env["(" + self.name]


class Call:
    """A function of numbers: parameters, local equations (name, body), result."""

    kind = "real"

    def __init__(self, name, parameters, local, body, args):
        self.name, self.parameters, self.local, self.body, self.args = name, parameters, local, body, args

    def text(self):
        return f"{self.name}({', '.join(a.text() for a in self.args)})"

    def definition(self):
        where = "; ".join(f"{n} = {e.text()}" for n, e in self.local)
        head = f"{self.name}({', '.join(self.parameters)}) = {self.body.text()}"
        return head + (f" where ({where})" if where else "")

    def at(self, env):
        own = {f"({p}": scalars.copy(real(a.at(env))) for p, a in zip(self.parameters, self.args)}
        for name, e in self.local:
            own["(" + name] = scalars.copy(real(e.at(own)))
        return real(self.body.at(own))


class Spread:
    """The parameter of one's own reduction: the argument, at the index that is bound now."""

    kind = "real"

    def __init__(self, name):
        self.name = name

    def text(self):
        return self.name

    def at(self, env):
        e, outer, name = env["(" + self.name]
        return real(e.at({**outer, name: env[name]}))


class Own:
    """name(index: args): one's own reduction, its index over 0..high; `keeps` where its body stands outside too."""

    kind = "real"

    def __init__(self, name, parameters, body, index, high, args, keeps):
        self.name, self.parameters, self.body, self.keeps = name, parameters, body, keeps
        self.index, self.high, self.args = index, high, args

    def text(self):
        over = self.index if self.keeps else f"{self.index} in 0..{self.high}"
        return f"{self.name}({over}: {', '.join(a.text() for a in self.args)})"

    def definition(self):
        return f"{self.name}(o: {', '.join(self.parameters)}) = {self.body.text()}"

    def at(self, env):
        own = {"o": env.get(self.index, 0), "(high": self.high}
        for p, e in zip(self.parameters, self.args):
            own["(" + p] = (Renamed(e, self.index), env, "o")
        return real(self.body.at(own))


class Top:
    kind = "int"

    """The last place of the index of one's own reduction."""

    def at(self, env):
        return env["(high"]


class Infinity:
    kind = "real"

    def text(self):
        return "-inf"

    def at(self, env):
        return Num(-scalars.math.inf)


class Renamed:
    """A formula whose index is called o inside a definition."""

    def __init__(self, e, index):
        self.e, self.index = e, index

    def at(self, env):
        return self.e.at({**env, self.index: env["o"]})


class Literal:
    """[a, b, …][place]"""

    kind = "real"

    def __init__(self, parts, place):
        self.choices, self.place = parts, place

    def text(self):
        return f"[{', '.join(p.text() for p in self.choices)}][{self.place.text()}]"

    def at(self, env):
        return real(self.choices[self.place.at(env)].at(env))


class Part:
    """One equation of an array: for each axis a fixed place (an int), or an index, its range and what is added to it."""

    def __init__(self, left, body, circle=None, shown=True):
        self.left, self.body, self.circle, self.shown = left, body, circle, shown

    def env(self, place):
        env = {}
        for p, side in zip(place, self.left):
            if isinstance(side, int):
                if p != side:
                    return None
                continue
            name, low, high, more = side
            if not low <= p - more <= high:
                return None
            env[name] = p - more
        return env

    def side(self, side, until):
        if isinstance(side, int):
            return str(side)
        name, low, high, more = side
        if more:
            return f"{name}{more:+d}" + until
        return (f"{name} in {low}..{high}" if self.shown else name) + until

    def text(self, array):
        sides = []
        for side in self.left:
            stops = self.circle and self.circle.until and self.circle.until[0] is self and side[0] == self.circle.name
            sides.append(self.side(side, f" until {self.circle.until[1].text()}" if stops else ""))
        return array.name + (f"[{', '.join(sides)}]" if sides else "") + f" = {self.body.text()}"


class Circle:
    """The steps of equations that need each other: an index, its range, its way; perhaps (part, condition) to stop."""

    def __init__(self, name, low, high, down):
        self.name, self.low, self.high, self.down, self.until, self.stops = name, low, high, down, None, {}

    def before(self, t):
        """The step after which it stopped, of those before t; None: it did not."""
        if not self.until:
            return None
        if t not in self.stops:
            last = t + 1 if self.down else t - 1
            if not self.low <= last <= self.high:
                self.stops[t] = None
            else:
                earlier = self.before(last)
                self.stops[t] = earlier if earlier is not None else last if self.holds(last) else None
        return self.stops[t]

    def holds(self, t):
        return self.until[1].at({self.name: t})


class Array:
    """An array of the program, or an input (with `given`: its elements, row-major)."""

    def __init__(self, name, sizes, kind, given=None, low=0, high=0):
        self.name, self.sizes, self.kind, self.given, self.low, self.high = name, tuple(sizes), kind, given, low, high
        self.parts, self.made = [], {}

    def element(self, place):
        if place not in self.made:
            if not all(0 <= p < n for p, n in zip(place, self.sizes)):
                raise IndexError(f"{self.name}{place}")
            self.made[place] = self.make(place)
        return self.made[place]

    def make(self, place):
        if self.given is not None:
            at = 0
            for p, n in zip(place, self.sizes):
                at = at * n + p
            return Num(self.given[at]) if self.kind == "real" else self.given[at]
        for part in self.parts:
            env = part.env(place)
            if env is not None:
                v = self.kept(part, place, env)
                return scalars.copy(real(v)) if self.kind == "real" else v
        raise IndexError(f"no equation for {self.name}{place}")

    def kept(self, part, place, env):
        """After a circle has stopped, what there was at its last step."""
        last = part.circle.before(env[part.circle.name]) if part.circle else None
        if last is None:
            return part.body.at(env)
        ordered = [not isinstance(s, int) and s[0] == part.circle.name for s in part.left]
        return self.element(tuple(last + s[3] if o else p for o, s, p in zip(ordered, part.left, place)))

    def elements(self):
        def over(sizes):
            if not sizes:
                yield ()
                return
            for rest in over(sizes[:-1]):
                for p in range(sizes[-1]):
                    yield rest + (p,)

        return [self.element(p) for p in over(self.sizes)]
