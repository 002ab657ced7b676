#!/usr/bin/env python3
"""Random programs with indices, their values and gradients beside PyTorch's.

    beside_torch.py [--edgewise PATH] [--kind f64|f32|second] [--from N] [--count N]

Each program is built twice at once: as text for `edgewise grad`, and as the same formula in PyTorch's f64. Kinds: f64; f32
(ours in single precision); second (the gradient of a derivative in a direction). A program that disagrees is printed
with its number, which makes it again. Ends with "N passed, N failed". Not a part of ./check: it needs PyTorch.

Sizes are those at which plans change: whole and broken vectors, products, tiles. What overflows or is not finite is
left out, and how well a gradient is determined is not looked at: some that "fail" by little are such.
"""
import argparse
import json
import math
import os
import random
import struct
import subprocess
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
import torch  # noqa: E402

AXES = "ijklm"
ELEMENTS = 200_000  # of one array
WITHIN = {"f64": 1e-8, "f32": 3e-3, "second": 1e-7}


class Array:
    """A name of the program, the letters of its axes, and its value."""

    def __init__(self, name, axes, value):
        self.name, self.axes, self.value = name, list(axes), value

    def at(self, places=None):
        places = places or {}
        inside = ", ".join(places.get(a, a) for a in self.axes)
        return f"{self.name}[{inside}]" if self.axes else self.name


def along(size, axis, axes):
    """The numbers 0 to size - 1 along one of the axes."""
    return torch.arange(size).reshape([-1 if a == axis else 1 for a in axes])


