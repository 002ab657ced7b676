#!/usr/bin/env python3
"""Random programs of the whole indexed language beside their definition, one scalar at a time.

    beside_scalars.py [--library PATH] [--from N] [--count N] [--ways LIST] [--show | --smaller]

wander.py makes programs, formulas.py says what they mean, scalars.py differentiates: nothing but Python is needed.
Compared are all arrays and the gradient of `total` by all real inputs, in each of the ways: auto, forward, reverse,
threads (four; the same bits), and alone: one output at a time, also the derivatives of one element of each array, since
what is asked for decides what a program keeps. A program that disagrees is printed with its number; `--show --from N` prints what is due,
`--smaller --from N` makes the program as small as it can while it stays wrong. In brackets: how far inputs changed by
1e-12 of their size move the results. "refused" are derivatives that docs/decisions/0014 and 0022 refuse.
"""
import argparse
import ctypes as c
import math
import os
import random
import signal
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import formulas  # noqa: E402
import scalars  # noqa: E402
import smaller as reduce_program  # noqa: E402
import wander  # noqa: E402


class Error(c.Structure):
    _fields_ = [("status", c.c_int), ("code", c.c_char * 8), ("message", c.c_char * 480), ("hint", c.c_char * 240),
                ("file", c.c_char * 240), ("line", c.c_int), ("column", c.c_int), ("width", c.c_int),
                ("source", c.c_char * 240), ("source_column", c.c_int)]


class Options(c.Structure):
    _fields_ = [("resize", c.c_void_p), ("context", c.c_void_p), ("language", c.c_char_p), ("file", c.c_char_p),
                ("max_nodes", c.c_size_t), ("max_bytes", c.c_size_t), ("single", c.c_int), ("mode", c.c_int),
                ("sizes", c.c_void_p), ("size_count", c.c_size_t), ("threads", c.c_size_t), ("training", c.c_int),
                ("only_arrays", c.c_int)]


class Fault(Exception):
    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code


class Library:
    def __init__(self, path):
        self.lib = c.CDLL(path)
        self.lib.ew_compile.restype = c.c_void_p
        self.lib.ew_compile.argtypes = [c.c_char_p, c.c_char_p, c.POINTER(Options), c.POINTER(Error)]
        self.lib.ew_free.argtypes = [c.c_void_p]
        self.lib.ew_run.argtypes = [c.c_void_p, c.c_void_p, c.c_void_p, c.c_void_p]
        self.lib.ew_run_error.argtypes = [c.c_void_p, c.c_void_p, c.POINTER(Error)]
        for name in ("ew_in_count", "ew_out_count"):
            getattr(self.lib, name).restype = c.c_size_t
            getattr(self.lib, name).argtypes = [c.c_void_p]

    def run(self, text, outputs, given, mode=0, threads=1, single=0):
        error, options = Error(), Options(mode=mode, threads=threads, single=single, max_bytes=1 << 30, max_nodes=1 << 21)
        p = self.lib.ew_compile(text.encode(), outputs.encode(), c.byref(options), c.byref(error))
        if not p:
            raise Fault(error.code.decode(), error.message.decode() + " | " + error.source.decode())
        try:
            if self.lib.ew_in_count(p) != len(given):
                raise Fault("", f"{self.lib.ew_in_count(p)} values are due, {len(given)} given")
            out = (c.c_double * max(1, self.lib.ew_out_count(p)))()
            if self.lib.ew_run(p, None, (c.c_double * max(1, len(given)))(*given), out):
                self.lib.ew_run_error(p, None, c.byref(error))
                raise Fault(error.code.decode(), error.message.decode())
            return list(out)[: self.lib.ew_out_count(p)]
        finally:
            self.lib.ew_free(p)


