"""What the expected.py of each example shares: data files, 50-digit numbers, derivatives by differences.

Expected numbers never come from Edgewise. Each expected.py writes its example's formula a second time, with
numpy arrays of mpmath numbers, and takes derivatives by central differences in 60 digits: with a step of 1e-20
the difference is exact to about 1e-38, so that the nearest double is what is written. Needs numpy and mpmath.
"""
import json
import os

import mpmath
import numpy as np

mpmath.mp.dps = 60
STEP = mpmath.mpf(10) ** -20
mpf = mpmath.mpf


def folder(script):
    return os.path.dirname(os.path.abspath(script))


def csv(path, header, rows):
    with open(path, "w", newline="\n") as f:
        f.write(",".join(header) + "\n")
        for row in np.asarray(rows).reshape(len(rows), -1):
            f.write(",".join(repr(v.item()) for v in row) + "\n")


def npy(path, array):
    np.save(path, np.ascontiguousarray(array))


def exact(a):
    """The doubles of an array as mpmath numbers, bit for bit."""
    a = np.asarray(a, dtype=float)
    out = np.empty(a.shape, dtype=object)
    for i in np.ndindex(a.shape):
        out[i] = mpf(float(a[i]))
    return out if a.shape else out[()]


def each(f):
    """f of one number, as a function of arrays."""
    return lambda a: np.frompyfunc(f, 1, 1)(a)


exp, log, tanh = each(mpmath.exp), each(mpmath.log), each(mpmath.tanh)
sqrt, sin, cos = each(mpmath.sqrt), each(mpmath.sin), each(mpmath.cos)
sigmoid = each(lambda x: 1 / (1 + mpmath.exp(-x)))
softplus = each(lambda x: mpmath.log(1 + mpmath.exp(x)))
relu = each(lambda x: x if x > 0 else mpf(0))


def logsumexp(a, axis=-1):
    top = np.max(a, axis=axis, keepdims=True)
    return log(np.sum(exp(a - top), axis=axis)) + np.squeeze(top, axis)


def softmax(a, axis=-1):
    e = exp(a - np.max(a, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def moved(values, name, place, by):
    out = dict(values)
    if place == ():
        out[name] = values[name] + by
    else:
        out[name] = values[name].copy()
        out[name][place] = out[name][place] + by
    return out


def slope(f, values, name):
    """The derivative of f(values), a number or an array, by values[name]: axes of f, then of the name."""
    shape = np.shape(values[name])
    parts = []
    for place in np.ndindex(shape):
        above = f(moved(values, name, place, STEP))
        below = f(moved(values, name, place, -STEP))
        rise = np.asarray(above, dtype=object) - np.asarray(below, dtype=object)
        parts.append(np.asarray(rise / (2 * STEP), dtype=object))
    stacked = np.empty(parts[0].shape + (len(parts),), dtype=object)
    for k, part in enumerate(parts):
        stacked[..., k] = part
    out = stacked.reshape(parts[0].shape + shape)
    return out if out.shape else out[()]


def gradient(f, values, names):
    return {name: slope(f, values, name) for name in names}


def second(f, values, name, other):
    """The second derivative of a number by values[name], then by values[other]."""
    return slope(lambda v: slope(f, v, name), values, other)


def plain(a):
    if isinstance(a, dict):
        return {k: plain(v) for k, v in a.items()}
    if isinstance(a, (list, tuple)):
        return [plain(v) for v in a]
    if isinstance(a, np.ndarray):
        return plain(a.tolist())
    return int(a) if isinstance(a, (int, np.integer)) else float(a)


def values(**named):
    """What `edgewise eval --json` must say; a name with signs in it goes in by values(**{...})."""
    return {"values": plain(named)}


def grad(of, value, by):
    """What `edgewise grad --json` must say."""
    return {"of": of, "value": plain(value), "gradient": plain(by)}


def write(script, tolerance, *results):
    """expected.json: the tolerance and one result for each line of `command`."""
    with open(os.path.join(folder(script), "expected.json"), "w", newline="\n") as f:
        f.write('{"tolerance": %g, "results": [\n' % tolerance)
        f.write(",\n".join("  " + json.dumps(r, ensure_ascii=False) for r in results))
        f.write("\n]}\n")
