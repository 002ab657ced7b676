"""Expected numbers of the parabola: each step multiplies the distance from 3, at first -5, by 1 - 2 * 0.1."""
import json
import os

x = 3 - 5 * 0.8**50
f = 1 + (x - 3) ** 2
before = 1 + (5 * 0.8**49) ** 2  # train tells the loss of each step, before it is made
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "expected.json"), "w", newline="\n") as out:
    rows = [{"step": 50, "loss": before}, {"values": {"x": x, "f": f}}]
    out.write('{"tolerance": 1e-13, "results": [\n  ' + ",\n  ".join(map(json.dumps, rows)) + "\n]}\n")