class Program:
    def __init__(self, seed):
        self.r = random.Random(seed)
        torch.manual_seed(seed)
        pool = [1, 2, 3, 5, 8, 13, 16, 17, 32, 33, 40, 64, 65] if self.r.random() < 0.5 else [1, 2, 3, 4, 5, 7]
        self.size = {a: self.r.choice(pool) for a in AXES}
        if self.r.random() < 0.5:
            self.size["j"] = self.size["i"]
        self.declared, self.text, self.inputs, self.arrays = [], [], [], []
        for _ in range(self.r.randint(2, 4)):
            self.input([self.size[a] for a in self.some(0, 3)], keep=True)
        for _ in range(self.r.randint(2, 9)):
            self.r.choice(self.STEPS)(self)

    # ---- Pieces

    def elements(self, axes):
        return math.prod(self.size[a] for a in axes)

    def some(self, least, most, elements=ELEMENTS):
        """Some axes whose array is not too large."""
        while True:
            axes = self.r.sample(AXES, self.r.randint(least, most))
            if self.elements(axes) <= elements:
                self.chosen = axes
                return axes

    def input(self, sizes, keep=False, scale=0.7):
        value = (torch.randn(sizes, dtype=torch.float64) * scale).requires_grad_()
        name = f"x{len(self.inputs)}"
        self.declared.append(f"input {name}" + (f"[{', '.join(map(str, sizes))}]" if sizes else ""))
        array = Array(name, self.chosen if keep else "ABCDE"[: len(sizes)], value)
        self.inputs.append(array)
        if keep:
            self.arrays.append(array)
        return array

    def name(self):
        return f"y{sum(a.name[0] == 'y' for a in self.arrays)}"

    def left(self, name, axes, given=None):
        given = given or {}
        inside = ", ".join(given.get(a, f"{a} in {self.size[a]}") for a in axes)
        return f"{name}[{inside}]" if axes else name

    def define(self, axes, text, value):
        array = Array(self.name(), axes, value)
        self.text.append(f"{self.left(array.name, axes)} = {text}")
        self.arrays.append(array)

    def over(self, array, axes):
        """Its value with the axes in this order, of size 1 where it has none."""
        have = [a for a in axes if a in array.axes]
        value = array.value.permute([array.axes.index(a) for a in have])
        return value.reshape([self.size[a] if a in array.axes else 1 for a in axes])

    def known(self, condition):
        found = [a for a in self.arrays if condition(set(a.axes))]
        return self.r.choice(found[-6:] if self.r.random() < 0.7 else found) if found else None

    UNARY = [
        ("tanh({})", torch.tanh),
        ("sigmoid({})", torch.sigmoid),
        ("exp(-({})^2)", lambda v: torch.exp(-v * v)),
        ("relu({})", torch.relu),
        ("abs({})", torch.abs),
        ("sqrt(1 + ({})^2)", lambda v: torch.sqrt(1 + v * v)),
        ("sin({})", torch.sin),
        ("0.5*({})", lambda v: 0.5 * v),
        ("-({})", lambda v: -v),
        ("log(1 + exp({}))", lambda v: torch.log(1 + torch.exp(v))),
    ]
    BINARY = [
        ("({} + {})", lambda u, v: u + v),
        ("({} - {})", lambda u, v: u - v),
        ("({} * {})", lambda u, v: u * v),
        ("({} / (1 + ({})^2))", lambda u, v: u / (1 + v * v)),
        ("max({}, {})", torch.maximum),
        ("min({}, {})", torch.minimum),
    ]

    def expression(self, depth, axes):
        """Text and value over the axes, of what has some of them."""
        r = self.r
        if depth == 0 or r.random() < 0.2:
            array = self.known(lambda have: have <= set(axes))
            if not array:
                return "0.75", torch.full([1] * len(axes), 0.75, dtype=torch.float64)
            return array.at(), self.over(array, axes)
        text, value = self.expression(depth - 1, axes)
        kind = r.random()
        if kind < 0.4:
            form, of = r.choice(self.UNARY)
            return form.format(text), of(value)
        other, second = self.expression(depth - 1, axes)
        if kind < 0.5 and len(axes) >= 2:
            a, b = r.sample(axes, 2)
            by = r.randint(-1, 1)
            here = along(self.size[a], a, axes) <= along(self.size[b], b, axes) + by
            return f"(if {a} <= {b} {by:+d} then {text} else {other})", torch.where(here, value, second)
        form, of = r.choice(self.BINARY)
        return form.format(text, other), of(value, second)

    # ---- Steps: each defines one array, or none

    def pointwise(self):
        axes = self.some(0, 3)
        text, value = self.expression(self.r.randint(1, 3), axes)
        self.define(axes, text, value.expand([self.size[a] for a in axes]))

    def reduction(self):
        r = self.r
        axes = self.some(1, 4, 3 * ELEMENTS)
        count = r.randint(1, min(3, len(axes)))
        own, reduced = axes[:-count], axes[-count:]
        first = self.known(lambda have: have <= set(axes) and have & set(reduced))
        second = self.known(lambda have: have <= set(axes))
        if first and second and r.random() < 0.6:
            text, value = f"{first.at()} * {second.at()}", self.over(first, axes) * self.over(second, axes)
        else:
            text, value = self.expression(2, axes)
        value = value.expand([self.size[a] for a in axes])
        places = list(range(len(own), len(axes)))
        kinds = {"sum": lambda: value.sum(places), "max": lambda: value.amax(places)}
        if count == 1:
            kinds |= {"mean": lambda: value.mean(places), "logsumexp": lambda: torch.logsumexp(value, places)}
        kind = r.choice(list(kinds) + ["sum"] * 3)
        over = ", ".join(f"{a} in {self.size[a]}" for a in r.sample(reduced, count))
        self.define(own, f"{kind}({over}: {text})", kinds[kind]())

    def renamed(self):
        array = self.known(lambda have: len(have) > 0)
        if not array:
            return
        a = self.r.choice(array.axes)
        free = [b for b in AXES if self.size[b] == self.size[a]]
        b = self.r.choice(free)
        change = {a: b, b: a}
        axes = [change.get(x, x) for x in array.axes]
        order = self.r.sample(axes, len(axes))
        self.define(order, array.at(change), array.value.permute([axes.index(x) for x in order]))

    def gather(self):
        array = self.known(lambda have: len(have) > 0)
        if not array:
            return
        a = self.r.choice(array.axes)
        b = self.r.choice([b for b in AXES if b == a or b not in array.axes])
        axes = [b if x == a else x for x in array.axes]
        if self.elements(axes) > ELEMENTS:
            return
        place = torch.randint(0, self.size[a], [self.size[b]])
        name = f"g{len(self.declared)}"
        self.declared.append(f"input {name}[{self.size[b]}]: int = {place.tolist()}")
        self.define(axes, array.at({a: f"{name}[{b}]"}), array.value.index_select(array.axes.index(a), place))

    def window(self):
        """Rows of 3 x 3 windows with a margin of zeros, in channels, as a convolution has them."""
        array = self.known(lambda have: sum(self.size[a] >= 3 for a in have) >= 2)
        if not array:
            return
        a, b = self.r.sample([x for x in array.axes if self.size[x] >= 3], 2)
        rest = [x for x in array.axes if x not in (a, b)]
        kernel = self.input([self.r.choice([1, 2]), 3, 3], scale=0.5)
        axes = rest + [a, b]
        at = array.at({a: f"{a}+p-1", b: f"{b}+q-1"})[:-1] + " else 0]"
        text = f"sum(o: relu(sum(p in 3, q in 3: {kernel.name}[o, p, q] * {at})))"
        flat = self.over(array, axes).reshape(-1, 1, self.size[a], self.size[b])
        value = torch.relu(torch.nn.functional.conv2d(flat, kernel.value.unsqueeze(1), padding=1)).sum(1)
        self.define(axes, text, value.reshape([self.size[x] for x in axes]))

    def pooled(self):
        array = self.known(lambda have: any(self.size[a] >= 2 for a in have))
        if not array:
            return
        a = self.r.choice([x for x in array.axes if self.size[x] >= 2])
        rest = [x for x in array.axes if x != a]
        many = self.size[a] // 2
        text = f"sum({a} in {many}: ({a}+1) * max(d in 2: {array.at({a: f'2*{a}+d'})}))"
        value = self.over(array, rest + [a])[..., : 2 * many].reshape([self.size[x] for x in rest] + [many, 2])
        self.define(rest, text, (value.amax(-1) * torch.arange(1, many + 1)).sum(-1))

    def softmax(self):
        array = self.known(lambda have: len(have) > 0)
        if not array:
            return
        a = self.r.choice(array.axes)
        others = [x for x in array.axes if x != a]
        place = array.axes.index(a)
        if others and self.r.random() < 0.6:
            b = self.r.choice(others)
            here = along(self.size[a], a, array.axes) <= along(self.size[b], b, array.axes)
            value = torch.where(here, array.value, torch.tensor(-math.inf, dtype=torch.float64))
            self.define(array.axes, f"softmax({a}: if {a} <= {b} then {array.at()} else -inf)", value.softmax(place))
        else:
            self.define(array.axes, f"softmax({a}: {array.at()})", array.value.softmax(place))

    def triangle(self):
        array = self.known(lambda have: len(have) >= 2)
        if not array:
            return
        a, b = self.r.sample(array.axes, 2)
        if self.size[b] < self.size[a]:
            return
        other = self.known(lambda have: b in have and have <= set(array.axes))
        here = along(self.size[b], b, array.axes) <= along(self.size[a], a, array.axes)
        value = torch.where(here, array.value * self.over(other, array.axes), torch.zeros([], dtype=torch.float64))
        axes = [x for x in array.axes if x != b]
        self.define(axes, f"sum({b} in 0..{a}: {array.at()} * {other.at()})", value.sum(array.axes.index(b)))

    def recurrence(self):
        """Two states, one of which begins from the other, with a matrix and a bias where there is an axis for it."""
        axes = self.some(1, 3, 20_000)
        t, rest = axes[0], axes[1:]
        steps = self.size[t]
        drive = self.known(lambda have: t in have and have <= set(axes))
        if not 2 <= steps <= 40 or not drive:
            return
        c, h = self.name(), f"h{len(self.text)}"
        before, later = {t: f"{t}-1"}, {t: f"{t} in 1..{steps - 1}"}
        state = {n: Array(n, axes, None) for n in (c, h)}
        u = self.over(drive, axes).expand([self.size[x] for x in axes])
        linear, make = f"0.8*{state[h].at(before)}", lambda p: 0.8 * p
        if rest and self.size[rest[0]] <= 40:
            side = self.size[rest[0]]
            matrix, bias = self.input([side, side], scale=0.8 / math.sqrt(side)), self.input([side], scale=0.3)
            read = state[h].at(before | {rest[0]: "p"})
            linear = f"0.7*sum(p in {side}: {read} * {matrix.name}[p, {rest[0]}]) + {bias.name}[{rest[0]}]"
            spread = bias.value.reshape([-1] + [1] * (len(rest) - 1))
            make = lambda p: 0.7 * torch.tensordot(matrix.value, p, ([0], [0])) + spread
        at = drive.at()
        self.text += [
            f"{self.left(c, axes, {t: '0'})} = {drive.at({t: '0'})}",
            f"{self.left(h, axes, {t: '0'})} = tanh({state[c].at({t: '0'})})",
            f"{self.left(c, axes, later)} = sigmoid({linear}) * {state[c].at(before)} + {at}",
            f"{self.left(h, axes, later)} = tanh({state[c].at()}) * sigmoid({at})",
        ]
        cell, hidden = [u[0]], [torch.tanh(u[0])]
        for k in range(1, steps):
            cell.append(torch.sigmoid(make(hidden[-1])) * cell[-1] + u[k])
            hidden.append(torch.tanh(cell[-1]) * torch.sigmoid(u[k]))
        self.arrays += [Array(c, axes, torch.stack(cell)), Array(h, axes, torch.stack(hidden))]

    def table(self):
        """Rows within columns, each begun by its own recurrence."""
        a, b = self.r.sample(AXES, 2)
        m, n = self.size[a], self.size[b]
        drive = self.known(lambda have: have == {a, b})
        if not drive or m < 2 or n < 2 or m * n > 400:
            return
        name = self.name()
        at = Array(name, [a, b], None).at
        rows, columns = f"{a} in 1..{m - 1}", f"{b} in 1..{n - 1}"
        self.text += [
            f"{name}[0, 0] = {drive.at({a: '0', b: '0'})}",
            f"{name}[0, {columns}] = tanh({at({a: '0', b: f'{b}-1'})} + {drive.at({a: '0'})})",
            f"{name}[{rows}, 0] = tanh(0.5*{at({a: f'{a}-1', b: '0'})} + {drive.at({b: '0'})})",
            f"{name}[{rows}, {columns}] = tanh({at({b: f'{b}-1'})} + 0.5*{at({a: f'{a}-1'})} + {drive.at()})",
        ]
        u = self.over(drive, [a, b])
        made = {}
        for i in range(m):
            for j in range(n):
                left = made[i, j - 1] if j else 0
                above = 0.5 * made[i - 1, j] if i else 0
                made[i, j] = torch.tanh(left + above + u[i, j]) if i or j else u[0, 0]
        value = torch.stack([torch.stack([made[i, j] for j in range(n)]) for i in range(m)])
        self.arrays.append(Array(name, [a, b], value))

    STEPS = [pointwise] * 4 + [reduction] * 4 + [renamed, gather, window, pooled, softmax, triangle]
    STEPS += [recurrence, recurrence, table]

    def cost(self):
        """The sum of what was defined last, as text and value."""
        text, value = [], 0
        for array in [a for a in self.arrays if a.name[0] != "x"][-3:]:
            factor = round(self.r.uniform(0.5, 1.5), 2)
            over = f"sum({', '.join(array.axes)}: {array.at()}^2)" if array.axes else f"{array.name}^2"
            text.append(f"{factor}*{over}")
            value = value + factor * (array.value**2).sum()
        return " + ".join(text) or "0", value


