#!/usr/bin/env python3
"""speed.py - one training step in PyTorch: forward, backward, update.

    speed.py NAME THREADS SECONDS      prints samples (tokens) a second: the best round of a fifth of a second or so

By one thread, its processor time: on a busy machine that is what it would take on an idle one. The step is what its users write: zero_grad(set_to_none), loss, backward, step, with the data there already.
"""
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import torch

from models import case


def main(name, threads, seconds):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    now = time.process_time if threads == 1 else time.perf_counter
    c = case(name)
    optimizer = c.optimizer(c.model)
    x, y = c.input(), c.label()

    def step():
        optimizer.zero_grad(set_to_none=True)
        c.loss(c.model(x), y).backward()
        optimizer.step()

    for _ in range(3):
        step()
    begin = now()
    step()
    rounds = max(1, int(0.2 / (now() - begin)))
    best, until = float("inf"), now() + seconds
    while now() < until:
        begin = now()
        for _ in range(rounds):
            step()
        best = min(best, (now() - begin) / rounds)
    print("%.6g" % (c.batch / best))


if __name__ == "__main__":
    if sys.argv[1] == "version":
        print(torch.__version__)
    else:
        main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