class Case:
    """A program with what is due: names of outputs, and for each element the value."""

    def __init__(self, m):
        scalars.restart()
        self.maker = m
        arrays, head = m.reached()
        self.text = m.text(arrays, head)
        for a in arrays:
            a.made = {}
            for p in a.parts:
                if p.circle:
                    p.circle.stops = {}
        self.given = [v for a in m.given(arrays) for v in a.given]
        self.outputs, self.counts, self.due, self.names = [], [], [], []
        total = m.total.element(())
        for a in arrays:
            if a.given is None:
                self.add(a.name, [float(formulas.number(v)) for v in a.elements()], a.name)
        for x in m.inputs:
            if x not in arrays:
                continue
            at = ", ".join(f"place{k}" for k in range(len(x.sizes)))
            slopes = [scalars.derivative(total, e).v for e in x.elements()]
            self.add(f"diff(total, {x.name}{f'[{at}]' if at else ''})", slopes, f"by {x.name}")
        self.single = []
        for a in arrays:
            if a.given is None and a.kind == "real":
                self.single += list(self.one(a, arrays))

    def one(self, a, arrays):
        """(output, what is due): the derivatives of one element by each input."""
        place = tuple(random.Random(f"{a.name}{n}").randrange(n) for n in a.sizes)
        read = a.name + (f"[{', '.join(map(str, place))}]" if place else "")
        element = a.element(place)
        if not hasattr(element, "sweep"):
            return
        for x in self.maker.inputs:
            if x in arrays:
                at = ", ".join(f"place{k}" for k in range(len(x.sizes)))
                slopes = [scalars.derivative(element, e).v for e in x.elements()]
                yield f"diff({read}, {x.name}{f'[{at}]' if at else ''})", slopes

    def add(self, text, values, name):
        self.counts.append(len(values))
        self.outputs.append(text)
        self.due += values
        self.names += [name] * len(values)

    def wrong(self, out, within):
        """The first disagreement, measured by the largest of its array."""
        if len(out) != len(self.due):
            return f"{len(out)} numbers, due {len(self.due)}"
        largest = {}
        for name, d in zip(self.names, self.due):
            largest[name] = max(largest.get(name, 1e-3), abs(d) if math.isfinite(d) else 0)
        slope_finite = all(math.isfinite(d) for n, d in zip(self.names, self.due))
        for k, (name, o, d) in enumerate(zip(self.names, out, self.due)):
            if name.startswith("by ") and not slope_finite:
                continue
            same = o == d or math.isnan(o) and math.isnan(d)
            if not same and not abs(o - d) <= within * largest[name]:
                return f"{name}, element {k - self.names.index(name)}: {o!r}, due {d!r}"
        return ""


def alone(lib, case):
    """Each output by itself, with the inputs as further ones, so that all of them are asked for."""
    inputs = "".join(f", {a.name}" for a in case.maker.given(case.maker.reached()[0]))
    at, todo = 0, list(case.single)
    for text, count in zip(case.outputs, case.counts):
        todo.append((text, case.due[at : at + count]))
        at += count
    for text, due in todo:
        out = lib.run(case.text, text + inputs, case.given)[: len(due)]
        largest = max((abs(d) for d in due if math.isfinite(d)), default=0)
        for k, (o, d) in enumerate(zip(out, due)):
            same = o == d or math.isnan(o) and math.isnan(d)
            skip = text.startswith("diff(") and not all(map(math.isfinite, due))
            if not same and not skip and not abs(o - d) <= 1e-8 * max(1e-3, largest):
                return f"{text}, element {k}: {o!r}, due {d!r}"
    return ""


def conditioned(maker):
    """How far a change of the inputs by 1e-13 moves what is due; None: it cannot be said."""
    m, kept = maker, [(x, x.given) for x in maker.inputs]
    try:
        one = Case(m)
        for x in m.inputs:
            x.given = [v * (1 + 1e-12) for v in x.given]
        other = Case(m)
    except (scalars.Risk, RecursionError):
        return None
    finally:
        for x, given in kept:
            x.given = given
    return max((abs(a - b) / (1e-3 + abs(a)) for a, b in zip(one.due, other.due)), default=0)


