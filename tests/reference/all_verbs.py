#!/usr/bin/env python3
"""Random programs of the indexed language through every verb of the command, beside their definition.

    all_verbs.py [--command PATH] [--library PATH] [--from N] [--count N] [--ways LIST] [--keep FOLDER] [--tally]
                 [--quick]

The programs are those of beside_scalars.py, by the same numbers. What a verb shows of one (values, derivatives, sums of
paths, what a nudge does, pictures, emitted C) is compared with what is due; where two ways must give the same bits, they
are compared by bits: emitted C and the interpreter, 1, 2 and 3 threads, with a limit on memory and without. A refusal
must be an error with its code; a crash, a sanitizer's report, other warnings of the compiler, or more than SLOW seconds
are told with the program's number. Of emitted C the sign of a zero alone may differ (it does not cut bands of products).
`ways` are the functions below whose names begin with `way_`.
"""
import argparse
import collections
import json
import math
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import beside_scalars  # noqa: E402
import formulas  # noqa: E402
import scalars  # noqa: E402
import wander  # noqa: E402

SLOW, MOST = 6, 60  # seconds
REFUSED = ("E450", "E451", "E471", "E472")  # docs/decisions/0014 and 0022
ELEMENTS = 1000  # an array of more is left out of JSON (docs/commands.md)


class Trouble(Exception):
    """What is wrong, beginning with its kind."""


class Refusal(Exception):
    pass


def flat(v):
    """The numbers of nested lists, row by row."""
    return [n for e in v for n in flat(e)] if isinstance(v, list) else [float(v)]


def nested(values, sizes):
    if not sizes:
        return values[0]
    step = len(values) // sizes[0]
    return [nested(values[k * step : (k + 1) * step], sizes[1:]) for k in range(sizes[0])]


def bits(values):
    """As text that is the same where the numbers are, zeros of either sign being one number."""
    return ["nan" if math.isnan(v) else (v + 0.0).hex() if v else "0" for v in values]


def single(v):
    try:
        return struct.unpack("f", struct.pack("f", v))[0]
    except OverflowError:
        return math.copysign(math.inf, v)


