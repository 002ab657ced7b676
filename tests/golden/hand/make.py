#!/usr/bin/env python3
"""Golden values for tests/unit/test_hand.c, written to golden.inc beside this file.

    python3 tests/golden/hand/make.py        (needs mpmath)

Each objective of bench/hand is written here once more, plainly, from its formula, in 80 digits. A derivative is a
central difference with step 1e-25: its error is about 1e-50 of the third derivative, so it owes nothing to a
derivation by hand. The data are those of bench/hand/data.c.
"""
import os
from mpmath import mp, mpf, exp, log, tanh, loggamma, pi

mp.dps = 80
STEP = mpf(10) ** -25
SEED = 3
MASK = (1 << 64) - 1


def mixed(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def data(stream_of, count, low, high, whole=False):
    stream = mixed((SEED * 256 + stream_of + 0x9E3779B97F4A7C15) & MASK)
    values = []
    for e in range(count):
        unit = mpf(mixed((stream + e * 0x9E3779B97F4A7C15) & MASK) >> 44) / 2**20
        value = low + (high - low) * unit
        values.append(mp.floor(value) if whole else value)
    return values


def rows(v, n):
    return [v[i : i + n] for i in range(0, len(v), n)]


def lse(v):
    return log(sum(exp(x) for x in v))


def sigmoid(x):
    return 1 / (1 + exp(-x))


def gmm(size):
    n, d, k = size
    p = d * (d - 1) // 2
    x = rows(data(0, n * d, -2, 2), d)
    alpha, mu = data(1, k, -1, 1), data(2, k * d, -1, 1)
    q, l = data(3, k * d, mpf(-1) / 2, mpf(1) / 2), data(4, k * p, mpf(-1) / 2, mpf(1) / 2)
    gamma, m = mpf(5) / 4, 2

    def f(alpha, mu, q, l):
        mu, q, l = rows(mu, d), rows(q, d), rows(l, p)
        total = -mpf(n) * d / 2 * log(2 * pi) - n * lse(alpha)
        factors = []
        for c in range(k):
            factor = [[mpf(0)] * d for _ in range(d)]
            below = iter(l[c])
            for column in range(d):
                factor[column][column] = exp(q[c][column])
                for row in range(column + 1, d):
                    factor[row][column] = next(below)
            factors.append(factor)
        for point in x:
            beta = []
            for c in range(k):
                away = [point[a] - mu[c][a] for a in range(d)]
                image = [sum(factors[c][a][j] * away[j] for j in range(d)) for a in range(d)]
                beta.append(alpha[c] + sum(q[c]) - sum(u * u for u in image) / 2)
            total += lse(beta)
        for c in range(k):
            square = sum(e * e for row in factors[c] for e in row)
            total += -gamma * gamma / 2 * square + m * sum(q[c])
        degrees = d + m + 1
        log_gamma = mpf(d) * (d - 1) / 4 * log(pi)
        log_gamma += sum(loggamma(mpf(degrees) / 2 + mpf(1 - j) / 2) for j in range(1, d + 1))
        return total + k * (degrees * d * (log(gamma) - log(mpf(2)) / 2) - log_gamma)

    return f, [alpha, mu, q, l]


def log_sum_exp(size):
    return lse, [data(0, size[0], -8, 8)]


def llsq(size):
    n, m = size
    t, y = data(0, n, -1, 1), data(1, n, -1, 1)

    def f(x):
        return sum((b - sum(x[j] * a**j for j in range(m))) ** 2 for a, b in zip(t, y)) / 2

    return f, [data(2, m, -1, 1)]


def kmeans(size):
    n, d, k = size
    x = rows(data(0, n * d, -1, 1), d)

    def f(c):
        c = rows(c, d)
        return sum(min(sum((a - b) ** 2 for a, b in zip(p, o)) for o in c) for p in x)

    return f, [data(1, k * d, -1, 1)]


def lstm(size):
    times, layers, w = size
    main, extra = data(0, 8 * layers * w, -1, 1), data(1, 3 * w, -1, 1)
    state, seq = rows(data(2, 2 * layers * w, -1, 1), w), rows(data(3, times * w, 0, 2, True), w)

    def f(main, extra):
        main, extra = rows(main, 4 * w), rows(extra, w)
        hidden, cell = [list(s) for s in state[0::2]], [list(s) for s in state[1::2]]
        total = mpf(0)
        for t in range(times - 1):
            u = [a * b for a, b in zip(seq[t], extra[0])]
            for l in range(layers):
                weight, bias = rows(main[2 * l], w), rows(main[2 * l + 1], w)
                for i in range(w):
                    forget = sigmoid(u[i] * weight[0][i] + bias[0][i])
                    into = sigmoid(hidden[l][i] * weight[1][i] + bias[1][i])
                    out = sigmoid(u[i] * weight[2][i] + bias[2][i])
                    change = tanh(hidden[l][i] * weight[3][i] + bias[3][i])
                    cell[l][i] = cell[l][i] * forget + into * change
                    hidden[l][i] = out * tanh(cell[l][i])
                u = hidden[l]
            y = [a * b + c for a, b, c in zip(u, extra[1], extra[2])]
            z = log(2 + sum(exp(v) for v in y))
            total += sum(g * (v - z) for g, v in zip(seq[t + 1], y))
        return -total / (w * (times - 1))

    return f, [main, extra]


def perceptron(size):
    n, i, h, c = size
    x, y = rows(data(0, n * i, 0, 1), i), [int(v) for v in data(1, n, 0, c, True)]
    e = mpf(1) / 8
    shapes = [i * h, h, h * h, h, h * c, c]
    params = [data(2 + s, count, -e, e) for s, count in enumerate(shapes)]

    def layer(v, w, b):
        return [b[j] + sum(v[r] * w[r * len(b) + j] for r in range(len(v))) for j in range(len(b))]

    def f(w1, b1, w2, b2, w3, b3):
        total = mpf(0)
        for r in range(n):
            v = [max(z, mpf(0)) for z in layer(x[r], w1, b1)]
            v = [max(z, mpf(0)) for z in layer(v, w2, b2)]
            v = layer(v, w3, b3)
            total += lse(v) - v[y[r]]
        return total / n

    return f, params


def elementwise(size):
    def f(a, b, c, d):
        return sum(tanh(p * q + r) * exp(-s) for p, q, r, s in zip(a, b, c, d))

    return f, [data(i, size[0], -2, 2) for i in range(4)]


def moved(args, which, place, by):
    return [v[:place] + [v[place] + by] + v[place + 1 :] if i == which else v for i, v in enumerate(args)]


def derivatives(f, args, twice):
    first, second, value = [], [], f(*args)
    for which, vector in enumerate(args):
        for place in range(len(vector)):
            up, down = f(*moved(args, which, place, STEP)), f(*moved(args, which, place, -STEP))
            first.append((up - down) / (2 * STEP))
            second.append((up - 2 * value + down) / STEP**2)
    return [value] + first + (second if twice else [])


WORKLOADS = [
    ("gmm", gmm, (37, 4, 3)),
    ("lse", log_sum_exp, (37,)),
    ("llsq", llsq, (45, 6)),
    ("kmeans", kmeans, (40, 3, 18)),
    ("lstm", lstm, (6, 2, 3)),
    ("perceptron", perceptron, (6, 7, 9, 3)),
    ("elementwise", elementwise, (5,)),
]

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden.inc"), "w") as out:
    out.write("/* Made by make.py: sizes, then value and gradient as `gradient_outputs` asks for them. */\n")
    for name, build, size in WORKLOADS:
        f, args = build(size)
        numbers = derivatives(f, args, name == "kmeans")
        out.write("static const size_t golden_%s_size[] = {%s};\n" % (name, ", ".join(map(str, size))))
        out.write("static const double golden_%s[] = {\n" % name)
        # what differencing leaves of an exact zero, about 1e-50, is written as 0
        texts = [mp.nstr(v, 20) if abs(v) > mpf(10) ** -24 else "0" for v in numbers]
        texts = [t if "." in t or "e" in t or t == "0" else t + ".0" for t in texts]
        for at in range(0, len(texts), 4):
            out.write("    " + ", ".join(texts[at : at + 4]) + ",\n")
        out.write("};\n")