def compare(lib, maker, ways, brief=False):
    """("", "risk" or what is wrong, the text)."""
    try:
        case = Case(maker)
    except (scalars.Risk, RecursionError) as risk:
        return f"risk {risk}", ""
    outputs = ", ".join(case.outputs)
    try:
        first = None
        for way in ways:
            if way == "alone":
                wrong = alone(lib, case)
                if wrong:
                    return f"{way}: {wrong} (1e-12: {brief or conditioned(maker)})", case.text
                continue
            settings = {"auto": {}, "forward": {"mode": 1}, "reverse": {"mode": 2}, "threads": {"threads": 4}}[way]
            out = lib.run(case.text, outputs, case.given, **settings)
            first = first or out
            if way == "threads" and any(a != b and not (math.isnan(a) and math.isnan(b)) for a, b in zip(first, out)):
                return f"{way}: other bits", case.text
            wrong = case.wrong(out, 1e-8)
            if wrong:
                return f"{way}: {wrong} (1e-12: {brief or conditioned(maker)})", case.text
    except Fault as fault:
        return ("refused " if fault.code in ("E450", "E451", "E471", "E472") else "fault ") + str(fault), case.text
    return "", ""


def child(lib, seeds, ways, pipe):
    with os.fdopen(pipe, "w") as out:
        for seed in seeds:
            print("begin", seed, file=out, flush=True)
            signal.alarm(60)
            what, text = compare(lib, wander.Maker(seed), ways)
            print("end", repr((seed, what, text)), file=out, flush=True)
            signal.alarm(0)


def smaller(lib, seed, ways):
    maker = wander.Maker(seed)
    first = compare(lib, maker, ways)[0]
    kind = first.split(":")[0]

    def wrong(m):
        try:
            return compare(lib, m, ways, True)[0].split(":")[0] == kind
        except (IndexError, KeyError, AttributeError, ZeroDivisionError):
            return False

    what, text = compare(lib, reduce_program.reduce(maker, wrong), ways)
    print(f"{first}\n-> {what}\n{text}")
    for a in maker.given(maker.reached()[0]):
        print(" ", a.name, a.sizes, a.given)


def deep(call):
    threading.stack_size(1 << 29)
    sys.setrecursionlimit(30_000)
    t = threading.Thread(target=call)
    t.start()
    t.join()


def main():
    build = os.environ.get("B", "build")
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--library", default=f"{build}/libedgewise.so")
    options.add_argument("--from", dest="first", type=int, default=1)
    options.add_argument("--count", type=int, default=200)
    options.add_argument("--ways", default="auto,forward,reverse,threads")
    options.add_argument("--show", action="store_true")
    options.add_argument("--smaller", action="store_true")
    chosen = options.parse_args()
    if chosen.smaller:
        lib = Library(os.path.abspath(chosen.library))
        deep(lambda: smaller(lib, chosen.first, chosen.ways.split(",")))
        return 0
    if chosen.show:
        deep(lambda: show(chosen.first))
        return 0
    tally, seed, last = {}, chosen.first, chosen.first + chosen.count
    while seed < last:
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(read)
            lib = Library(os.path.abspath(chosen.library))
            deep(lambda: child(lib, range(seed, last), chosen.ways.split(","), write))
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as lines:
            for line in lines:
                word, rest = line.split(" ", 1)
                if word == "begin":
                    seed, done = int(rest), False
                else:
                    (seed, what, text), done = eval(rest), True
                    report(tally, seed, what, text)
        status = os.waitpid(pid, 0)[1]
        if not done:
            report(tally, seed, f"crash {status}", "")
        seed += 1
    print(", ".join(f"{n} {what}" for what, n in sorted(tally.items())))
    return any(k not in ("passed", "risk", "refused") for k in tally)


def report(tally, seed, what, text):
    kind = "passed" if not what else what.split(" ")[0].rstrip(":")
    tally[kind] = tally.get(kind, 0) + 1
    if kind not in ("passed", "risk"):
        print(f"---- {seed}: {what}\n" + (text if kind != "refused" else ""), flush=True)


def show(seed):
    case = Case(wander.Maker(seed))
    print(case.text)
    for a in case.maker.given(case.maker.reached()[0]):
        print(a.name, a.sizes, a.given)
    for name, due in zip(case.names, case.due):
        print(name, due)


if __name__ == "__main__":
    sys.exit(main())