class Program:
    """One program in a folder of its own, what is due of it, and the command."""

    def __init__(self, number, options, folder):
        self.number, self.options, self.folder = number, options, folder
        self.maker = wander.Maker(number)
        self.case = beside_scalars.Case(self.maker)
        self.arrays, _ = self.maker.reached()
        self.total = self.maker.total.element(())
        self.real_inputs = [a for a in self.maker.inputs if a in self.arrays]
        self.outputs = ", ".join(self.case.outputs)
        self.file = os.path.join(folder, "program.ew")
        with open(self.file, "w") as f:
            f.write(self.case.text + "\n")
        self.values = [f"{a.name}={json.dumps(nested(a.given, a.sizes))}" for a in self.maker.given(self.arrays)]
        self.sensitive = None
        self.notes = []

    # ---- The command

    def call(self, *words, values=True, status=(0,)):
        """What it writes; a Refusal or Trouble unless it ends with one of `status`."""
        words = [self.options.command, *words, self.file, *(self.values if values else [])]
        began = time.monotonic()
        try:
            done = subprocess.run(words, capture_output=True, timeout=MOST, cwd=self.folder, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            raise Trouble(f"slow: more than {MOST} s")
        spent, error = time.monotonic() - began, done.stderr.decode(errors="replace")
        if done.returncode < 0 or "Sanitizer" in error or "runtime error" in error:
            raise Trouble(f"crash {done.returncode}: {error[-3000:]}")
        if spent > SLOW:
            self.notes.append(f"slow: {spent:.1f} s for {' '.join(words[1:4])}")
        try:
            text = done.stdout.decode()
        except UnicodeDecodeError as e:
            raise Trouble(f"text: not UTF-8, {e}")
        if done.returncode not in status:
            found = re.search(r"(E\d{3})", text if text.startswith("{") else error)
            what = f"status {done.returncode}: {(error or text)[:500]}"
            if found and done.returncode in (3, 5) and found[1] in REFUSED:
                raise Refusal(found[1])
            raise Trouble(what)
        return text

    def json(self, *words, **more):
        text = self.call(*words, "--json", **more)
        try:
            return json.loads(text)
        except ValueError as e:
            raise Trouble(f"json: {e}")

    # ---- What is due

    def array(self, name):
        return next((a for a in self.arrays if a.name == name), None)

    def due(self, name):
        return [float(formulas.number(v)) for v in self.array(name).elements()]

    def slopes(self, x):
        return [scalars.derivative(self.total, e).v for e in x.elements()]

    def jacobian(self, y, x):
        return [scalars.derivative(formulas.real(a), b).v for a in y.elements() for b in x.elements()]

    def inner(self):
        """Arrays of the program by whose places total's derivative is beyond doubt: not where a stop makes later
        places copies of an earlier one, nor where a rule may be written by an argument or by the result."""
        if "diff(" in self.case.text:
            return []
        stops = any(p.circle and p.circle.until for a in self.arrays for p in a.parts)
        return [a for a in self.arrays if a.kind == "real" and a.given is None and not stops]

    def close(self, what, out, due, within=1e-9):
        """Numbers agree, measured by the largest; where they do not, by how much the inputs' last digits move them."""
        if len(out) != len(due):
            raise Trouble(f"count: {what}: {len(out)} numbers, due {len(due)}")
        if not all(map(math.isfinite, due)):
            return
        largest = max([1e-3] + [abs(d) for d in due])
        for k, (o, d) in enumerate(zip(out, due)):
            if abs(o - d) <= within * largest:
                continue
            if self.sensitive is None:
                self.sensitive = beside_scalars.conditioned(wander.Maker(self.number)) or math.inf
            if not abs(o - d) <= (within + within / 1e-10 * self.sensitive) * largest:
                raise Trouble(f"number: {what}, element {k}: {o!r}, due {d!r} (1e-12: {self.sensitive})")

    def same_bits(self, what, one, other):
        for k, (a, b) in enumerate(zip(bits(one), bits(other))):
            if a != b:
                raise Trouble(f"bits: {what}, number {k}: {float.fromhex(a)!r}, due {float.fromhex(b)!r}")
        if len(one) != len(other):
            raise Trouble(f"count: {what}: {len(one)} numbers, due {len(other)}")

    def evaluated(self, *words, outputs=None):
        values = self.json("eval", "--outputs", outputs or self.outputs, *words)["values"]
        return [n for v in values.values() for n in flat(v)]

    def __getattr__(self, name):
        """What the interpreter gives for all outputs, asked for once."""
        if name != "plain":
            raise AttributeError(name)
        self.plain = self.evaluated()
        return self.plain


# ---- Values and derivatives --------------------------------------------------------------------------------------


def way_eval(p):
    start = 0
    for name, part in groups(p.case.names, p.plain):
        p.close(name, part, p.case.due[start : start + len(part)])
        start += len(part)
    if start != len(p.case.due):
        raise Trouble(f"count: {start} numbers, due {len(p.case.due)}")
    p.call("eval")
    for name, value in p.json("eval", "--all")["values"].items():
        if p.array(name):
            p.close(f"--all {name}", flat(value), p.due(name))


def way_alone(p):
    """One output asked for without the others: what is kept and what is written over depends on what is asked for."""
    start, chosen = {}, p.maker.r.sample(range(len(p.case.outputs)), min(6, len(p.case.outputs)))
    for (name, due), text in zip(groups(p.case.names, p.case.due), p.case.outputs):
        start[text] = (name, due)
    for k in chosen:
        text = p.case.outputs[k]
        p.close(f"{text} alone", p.evaluated(outputs=text), start[text][1])


def groups(names, values):
    found = {}
    for name, v in zip(names, values):
        found.setdefault(name, []).append(v)
    return found.items()


def way_grad(p):
    for mode in ("auto", "forward", "reverse", "paths"):
        gradient(p, mode)
    y = p.maker.r.choice([a for a in p.arrays if a.kind == "real"])
    for x in p.real_inputs:
        if math.prod(y.sizes) * math.prod(x.sizes) > ELEMENTS:
            continue
        for mode in ("forward", "reverse", "paths"):
            found = gradient_json(p, mode, "--of", y.name, "--wrt", x.name)
            if found:
                p.close(f"{mode}: {y.name} by {x.name}", flat(found["gradient"][x.name]), p.jacobian(y, x))
    text = " ".join(p.call("grad").split())
    for x in p.real_inputs:
        if len(x.sizes) < 3 and max(x.sizes, default=1) < 6: # else a corner of it, or in parts
            shown(p, text, f"∂total/∂{x.name} = ", p.slopes(x), 1e-5 if len(x.sizes) == 2 else 1e-9) # six digits


def gradient_json(p, mode, *words):
    try:
        return p.json("grad", "--mode", mode, *words)
    except Trouble as t:
        if mode == "paths" and "E469" in str(t):  # more than 10^7
            return None
        raise


def gradient(p, mode):
    found = gradient_json(p, mode)
    if not found:
        return
    p.close(f"{mode}: total", flat(found["value"]), [p.total.v])
    for x in p.real_inputs:
        p.close(f"{mode}: by {x.name}", flat(found["gradient"][x.name]), p.slopes(x))


def shown(p, text, after, due, within):
    """The numbers that stand in a text after some words."""
    at = text.find(after)
    if at < 0:
        raise Trouble(f"text: no '{after}'")
    rest = text[at + len(after) :]
    if rest.startswith("["):
        deep = len(rest) - len(rest.lstrip("["))
        rest = rest[: rest.find("]" * deep)]
    numbers = [float(n) for n in re.findall(r"[-+]?(?:\d[\d.]*(?:e[-+]?\d+)?|inf|nan)", rest)]
    if "…" not in rest:
        p.close(after, numbers[: len(due)], due, within)


def way_check(p):
    found = p.json("check", status=(0, 1))
    if not found["passed"]:
        raise Trouble(f"check: {found['worst']}")
    p.call("check", status=(0, 1))


def way_paths(p):
    for x in p.real_inputs + p.inner():
        found = p.json("paths", "--from", x.name, "--to", "total")
        if "sum" in found:  # of more than ELEMENTS it is left out
            p.close(f"from {x.name}", flat(found["sum"]), p.slopes(x))
        p.call("paths", "--from", x.name, "--to", "total")


# ---- Lessons and pictures -------------------------------------------------------------------------------------------


def way_explain(p):
    found = p.json("explain")
    for node in found["nodes"]:
        a = p.array(node["name"])
        if a and "value" in node:
            p.close(f"value of {a.name}", flat(node["value"]), p.due(a.name))
    for a in p.real_inputs + p.inner():
        if a.name in found["reverse"]:
            p.close(f"reverse: {a.name}", flat(found["reverse"][a.name]), p.slopes(a))
    for x in p.real_inputs:
        for name, value in found.get("forward", {}).get(x.name, {}).items():
            y = p.array(name)
            if y and y.kind == "real" and y is not x:
                p.close(f"forward: {name} by {x.name}", flat(value), p.jacobian(y, x))
    for path in found.get("paths", []):
        p.close(f"paths from {path['from']}", flat(path.get("sum", 0)), p.slopes(p.array(path["from"])))
    text = p.call("explain", "--color", "always") + p.call("explain", "--lang", "vi")
    if re.search(r"%[sdzlu]", text):
        raise Trouble("text: a form that is not filled in")
    p.call("explain", values=False)
    p.json("explain", values=False)
    text = " ".join(p.call().split())
    for x in p.real_inputs:
        size = f"[{', '.join(map(str, x.sizes))}]" if x.sizes else ""
        shown(p, text, f"∂total/∂{x.name}{size} = ", p.slopes(x), 1e-5)


def way_plan(p):
    p.call("explain", "--plan")
    plan = p.json("explain", "--plan")["plan"]
    if p.real_inputs and plan["mode"] not in ("forward", "reverse"):  # of a constant there is no derivative
        raise Trouble(f"plan: {plan['mode']}")


def way_nudge(p):
    """What is predicted is the derivative times the nudge; what happens is the program at the moved input."""
    x = p.real_inputs[0] if p.real_inputs else None
    if not x:
        return
    place, by = p.maker.r.randrange(len(x.given)), 1e-4
    where, rest = "", place
    for n in reversed(x.sizes):
        where, rest = (f"{rest % n}, {where}" if where else str(rest % n)), rest // n
    words = ("--nudge", f"{x.name}[{where}]={by}" if x.sizes else f"{x.name}={by}")
    found = p.json("explain", *words)["nudge"]["total"]
    p.close("before", flat(found["before"]), [p.total.v])
    p.close("predicted", [flat(found["predicted"])[0] / by], [p.slopes(x)[place]])
    moved = wander.Maker(p.number)
    next(a for a in moved.inputs if a.name == x.name).given[place] += by
    try:
        moved = beside_scalars.Case(moved).due[p.case.names.index("total")]
        p.close("after", flat(found["after"]), [moved])
    except scalars.Risk:
        pass
    p.call("explain", *words)
    p.call("explain", "--lang", "vi", "--nudge", f"{x.name}=0.01")


def balanced(text, opening, closing):
    return text.count(opening) == text.count(closing)


def way_draw(p):
    show = ["--show", "values,edges,reverse=total"]
    for ending in ("svg", "dot", "mmd", "tex", "md", "txt", "html"):
        for words, values in ((show, True), ([], False)):
            name = os.path.join(p.folder, f"picture.{ending}")
            p.call("draw", "-o", name, *words, values=values)
            with open(name, encoding="utf-8") as f:
                picture(p, ending, f.read(), name)


def picture(p, ending, text, name):
    if ending == "svg":
        well_formed(text)
    if ending == "html":
        for part in re.findall(r"<svg.*?</svg>", text, re.S):
            well_formed(part)
    if ending == "tex" and not balanced(re.sub(r"\\.", "", text), "{", "}"):
        raise Trouble("tex: braces")
    if ending == "md" and text.count("$$") % 2:
        raise Trouble("md: $$")
    if ending == "dot" and shutil.which("dot"):
        done = subprocess.run(["dot", "-Tcanon", name], capture_output=True, timeout=MOST)
        if done.returncode or done.stderr:
            raise Trouble(f"dot: {done.stderr.decode()[:300]}")


def well_formed(text):
    try:
        root = xml.fromstring(text)
    except xml.ParseError as e:
        raise Trouble(f"svg: {e}")
    for e in root.iter():
        for key, value in e.attrib.items():
            if key in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height", "d", "points") and "nan" in value:
                raise Trouble(f"svg: {key}={value}")


# ---- The same bits ----------------------------------------------------------------------------------------------


def way_threads(p):
    for n in (1, 2, 3):
        p.same_bits(f"{n} threads", p.evaluated("--threads", str(n)), p.plain)


def way_memory(p):
    for limit in (30_000, 100_000, 300_000, 1_000_000, 3_000_000):
        try:
            out = p.evaluated("--limit", f"memory={limit}")
        except Trouble as t:
            if re.match(r"status 5: .*E08\d", str(t), re.S):
                continue
            raise
        p.same_bits(f"memory={limit}", out, p.plain)


def way_single(p):
    """f32, where no kink and no comparison is near and nothing is badly conditioned."""
    names, out = p.case.names, p.evaluated("--precision", "f32")
    p.single = out
    near, scalars.NEAR = scalars.NEAR, 1e-4
    try:
        maker = wander.Maker(p.number)
        moved = beside_scalars.conditioned(maker)
    finally:
        scalars.NEAR = near
    if moved is None or moved > 3e-11:
        return
    for (name, part), (_, due) in zip(groups(names, out), groups(names, p.case.due)):
        p.close(f"f32: {name}", part, due, 1e-4)


# ---- Emitted C --------------------------------------------------------------------------------------------------

WRITTEN = """#include <stdio.h>
#include "{name}.h"
static const {type} in[] = {{{values}}};
static {type} out[{upper}_OUT + 1], work[{upper}_WORK + 1];
int main(void)
{{
    for (int i = 0; i <= {upper}_WORK; i++) work[i] = ({type})1e30;
    {name}(in, out, work);
    for (int i = 0; i < {upper}_OUT; i++) printf("%a\\n", (double)out[i]);
    return {upper}_IN != {count};
}}
"""
CC = ["-std=c11", "-O2", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror"]
CHECKED = ["-std=c11", "-O1", "-g", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined"]


def compiled(p, name, type_="double"):
    """What NAME.c gives, compiled; with sanitizers in it for odd numbers of programs."""
    given = [single(v) if type_ == "float" else float(v) for v in p.case.given]
    main = WRITTEN.format(name=name, upper=name.upper(), type=type_, count=len(given),
                          values=", ".join(v.hex() + ("F" if type_ == "float" else "") for v in given) or "0")
    with open(os.path.join(p.folder, f"{name}_main.c"), "w") as f:
        f.write(main)
    flags = CHECKED if p.number % 4 == 1 and not p.options.quick else CC
    words = [p.options.cc, *flags, "-o", name, f"{name}.c", f"{name}_main.c", "-lm"]
    done = subprocess.run(words, capture_output=True, cwd=p.folder, timeout=10 * MOST)
    if done.returncode or done.stderr:
        raise Trouble(f"compiler: {done.stderr.decode()[:1500]}")
    done = subprocess.run([f"./{name}"], capture_output=True, cwd=p.folder, timeout=MOST)
    if done.returncode:
        raise Trouble(f"emitted {done.returncode}: {done.stderr.decode()[:1500]}")
    return [float.fromhex(v) for v in done.stdout.decode().split()]


def way_emit(p):
    if p.options.quick and p.number % 6:
        return
    p.call("emit", "c", "--outputs", p.outputs, "-o", "plain", values=p.number % 2 == 0)
    p.same_bits("emitted", compiled(p, "plain"), p.plain)


def way_emit_single(p):
    """f32 inside; and f64 inside with floats in and out."""
    if p.number % 4 not in (0, 2) or p.options.quick and p.number % 6:
        return
    p.call("emit", "c", "--outputs", p.outputs, "-o", "inside", "--precision", "f32", values=False)
    p.same_bits("f32 inside", compiled(p, "inside"), p.evaluated("--precision", "f32"))
    p.call("emit", "c", "--outputs", p.outputs, "-o", "around", "--float", values=False)
    kept, p.values = p.values, [f"{a.name}={json.dumps(nested([single(v) if a.kind == 'real' else v for v in a.given], a.sizes))}"
                                for a in p.maker.given(p.arrays)]
    try:
        due = [single(v) for v in p.evaluated()]
    finally:
        p.values = kept
    p.same_bits("float around", compiled(p, "around", "float"), due)


def way_emit_modes(p):
    """Derivatives in forms that the command does not choose by itself."""
    if p.number % 4 != 3 or p.options.quick:
        return
    for mode, name in ((1, "ahead"), (2, "back")):
        try:
            due = p.options.lib.emit(p.case.text, p.outputs, p.case.given, mode, os.path.join(p.folder, name), name)
        except beside_scalars.Fault as fault:
            raise Refusal(fault.code) if fault.code in REFUSED else Trouble(f"fault {fault}")
        p.same_bits(name, compiled(p, name), due)


# ---- A step down ----------------------------------------------------------------------------------------------------


def way_minimize(p):
    slopes = [s for x in p.real_inputs for s in p.slopes(x)]
    if not p.real_inputs or not all(map(math.isfinite, slopes)):
        return
    rate = 1e-3 / max([1] + [abs(s) for s in slopes])
    found = p.json("minimize", "--method", "gd", "--lr", repr(rate), "--steps", "1")
    for x in p.real_inputs:
        if found["value"] < p.total.v:  # else it stays where it was
            p.close(f"at {x.name}", flat(found["at"][x.name]), [v - rate * s for v, s in zip(x.given, p.slopes(x))])
    if p.number % 4 == 0:
        for method in ("lbfgs", "newton"):
            p.call("minimize", "--method", method, "--steps", "2")


WAYS = {name[4:]: way for name, way in list(globals().items()) if name.startswith("way_")}


class Library(beside_scalars.Library):
    """Also writes C, with a mode."""

    def emit(self, text, outputs, given, mode, base, name):
        c = beside_scalars.c
        write = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_size_t)
        self.lib.ew_emit_c.argtypes = [c.c_void_p, c.c_char_p, c.c_int, write, c.c_void_p, write, c.c_void_p, c.c_void_p]
        error, options = beside_scalars.Error(), beside_scalars.Options(mode=mode, threads=1, max_bytes=1 << 30)
        program = self.lib.ew_compile(text.encode(), outputs.encode(), c.byref(options), c.byref(error))
        if not program:
            raise beside_scalars.Fault(error.code.decode(), error.message.decode())
        try:
            out = (c.c_double * max(1, self.lib.ew_out_count(program)))()
            if self.lib.ew_run(program, None, (c.c_double * max(1, len(given)))(*given), out):
                self.lib.ew_run_error(program, None, c.byref(error))
                raise beside_scalars.Fault(error.code.decode(), error.message.decode())
            with open(base + ".c", "wb") as source, open(base + ".h", "wb") as header:
                into = [write(lambda _, b, n, f=f: f.write(c.string_at(b, n)) != n) for f in (source, header)]
                if self.lib.ew_emit_c(program, name.encode(), 0, into[0], None, into[1], None, c.byref(error)):
                    raise beside_scalars.Fault(error.code.decode(), error.message.decode())
            return list(out)[: self.lib.ew_out_count(program)]
        finally:
            self.lib.ew_free(program)


# ---- All of them ----------------------------------------------------------------------------------------------------


def tried(p, way, tally):
    try:
        WAYS[way](p)
        what = "passed"
    except Refusal as r:
        what = f"refused {r}"
    except Trouble as t:
        what = re.match(r"[^:{]*", str(t))[0].strip()
        print(f"---- {p.number} {way}: {t}", flush=True)
    for note in p.notes:
        print(f"---- {p.number} {way}: {note}", flush=True)
    p.notes = []
    tally[way, what] += 1
    return what == "passed" or what.startswith("refused")


def one(number, options, tally):
    folder = options.keep and os.path.join(options.keep, str(number)) or tempfile.mkdtemp()
    os.makedirs(folder, exist_ok=True)
    try:
        p = Program(number, options, folder)
        good = [tried(p, way, tally) for way in options.ways.split(",")]
        if not all(good):
            print(p.case.text + "\n" + " ".join(f"'{v}'" for v in p.values if len(v) < 2000), flush=True)
        return all(good)
    except (scalars.Risk, RecursionError):
        tally["risk", ""] += 1
        return None
    finally:
        if not options.keep:
            shutil.rmtree(folder)


def run(options, result):
    tally, passed, failed = collections.Counter(), 0, 0
    options.lib = Library(os.path.abspath(options.library))
    for number in range(options.first, options.first + options.count):
        good = one(number, options, tally)
        passed, failed = passed + (good is True), failed + (good is False)
    if options.tally:
        for (way, what), n in sorted(tally.items()):
            print(f"{way:12} {what:40} {n}")
    print(f"{passed} passed, {failed} failed")
    result.append(failed)


def main():
    build = os.environ.get("B", "build")
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--command", default=f"{build}/edgewise")
    options.add_argument("--library", default=f"{build}/libedgewise.so")
    options.add_argument("--cc", default="cc")
    options.add_argument("--from", dest="first", type=int, default=1)
    options.add_argument("--count", type=int, default=20)
    options.add_argument("--ways", default=",".join(WAYS))
    options.add_argument("--keep", help="leaves the files of each program here")
    options.add_argument("--quick", action="store_true", help="C of every sixth program alone, without sanitizers")
    options.add_argument("--tally", action="store_true")
    chosen = options.parse_args()
    chosen.command = os.path.abspath(chosen.command)
    result = []
    beside_scalars.deep(lambda: run(chosen, result))
    return bool(not result or result[0])


if __name__ == "__main__":
    sys.exit(main())