def write_npy(path, tensor):
    shape = "(" + "".join(f"{s}," for s in tensor.shape) + ")"
    head = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"
    head += " " * ((64 - (10 + len(head) + 1) % 64) % 64) + "\n"
    with open(path, "wb") as out:
        out.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode())
        out.write(struct.pack(f"<{tensor.numel()}d", *tensor.reshape(-1).tolist()))


def flat(x):
    return [z for y in x for z in flat(y)] if isinstance(x, list) else [float(x)]


def derived(program, cost, folder, seed):
    """A derivative in a direction instead of the cost: more text, its value, its input; or None."""
    by = program.inputs[seed % len(program.inputs)]
    slope = torch.autograd.grad(cost, [by.value], create_graph=True, allow_unused=True)[0]
    if slope is None or not slope.requires_grad:
        return None
    way = torch.randn(by.value.shape, dtype=torch.float64)
    write_npy(f"{folder}/way.npy", way)
    axes = "abcde"[: way.dim()]
    at = f"[{', '.join(axes)}]" if axes else ""
    sizes = f"[{', '.join(map(str, way.shape))}]" if axes else ""
    term = f"diff(cost, {by.name}{at}) * way{at}"
    text = f"input way{sizes}\nslope = " + (f"sum({', '.join(axes)}: {term})" if axes else term)
    return text, (slope * way).sum()


