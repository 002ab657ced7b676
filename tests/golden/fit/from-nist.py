"""Writes NAME.fit from the files of NIST's Statistical Reference Datasets, nonlinear regression:

    python3 from-nist.py FOLDER [NAME…]    with Misra1a.dat and its kin as NIST gives them

Data, starting values and certified values are taken as they stand, digit by digit. The models are written anew in
the language, and a second time below for mpmath, which finds the same solution in 50 digits: once for the numbers as
they are printed, which must give all of NIST's digits, and once for the doubles that stand for them, which is what
a program can be asked for. Needs mpmath.
"""
import os
import re
import sys

import mpmath
from mpmath import mp, mpf

mp.dps = 50
exp, log, atan, cos, sin, pi = mpmath.exp, mpmath.log, mpmath.atan, mpmath.cos, mpmath.sin, mp.pi

MODELS = {  # the model in the language, and for mpmath; b[0] is b1
    "Misra1a": ("b1*(1 - exp(-b2*x))", lambda b, x: b[0] * (1 - exp(-b[1] * x))),
    "Misra1b": ("b1*(1 - (1 + b2*x/2)^(-2))", lambda b, x: b[0] * (1 - (1 + b[1] * x / 2) ** -2)),
    "Misra1c": ("b1*(1 - (1 + 2*b2*x)^(-0.5))", lambda b, x: b[0] * (1 - (1 + 2 * b[1] * x) ** mpf("-0.5"))),
    "Misra1d": ("b1*b2*x/(1 + b2*x)", lambda b, x: b[0] * b[1] * x / (1 + b[1] * x)),
    "Chwirut1": ("exp(-b1*x)/(b2 + b3*x)", lambda b, x: exp(-b[0] * x) / (b[1] + b[2] * x)),
    "Lanczos1": ("b1*exp(-b2*x) + b3*exp(-b4*x) + b5*exp(-b6*x)",
                 lambda b, x: b[0] * exp(-b[1] * x) + b[2] * exp(-b[3] * x) + b[4] * exp(-b[5] * x)),
    "Gauss1": ("b1*exp(-b2*x) + b3*exp(-(x-b4)^2/b5^2) + b6*exp(-(x-b7)^2/b8^2)",
               lambda b, x: b[0] * exp(-b[1] * x) + b[2] * exp(-(x - b[3]) ** 2 / b[4] ** 2)
               + b[5] * exp(-(x - b[6]) ** 2 / b[7] ** 2)),
    "DanWood": ("b1*x^b2", lambda b, x: b[0] * x ** b[1]),
    "MGH09": ("b1*(x^2 + x*b2)/(x^2 + x*b3 + b4)",
              lambda b, x: b[0] * (x * x + x * b[1]) / (x * x + x * b[2] + b[3])),
    "MGH10": ("b1*exp(b2/(x + b3))", lambda b, x: b[0] * exp(b[1] / (x + b[2]))),
    "MGH17": ("b1 + b2*exp(-x*b4) + b3*exp(-x*b5)",
              lambda b, x: b[0] + b[1] * exp(-x * b[3]) + b[2] * exp(-x * b[4])),
    "Thurber": ("(b1 + b2*x + b3*x^2 + b4*x^3)/(1 + b5*x + b6*x^2 + b7*x^3)",
                lambda b, x: (b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3)
                / (1 + b[4] * x + b[5] * x**2 + b[6] * x**3)),
    "BoxBOD": ("b1*(1 - exp(-b2*x))", lambda b, x: b[0] * (1 - exp(-b[1] * x))),
    "Rat42": ("b1/(1 + exp(b2 - b3*x))", lambda b, x: b[0] / (1 + exp(b[1] - b[2] * x))),
    "Rat43": ("b1/(1 + exp(b2 - b3*x))^(1/b4)", lambda b, x: b[0] / (1 + exp(b[1] - b[2] * x)) ** (1 / b[3])),
    "Eckerle4": ("(b1/b2)*exp(-0.5*((x - b3)/b2)^2)", lambda b, x: b[0] / b[1] * exp(-((x - b[2]) / b[1]) ** 2 / 2)),
    "Bennett5": ("b1*(b2 + x)^(-1/b3)", lambda b, x: b[0] * (b[1] + x) ** (-1 / b[2])),
    "Kirby2": ("(b1 + b2*x + b3*x^2)/(1 + b4*x + b5*x^2)",
               lambda b, x: (b[0] + b[1] * x + b[2] * x**2) / (1 + b[3] * x + b[4] * x**2)),
    "Nelson": ("b1 - b2*x1*exp(-b3*x2)", lambda b, x1, x2: b[0] - b[1] * x1 * exp(-b[2] * x2)),
    "Roszman1": ("b1 - b2*x - atan(b3/(x - b4))/pi",
                 lambda b, x: b[0] - b[1] * x - atan(b[2] / (x - b[3])) / pi),
    "ENSO": ("b1 + b2*cos(2*pi*x/12) + b3*sin(2*pi*x/12) + b5*cos(2*pi*x/b4) + b6*sin(2*pi*x/b4)"
             " + b8*cos(2*pi*x/b7) + b9*sin(2*pi*x/b7)",
             lambda b, x: b[0] + b[1] * cos(2 * pi * x / 12) + b[2] * sin(2 * pi * x / 12)
             + b[4] * cos(2 * pi * x / b[3]) + b[5] * sin(2 * pi * x / b[3])
             + b[7] * cos(2 * pi * x / b[6]) + b[8] * sin(2 * pi * x / b[6])),
}
for other, like in [("Chwirut2", "Chwirut1"), ("Lanczos2", "Lanczos1"), ("Lanczos3", "Lanczos1"), ("Gauss2", "Gauss1"),
                    ("Gauss3", "Gauss1"), ("Hahn1", "Thurber")]:
    MODELS[other] = MODELS[like]


