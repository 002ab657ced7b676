"""Random programs of the indexed language, as trees of formulas.py, right by construction.

A `Maker` knows the range of every index and the size of every array, so it knows of each access whether it needs a
guard. Arrays are defined one after the other: pointwise, by reductions, gathers, parts, circles of equations.
"""
import random

import formulas as f
from formulas import Access, Binary, Compare, Constant, If, Index, Reduce, Unary

LETTERS = "ijklmnpqrsuvw"


from smaller import slots


class State:
    """An array of a circle: which of its axes are order axes (by level), and how far its place is from its step."""

    def __init__(self, array, levels, more, number):
        self.array, self.levels, self.more, self.number = array, levels, more, number
        self.depth = sum(level is not None for level in levels)


class Inside:
    """Where a formula stands in a circle: which state it defines, at which levels it knows the step."""

    def __init__(self, states, orders, own, fixed=()):
        self.states, self.orders, self.own, self.fixed = states, orders, own, fixed


class Maker:
    def __init__(self, seed, rich=True):
        self.r = random.Random(seed)
        self.grid = self.r.random() < 0.35
        self.pool = self.r.choice([[1, 2, 3], [1, 2, 3, 4, 5], [2, 3, 4], [3, 4, 5, 7], [2, 3, 9], [2, 3, 17]])
        self.arrays, self.inputs, self.ints, self.equations = [], [], [], []
        self.made, self.fresh, self.inside, self.diffs, self.bare = 0, 0, None, 0, None
        self.smooth = self.r.random() < 0.4
        for _ in range(self.r.randint(1, 3)):
            self.input([self.size() for _ in range(self.r.choice([0, 1, 1, 2, 2, 3]))])
        for _ in range(self.r.randint(0, 2)):
            self.int_input([self.size()], 0, self.r.choice(self.pool) - 1)
        for _ in range(self.r.randint(1, 5)):
            self.r.choice(STEPS)(self)
        self.finish()

    # ---- Names, sizes, inputs

    def chance(self, p):
        return self.r.random() < p

    def size(self):
        return self.r.choice(self.pool)

    def index(self):
        self.fresh += 1
        return LETTERS[self.fresh % len(LETTERS)] + (str(self.fresh // len(LETTERS)) if self.fresh >= len(LETTERS) else "")

    def name(self, stem):
        self.made += 1
        return f"{stem}{self.made}"

    def value(self):
        return self.r.randint(-3, 3) / 2 if self.grid else round(self.r.gauss(0, 0.7), 4)

    def input(self, sizes):
        count = f.scalars.math.prod(sizes)
        a = f.Array(self.name("x"), sizes, "real", [self.value() for _ in range(count)])
        self.inputs.append(a)
        self.arrays.append(a)
        return a

    def int_input(self, sizes, low, high):
        count = f.scalars.math.prod(sizes)
        return self.ints_given(sizes, [self.r.randint(low, high) for _ in range(count)], low, high)

    def ints_given(self, sizes, values, low, high):
        a = f.Array(self.name("g"), sizes, "int", values, low, high)
        self.ints.append(a)
        return a

    # ---- Whole numbers: a tree and the range of its values

    def whole(self, scope, depth=1):
        r = self.r
        if scope and (depth == 0 or self.chance(0.5)):
            name = r.choice(list(scope))
            return Index(name), *scope[name]
        kind = r.random()
        if kind < 0.25 or depth == 0:
            v = r.randint(0, 3)
            return Constant(v), v, v
        if kind < 0.5 and self.ints:
            return self.whole_access(scope, depth)
        a, low, high = self.whole(scope, depth - 1)
        if kind < 0.6:
            m = r.randint(2, 3)
            return Binary("mod", a, Constant(m)), 0, m - 1
        if kind < 0.7:
            return Binary("div", a, Constant(2)), low // 2, high // 2
        b, least, most = self.whole(scope, depth - 1)
        if kind < 0.85:
            return Binary("+", a, b), low + least, high + most
        return Binary("-", a, b), low - most, high - least

    def whole_access(self, scope, depth):
        g = self.r.choice(self.ints)
        places, inside = self.places(g.sizes, scope, depth - 1)
        guard = None if inside else Constant(self.r.randint(g.low, g.high))
        return Access(g, places, guard), g.low, g.high

    def place(self, n, scope, depth=1):
        """A place of an axis of size n; is it inside for sure?"""
        r = self.r
        scope = {s: scope[s] for s in scope if s != self.bare or scope[s][1] == n - 1}
        inside = [s for s in scope if scope[s][0] >= 0 and scope[s][1] < n]
        if inside and self.chance(0.6):
            return Index(r.choice(inside)), True
        kind = r.random()
        if kind < 0.2:
            return Constant(r.randint(0, n - 1)), True
        if kind < 0.5 and scope:
            name = r.choice(list(scope))
            by = r.randint(-2, 2)
            tree = Binary("+" if by >= 0 else "-", Index(name), Constant(abs(by))) if by else Index(name)
            return tree, scope[name][0] + by >= 0 and scope[name][1] + by < n
        if kind < 0.65 and scope:
            name = r.choice(list(scope))
            low, high = scope[name]
            return Binary("-", Constant(n - 1), Index(name)), n - 1 - high >= 0 and n - 1 - low < n
        tree, low, high = self.whole(scope, depth)
        if 0 <= low and high < n:
            return tree, True
        if self.chance(0.5):
            return Binary("mod", tree, Constant(n)), True
        return tree, False

    def places(self, sizes, scope, depth=1):
        pairs = [self.place(n, scope, depth) for n in sizes]
        return [p for p, _ in pairs], all(ok for _, ok in pairs)

    # ---- Accesses

    def access(self, array, scope, places=None):
        places, inside = places or self.places(array.sizes, scope)
        if inside and self.chance(0.95):
            return Access(array, places)
        if not inside and self.chance(0.25):
            return self.branch(array, places)
        guard = self.leaf(scope) if self.chance(0.2) and not self.inside else self.small()
        return Access(array, places, guard)

    def branch(self, array, places):
        """An access in a branch that is taken only where it is inside."""
        tests = []
        for p, n in zip(places, array.sizes):
            tests += [Compare(">=", p, Constant(0)), Compare("<", p, Constant(n))]
        test = tests[0]
        for t in tests[1:]:
            test = f.Logic("and", test, t)
        return If(test, Access(array, places), self.small())

    def small(self):
        return Constant(self.r.choice([0.0, 0.5, 1.0, -0.25]) if self.grid else round(self.r.uniform(-1, 1), 2))

    def leaf(self, scope):
        if self.inside and self.chance(0.35):
            return self.state(scope)
        if self.chance(0.12):
            return self.small()
        if self.chance(0.1) and not self.inside:
            return self.whole(scope)[0]
        return self.access(self.r.choice(self.arrays[-5:] if self.chance(0.6) else self.arrays), scope)

    # ---- Real formulas

    SMOOTH = ["tanh", "sin", "cos", "sigmoid", "atan", "softplus", "silu", "erf", "exp(-", "sqrt(1+", "-", "0.5"]
    KINKED = ["abs", "relu", "sign", "floor", "round", "clip", "sqrt", "ceil"]

    def unary(self, e):
        name = self.r.choice(self.SMOOTH + ([] if self.smooth else self.KINKED))
        if name == "exp(-":
            return Unary("exp", Unary("-", f.Power(e, 2)))
        if name == "sqrt(1+":
            return Unary("sqrt", Binary("+", Constant(1.0), f.Power(e, 2)))
        if name == "0.5":
            return Binary("*", Constant(0.5), e)
        if name == "clip":
            return f.Clip(e, -0.5, 0.5)
        if name == "sqrt":
            return Unary("sqrt", f.Power(e, 2)) if self.chance(0.5) else Unary("sqrt", Unary("abs", e))
        return Unary(name, e)

    def formula(self, scope, depth):
        r = self.r
        if depth <= 0 or self.chance(0.15):
            return self.leaf(scope)
        kinds = [self.one, self.one, self.two, self.two, self.two, self.two, self.choice, self.reduction, self.reduction]
        kinds += [self.called, self.own, self.literal, self.kept, self.derived, self.truth, self.product_sum]
        return r.choice(kinds)(scope, depth)

    def one(self, scope, depth):
        e = self.formula(scope, depth - 1)
        return f.Power(e, self.r.randint(2, 3)) if self.chance(0.1) else Unary("stop", e) if self.chance(0.04) else self.unary(e)

    def two(self, scope, depth):
        a, b = self.formula(scope, depth - 1), self.formula(scope, depth - 1)
        op = self.r.choice(["+", "-", "*", "*", "+", "/"] + ([] if self.smooth else ["min", "max"]))
        if op == "/":
            b = Binary("+", Constant(1.5), f.Power(b, 2))
        return Binary(op, a, b)

    def test(self, scope, depth):
        r = self.r
        if depth > 0 and self.chance(0.2):
            return f.Logic(r.choice(["and", "or"]), self.test(scope, depth - 1), self.test(scope, depth - 1))
        if self.chance(0.1):
            return f.Logic("not", self.test(scope, depth - 1))
        if self.chance(0.1):
            name, new, over = self.ranged(scope)
            return Reduce(r.choice(["all", "any"]), over, self.test(new, 0))
        op = r.choice(["<", "<=", ">", ">=", "==", "!="])
        if scope and self.chance(0.6) or self.smooth:
            return Compare(op, self.whole(scope)[0], self.whole(scope)[0])
        return Compare(op, self.formula(scope, depth - 1), self.leaf(scope))

    def choice(self, scope, depth):
        return If(self.test(scope, 1), self.formula(scope, depth - 1), self.formula(scope, depth - 1))

    def truth(self, scope, depth):
        return Binary("*", self.formula(scope, depth - 1), self.test(scope, 0))

    def ranged(self, scope):
        """A new index with a range, which may depend on another: its name, the wider scope, what a reduction says."""
        name = self.index()
        n = self.size()
        low, high, least, most = Constant(0), Constant(n - 1), 0, n - 1
        if scope and self.chance(0.25):
            outer = self.r.choice(list(scope))
            a, b = scope[outer]
            if self.chance(0.5):
                high, most = (Index(outer), b) if self.chance(0.5) else (Binary("-", Index(outer), Constant(1)), b - 1)
            else:
                low, least, high, most = Index(outer), a, Constant(b), b
        return name, {**scope, name: (least, max(most, least))}, [(name, low, high)]

    def reduction(self, scope, depth):
        if len(scope) > 4:
            return self.leaf(scope)
        op = self.r.choice(["sum"] * 4 + ["mean", "prod", "logsumexp", "sum"] + ([] if self.smooth else ["max", "min"]))
        name, new, over = self.ranged(scope)
        if self.chance(0.2) and op != "prod":
            name, new, more = self.ranged(new)
            over += more
        body = self.formula(new, min(depth - 1, 2))
        if op in ("mean", "max", "min", "logsumexp") and not isinstance(over[0][2], Constant):
            op = "sum"
        if op in ("mean", "max", "min", "logsumexp") and not all(isinstance(o[2], Constant) for o in over):
            op = "sum"
        return Reduce(op, over, body)

    def product_sum(self, scope, depth):
        if len(scope) > 4:
            return self.leaf(scope)
        name, new, over = self.ranged(scope)
        return Reduce("sum", over, Binary("*", self.leaf(new), self.leaf(new)))

    def called(self, scope, depth):
        name = self.name("f")
        parameters = ["a", "b"][: self.r.randint(1, 2)]
        leaf = lambda: f.Parameter(self.r.choice(parameters))
        inner = lambda d: leaf() if d == 0 else self.r.choice(
            [lambda: self.unary(inner(d - 1)), lambda: Binary(self.r.choice("+-*"), inner(d - 1), inner(d - 1))])()
        local, body = [], Binary("+", f.Parameter("a"), inner(2))
        if self.chance(0.4):
            local = [("y", inner(1))]
            body = Binary("*", f.Parameter("y"), body)
        if self.chance(0.2):
            body = f.Diff(body, f.Parameter("a"))
        call = f.Call(name, parameters, local, body, [self.actual(scope, depth - 1) for _ in parameters])
        return call

    def actual(self, scope, depth):
        e = self.formula(scope, depth)
        return e if e.kind == "real" else Binary("*", Constant(0.5), e)

    def own(self, scope, depth):
        """A reduction of one's own, over a new index, or one that is kept."""
        if len(scope) > 4:
            return self.leaf(scope)
        kept = [n for n in scope if scope[n][0] == 0 and n in self.shown]
        keeps = bool(kept) and self.chance(0.5)
        parameters = ["v", "w"][: self.r.randint(1, 2)]
        body = self.own_body(parameters, 2, keeps)
        keeps = keeps and self.outside(body)
        if keeps:
            name = self.r.choice(kept)
            high, new = scope[name][1], scope
        else:
            name = self.index()
            high = self.size() - 1
            new = {**scope, name: (0, high)}
        args = [self.formula(new, min(depth - 1, 1)) for _ in parameters]
        own = f.Own(self.name("red"), parameters, body, name, high, args, keeps)
        return own

    def own_body(self, parameters, depth, outside):
        r = self.r
        spread = lambda: f.Spread(r.choice(parameters))
        within = lambda: Reduce(r.choice(["sum", "mean", "sum", "logsumexp"]), [("o", Constant(0), f.Top())],
                                self.unary(spread()) if self.chance(0.5) else Binary("*", spread(), spread()), False)
        a = spread() if outside and self.chance(0.6) else within()
        if depth == 0:
            return a
        b = self.own_body(parameters, depth - 1, outside)
        return r.choice([lambda: Binary("+", a, b), lambda: Binary("*", a, b), lambda: self.unary(b),
                         lambda: Binary("/", a, Binary("+", Constant(1.5), f.Power(b, 2)))])()

    def outside(self, e):
        if isinstance(e, f.Spread):
            return True
        if isinstance(e, Reduce):
            return False
        return any(self.outside(getattr(e, k)) for k in ("a", "b", "e") if hasattr(e, k) and getattr(e, k) is not None)

    def literal(self, scope, depth):
        n = self.r.randint(1, 3)
        place, inside = self.place(n, scope, 0)
        if not inside:
            place = Binary("mod", place, Constant(n))
        return f.Literal([self.formula(scope, depth - 2) for _ in range(n)], place)

    def kept(self, scope, depth):
        """A softmax along an index of the scope."""
        found = [n for n in scope if scope[n][0] == 0 and n in self.shown]
        if not found or self.inside:
            return self.leaf(scope)
        name = self.r.choice(found)
        body = self.formula(scope, min(depth - 1, 1))
        if self.chance(0.3):
            body = If(Compare("<=", Index(name), self.whole(scope)[0]), body, f.Infinity())
        return f.Softmax(name, scope[name][1], body)

    # ---- Derivatives

    def derived(self, scope, depth):
        if self.diffs >= 3 or self.inside and (self.diffs or self.chance(0.5)):
            return self.leaf(scope)
        self.diffs += 1
        kind = self.r.random()
        if kind < 0.6 or len(scope) > 3:
            return f.Diff(self.formula(scope, 2), self.by(scope))
        name, new, over = self.ranged(scope)
        diff = f.Diff(self.formula(new if kind < 0.8 else scope, 2), self.by(new))
        return Reduce("sum", over, Binary("*", diff, self.formula(new, 1)))

    def by(self, scope):
        if self.inside and self.chance(0.5):
            found = self.state(scope, exact=True)
            if found:
                return found
        array = self.r.choice(self.inputs if self.chance(0.6) or self.inside else self.arrays)
        for _ in range(10):
            places, inside = self.places(array.sizes, scope)
            if inside:
                return Access(array, places)
        return Access(array, [Constant(self.r.randint(0, n - 1)) for n in array.sizes])

    # ---- States of the circle that is being written

    def state(self, scope, exact=False):
        c = self.inside
        for _ in range(10):
            s = self.r.choice(c.states)
            level = self.r.randint(0, min(s.depth, c.own.depth) - 1) if self.chance(0.8) else None
            if level is None and not (s.number < c.own.number):
                continue
            if any(k in c.fixed for k in range(s.depth)) and (level is None or level in c.fixed):
                if level is None and s.depth > 1 and c.own.depth > 1:
                    pass
                else:
                    continue
            found = self.earlier(s, level, scope, exact)
            if found:
                return found
        return None if exact else self.small()

    def earlier(self, s, level, scope, exact=False):
        """State s, the first `level` levels of this step, then one before; level None: all of this step."""
        c, pairs = self.inside, []
        for axis, own in enumerate(s.levels):
            n = s.array.sizes[axis]
            known = own is not None and own < c.own.depth
            if not known or level is not None and own > level:
                if exact and own is not None:
                    return None
                pairs.append(self.place(n, scope))
                continue
            index, low, high, down = c.orders[own]
            if own in c.fixed:
                pairs.append((Constant(c.fixed[own]), True))
                continue
            more = s.more if own == 0 else 0
            by = more
            if level is not None and own == level:
                by += self.r.choice([1, 1, 1, 2]) * (1 if down else -1)
            pairs.append((self.shifted(index, by), low + by >= 0 and high + by < n))
        places, inside = [p for p, _ in pairs], all(ok for _, ok in pairs)
        if exact:
            return Access(s.array, places) if inside else None
        return self.access(s.array, scope, (places, inside))

    def shifted(self, index, by):
        return Binary("+" if by > 0 else "-", Index(index), Constant(abs(by))) if by else Index(index)

    # ---- Steps

    def define(self, sizes, body_of, kind="real", low=0, high=0):
        names = [self.index() for _ in sizes]
        scope = {n: (0, s - 1) for n, s in zip(names, sizes)}
        self.shown = set(names)
        a = f.Array(self.name("y" if kind == "real" else "g"), sizes, kind, None, low, high)
        a.parts = [f.Part([(n, 0, s - 1, 0) for n, s in zip(names, sizes)], body_of(scope))]
        self.add(a)
        return a

    def add(self, a):
        (self.arrays if a.kind == "real" else self.ints).append(a)
        self.equations.append([(a, p) for p in a.parts])

    def sizes(self, most=3):
        return [self.size() for _ in range(self.r.choice([0, 1, 1, 2, 2, 3][: most + 3]))]

    def tame(self, e):
        kind = self.r.random()
        return Unary("tanh", e) if kind < 0.3 else Unary("sin", e) if kind < 0.4 else e

    def pointwise(self):
        self.define(self.sizes(), lambda s: self.tame(self.formula(s, self.r.randint(1, 4))))

    def int_array(self):
        kind = self.r.random()
        if kind < 0.4 and not self.smooth:
            n = self.size()
            over = lambda s: Reduce(self.r.choice(["argmin", "argmax"]), [("z", Constant(0), Constant(n - 1))],
                                    self.formula({**s, "z": (0, n - 1)}, 1))
            self.define([self.size()], over, "int", 0, n - 1)
        else:
            m = self.size()
            self.define([self.size()], lambda s: Binary("mod", self.whole(s, 2)[0], Constant(m)), "int", 0, m - 1)

    def parts(self):
        """An array of several equations: fixed places and ranges along one axis."""
        sizes = self.sizes(2) or [3]
        axis = self.r.randrange(len(sizes))
        n = sizes[axis]
        cuts = sorted(set(self.r.randint(1, n) for _ in range(2)) | {n})
        a, first = f.Array(self.name("y"), sizes, "real"), 0
        for cut in cuts:
            left, scope = [], {}
            for k, s in enumerate(sizes):
                low, high = (first, cut - 1) if k == axis else (0, s - 1)
                if low == high and self.chance(0.5):
                    left.append(low)
                    continue
                name = self.index()
                left.append((name, low, high, 0))
                scope[name] = (low, high)
            self.shown = set()
            a.parts.append(f.Part(left, self.formula(scope, 2)))
            first = cut
        self.r.shuffle(a.parts)
        self.add(a)

    def second(self):
        """A whole Jacobian, or a Hessian, of something small."""
        x = self.r.choice(self.inputs)
        if f.scalars.math.prod(x.sizes) > 12:
            return
        y = self.r.choice(self.arrays[-3:])
        if f.scalars.math.prod(y.sizes) > 12 or len(x.sizes) + len(y.sizes) > 4:
            return
        ny = len(y.sizes)
        def body(scope):
            names = [Index(n) for n in scope]
            diff = f.Diff(Access(y, names[:ny]), Access(x, names[ny:]))
            return f.Diff(diff, self.by(scope)) if self.chance(0.3) else diff
        self.define(list(y.sizes) + list(x.sizes), body)

    # ---- Circles

    def circle(self):
        r = self.r
        depth = r.choice([1, 1, 1, 2, 2, 3])
        offset = depth == 1 and self.chance(0.3) or self.chance(0.1)
        down = self.chance(0.3)
        based = self.chance(0.5)
        orders = []
        for level in range(depth):
            n = max(2, min(self.size(), 5 if depth > 1 else 9))
            low, high, way = 0, n - 1, down if level == 0 else self.chance(0.3)
            if level == 0 and based and not offset:
                low, high = (0, n - 2) if down else (1, n - 1)
            orders.append((self.index(), low, high, way))
        if offset:
            orders[0] = (*orders[0][:3], False)
        states = self.states(orders, offset, based)
        circle = f.Circle(*orders[0])
        edge = self.chance(0.3)
        for s in states:
            self.state_parts(s, states, orders, circle, offset or based, edge and s.depth > 1)
        for s in states:
            if s.more:
                self.anchor(s, orders)
        self.until(states, orders, circle)
        self.inside = self.bare = None
        for s in states:
            self.arrays.append(s.array)
        self.equations.append([(s.array, p) for s in states for p in s.array.parts])

    def states(self, orders, offset, based):
        count = self.r.choice([1, 1, 2, 2, 3])
        depths = sorted((self.r.randint(1, len(orders)) for _ in range(count)), reverse=self.chance(0.5))
        depths[0 if depths[0] >= depths[-1] else -1] = len(orders)
        made = []
        for number, depth in enumerate(depths):
            levels = list(range(depth)) + [None] * self.r.choice([0, 0, 1, 1, 2][: 5 if depth == 1 else 3])
            self.r.shuffle(levels)
            more = int(offset and self.chance(0.7))
            sizes = [self.size() if k is None else orders[k][2] + 1 + (more if k == 0 else 0) for k in levels]
            if based and not offset and orders[0][3]:
                sizes = [n + (k == 0) for n, k in zip(sizes, levels)]
            made.append(State(f.Array(self.name("h"), sizes, "real"), levels, more, number))
        return made

    def state_parts(self, s, states, orders, circle, based, edge):
        """The step, and what begins it."""
        a = s.array
        base = None
        if s.more:
            base = 0
        elif based and orders[0][1] == 1:
            base = 0
        elif based and orders[0][2] == a.sizes[s.levels.index(0)] - 2:
            base = orders[0][2] + 1
        if base is not None:
            self.inside = None
            a.parts.append(self.begin(s, orders, base))
        if edge:
            a.parts.append(self.step(s, states, orders, circle, {1: orders[1][2] if orders[1][3] else 0}))
        a.parts.append(self.step(s, states, orders, circle, {}, edge))

    def begin(self, s, orders, base):
        left, scope = [], {}
        for axis, level in enumerate(s.levels):
            if level == 0:
                left.append(base)
                continue
            name = self.index()
            left.append((name, 0, s.array.sizes[axis] - 1, 0))
            scope[name] = (0, s.array.sizes[axis] - 1)
        self.shown = set()
        return f.Part(left, self.formula(scope, 1))

    def step(self, s, states, orders, circle, fixed, edge=False):
        left, scope = [], {}
        for axis, level in enumerate(s.levels):
            if level in fixed:
                left.append(fixed[level])
                continue
            if level is None:
                name, low, high = self.index(), 0, s.array.sizes[axis] - 1
            else:
                name, low, high, down = orders[level]
                if edge and level == 1:
                    low, high = (low, high - 1) if down else (low + 1, high)
            left.append((name, low, high, s.more if level == 0 else 0))
            scope[name] = (low, high)
        self.inside = Inside(states, orders, s, fixed)
        self.bare = orders[0][0] if s.more else None
        self.shown = set()
        body = self.body(s, states, scope)
        return f.Part(left, body, circle)

    def body(self, s, states, scope):
        """What keeps the circle one, and something else."""
        before = states[s.number - 1]
        level = 0 if s.number == 0 or self.inside.fixed or self.chance(0.5) else None
        link = self.earlier(before, level, scope)
        if s.number and not self.inside.fixed and self.chance(0.7):
            link = Binary("+", link, self.earlier(s, self.r.randint(0, s.depth - 1), scope))
        rest = self.formula(scope, self.r.randint(1, 2))
        link = Binary("*", Constant(self.r.choice([0.5, 0.75, 1.0])), link)
        e = Binary(self.r.choice(["+", "-", "+", "*"]), link, rest)
        return self.tame(e) if self.chance(0.7) else e

    def anchor(self, s, orders):
        """Something that gives the ordering index its range."""
        x = self.input([orders[0][2] + 1])
        for part in s.array.parts:
            if part.circle:
                part.body = Binary("+", part.body, Binary("*", Constant(0.5), Access(x, [Index(orders[0][0])])))

    def until(self, states, orders, circle):
        if not self.chance(0.3):
            return
        s = self.r.choice(states)
        name, low, high, _ = orders[0]
        self.inside, self.bare = Inside(states, orders, State(None, [0], 0, len(states))), None
        over, scope, places = [], {name: (low, high)}, []
        for axis, level in enumerate(s.levels):
            if level == 0:
                places.append(self.shifted(name, s.more))
                continue
            q = self.index()
            over.append((q, Constant(0), Constant(s.array.sizes[axis] - 1)))
            places.append(Index(q))
        e = Access(s.array, places)
        if over:
            e = Reduce(self.r.choice(["sum", "mean"]), over, e)
        test = Compare(self.r.choice(["<", ">"]), e, self.small())
        part = self.r.choice(self.r.choice(states).array.parts[-1:])
        circle.until = (part, test)

    # ---- The end

    def finish(self):
        terms = []
        for a in self.arrays:
            if a in self.inputs and self.chance(0.7):
                continue
            names = [self.index() for _ in a.sizes]
            e = Access(a, [Index(n) for n in names])
            e = f.Power(e, 2) if self.chance(0.5) else Binary("*", e, self.small())
            over = [(n, Constant(0), Constant(s - 1)) for n, s in zip(names, a.sizes)]
            terms.append(Reduce("sum", over, e) if over else e)
        total = f.Array("total", [], "real")
        body = terms[0] if terms else Constant(0.5)
        for t in terms[1:]:
            body = Binary("+", body, t)
        total.parts = [f.Part([], body)]
        self.total = total
        self.equations.append([(total, total.parts[0])])

    def reached(self):
        """The arrays that `total` needs, in the order of the program, and the definitions of functions."""
        found, heads, todo = {id(self.total): self.total}, {}, [p for p in self.total.parts]
        while todo:
            e = todo.pop()
            if isinstance(e, (f.Call, f.Own)):
                heads[e.name] = e.definition()
            if isinstance(e, Access) and id(e.array) not in found:
                found[id(e.array)] = e.array
                todo += e.array.parts
            if isinstance(e, f.Part) and e.circle and e.circle.until:
                todo.append(e.circle.until[1])
                todo += [p for a, p in sum(self.equations, []) if p is e.circle.until[0] and id(a) not in found]
            todo += [c[k] for c, k in slots(e)]
        order = self.inputs + self.ints + [a for g in self.equations for a in dict.fromkeys(a for a, _ in g)]
        seen = {id(a): a for a in order if id(a) in found}
        return list(seen.values()), list(heads.values())

    def text(self, arrays, head):
        lines = []
        for a in self.given(arrays):
            sizes = f"[{', '.join(map(str, a.sizes))}]" if a.sizes else ""
            lines.append(f"input {a.name}{sizes}" + (" : int" if a.kind == "int" else ""))
        return "\n".join(lines + head + [p.text(a) for g in self.equations for a, p in g if a in arrays])

    def given(self, arrays):
        """What the program takes, in the order of its text."""
        return [a for a in self.inputs + self.ints if a.given is not None and a in arrays]


STEPS = [Maker.pointwise] * 4 + [Maker.circle] * 5 + [Maker.parts, Maker.int_array, Maker.second]