def compare(seed, kind, command, folder):
    """"": they agree; None: nothing to compare; else what is wrong."""
    program = Program(seed)
    text, cost = program.cost()
    lines = program.declared + program.text + [f"cost = {text}"]
    if not torch.is_tensor(cost) or not cost.requires_grad or not torch.isfinite(cost):
        return None
    more = derived(program, cost, folder, seed) if kind == "second" else ("", cost)
    if not more or not more[1].requires_grad:
        return None
    text, of = "\n".join(lines + [more[0]]), more[1]
    gradient = torch.autograd.grad(of, [x.value for x in program.inputs], allow_unused=True)
    with open(f"{folder}/program.ew", "w") as out:
        out.write(text + "\n")
    words = [command, "grad", f"{folder}/program.ew", "--of", "slope" if kind == "second" else "cost", "--json"]
    words += ["--wrt", ",".join(x.name for x in program.inputs), "--threads", str(1 + seed % 2)]
    words += ["--precision", "f32"] if kind == "f32" else []
    for x in program.inputs:
        write_npy(f"{folder}/{x.name}.npy", x.value.detach())
        words.append(f"{x.name}=@{folder}/{x.name}.npy")
    words += [f"way=@{folder}/way.npy"] if kind == "second" else []
    run = subprocess.run(words, capture_output=True, text=True)
    if run.returncode:
        return f"{text}\nstatus {run.returncode}: {run.stderr}{run.stdout}"
    answer = json.loads(run.stdout)
    wrong = []
    if not abs(float(answer["value"]) - of.item()) <= WITHIN[kind] * (1 + abs(of.item())):
        wrong.append(f"value {answer['value']}, PyTorch {of.item()}")
    for x, slope in zip(program.inputs, gradient):
        ours = torch.tensor(flat(answer["gradient"][x.name]), dtype=torch.float64)
        theirs = torch.zeros_like(ours) if slope is None else slope.reshape(-1)
        if torch.isnan(theirs).any() or not theirs.numel():
            continue
        apart = ((ours - theirs).abs() / (1e-6 + theirs.abs().max() + 1e-4 * abs(of.item()))).max().item()
        if not apart <= WITHIN[kind]:
            wrong.append(f"by {x.name}: {apart:.2g} of the largest apart")
    return "\n".join([text] + wrong) if wrong else ""


def main():
    build = os.environ.get("B", "build")
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--edgewise", default=f"{build}/edgewise")
    options.add_argument("--kind", default="f64", choices=WITHIN)
    options.add_argument("--from", dest="first", type=int, default=1)
    options.add_argument("--count", type=int, default=200)
    chosen = options.parse_args()
    torch.set_num_threads(1)
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(chosen.first, chosen.first + chosen.count):
            wrong = compare(seed, chosen.kind, chosen.edgewise, folder)
            passed += wrong == ""
            failed += bool(wrong)
            if wrong:
                print(f"program {seed}\n{wrong}\n", flush=True)
    print(f"{passed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