def solve(residuals, b):
    """Gauss-Newton from a point that is good to many digits; parameters, errors, sum of squares."""
    n, step = len(b), mpf(10) ** -18

    def jacobian(b):
        columns = []
        for j in range(n):
            h = step * max(abs(b[j]), mpf(10) ** -10)
            up, down = list(b), list(b)
            up[j] += h
            down[j] -= h
            columns.append([(p - q) / (2 * h) for p, q in zip(residuals(up), residuals(down))])
        return mpmath.matrix(columns).T

    for _ in range(1000):
        j, r = jacobian(b), mpmath.matrix(residuals(b))
        move = mpmath.lu_solve(j.T * j, -(j.T * r))
        b = [p + q for p, q in zip(b, move)]
        if max(abs(m) / abs(p) for m, p in zip(move, b)) < mpf(10) ** -22:
            break
    else:
        raise SystemExit("no solution")
    total = sum(v * v for v in residuals(b))
    inverse = (jacobian(b).T * jacobian(b)) ** -1
    deviation = mpmath.sqrt(total / (len(r) - n))
    return b, [deviation * mpmath.sqrt(inverse[k, k]) for k in range(n)], total, deviation


def read(path):
    lines = open(path).read().splitlines()
    b, total = [], {}
    for line in lines[:60]:
        m = re.match(r"\s*b\d+ =\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*$", line)
        if m:
            b.append(m.groups())
        m = re.match(r"\s*(Residual Sum of Squares|Residual Standard Deviation|Degrees of Freedom):\s+(\S+)", line)
        if m:
            total[m.group(1)] = m.group(2)
    start = next(i for i, line in enumerate(lines) if re.match(r"Data:\s+(y|log)", line))
    rows = [line.split() for line in lines[start + 1:] if line.split()]
    return b, total, rows


def agree(name, what, got, due):
    due = mpf(due)
    if abs(got - due) > abs(due) * mpf("2e-10"):
        print(f"{name}: {what} is {mpmath.nstr(got, 14)}, certified {mpmath.nstr(due, 11)}")


def digits(v):
    return mpmath.nstr(v, 17, min_fixed=0, max_fixed=0)


def write(folder, name):
    model, function = MODELS[name]
    b, total, rows = read(os.path.join(folder, name + ".dat"))
    response = "log(y[i])" if name == "Nelson" else "y[i]"
    columns = ["x1", "x2"] if name == "Nelson" else ["x"]

    def residuals(number):
        data = [[number(v) for v in row] for row in rows]
        y = [log(row[0]) if name == "Nelson" else row[0] for row in data]
        return lambda b: [v - function(b, *row[1:]) for v, row in zip(y, data)]

    near = [mpf(v[2]) for v in b]
    printed = solve(residuals(mpf), near)
    for k, v in enumerate(b):
        agree(name, f"b{k + 1}", printed[0][k], v[2])
        agree(name, f"the error of b{k + 1}", printed[1][k], v[3])
    agree(name, "the sum", printed[2], total["Residual Sum of Squares"])
    agree(name, "the deviation", printed[3], total["Residual Standard Deviation"])
    exact = solve(residuals(lambda v: mpf(float(v))), near)
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, name + ".fit"), "w") as f:
        f.write(f"# {name}: NIST, Statistical Reference Datasets, nonlinear regression\n")
        f.write(f"model r[i] = {response} - ({re.sub(r'x[12]?(?!p)', lambda m: m.group(0) + '[i]', model)})\n")
        f.write("# parameter: start 1, start 2; certified value and standard error; the same in 17 digits for the doubles\n")
        for k, v in enumerate(b):
            f.write(f"b{k + 1} {' '.join(v)} {digits(exact[0][k])} {digits(exact[1][k])}\n")
        f.write(f"sum {total['Residual Sum of Squares']} {digits(exact[2])}\n")
        f.write(f"deviation {total['Residual Standard Deviation']} {digits(exact[3])}\n")
        f.write(f"data y {' '.join(columns)}\n")
        for row in rows:
            f.write(" ".join(row) + "\n")


for name in sys.argv[2:] or sorted(MODELS):
    write(sys.argv[1], name)
