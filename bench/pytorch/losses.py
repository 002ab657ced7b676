#!/usr/bin/env python3
"""losses.py - the same training in PyTorch: initial weights and batches as `train losses` wrote them.

    losses.py NAME STEPS FOLDER OPTIMIZER LR [f64]      prints the loss of each step, in f32 or in f64
"""
import os
import sys
import warnings

warnings.filterwarnings("ignore")
import torch

from models import case


def raw(folder, name, dtype=torch.float32):
    with open(os.path.join(folder, name), "rb") as f:
        return torch.frombuffer(bytearray(f.read()), dtype=dtype)


def load_linear(layer, weight, bias):
    layer.weight.copy_(weight.reshape(layer.in_features, layer.out_features).t())
    layer.bias.copy_(bias)


def load(name, model, w):
    """Our arrays into PyTorch's, whose matrices stand the other way round."""
    linear = [m for m in model.modules() if isinstance(m, torch.nn.Linear)]
    if name == "transformer":
        model.emb.weight.copy_(w("emb").view_as(model.emb.weight))
        model.place.copy_(w("place").view_as(model.place))
        for l, block in enumerate(model.blocks):
            layer = lambda n, like: w(n).view(len(model.blocks), -1)[l].view_as(like)
            qkv = block.qkv.weight
            for k, n in enumerate(("Wq", "Wk", "Wv")):
                part = qkv[k * 256:(k + 1) * 256]
                part.copy_(layer(n, part))
            block.out.weight.copy_(layer("Wo", block.out.weight))
            block.up.weight.copy_(layer("W1", block.up.weight))
            block.up.bias.copy_(layer("b1", block.up.bias))
            block.down.weight.copy_(layer("W2", block.down.weight))
            block.down.bias.copy_(layer("b2", block.down.bias))
        return
    first = 1
    if name == "lenet":
        for k, conv in enumerate(m for m in model.modules() if isinstance(m, torch.nn.Conv2d)):
            conv.weight.copy_(w("K%d" % (k + 1)).view_as(conv.weight))
            conv.bias.copy_(w("b%d" % (k + 1)))
        first = 3
    for k, layer in enumerate(linear):
        load_linear(layer, w("W%d" % (first + k)), w("b%d" % (first + k)))


def batches(name, c, folder, dtype):
    label = raw(folder, "label", torch.int64)
    if name == "transformer":
        token = label.view(-1, 129)
        return [(token[i:i + 4, :-1], token[i:i + 4, 1:]) for i in range(0, len(token), 4)]
    x = raw(folder, "x").to(dtype).view(len(label), *c.input().shape[1:])
    if name != "moons":
        x = x / 255
    return [(x[i:i + c.batch], label[i:i + c.batch]) for i in range(0, len(label), c.batch)]


def main(name, steps, folder, optimizer, lr, dtype):
    torch.set_num_threads(1)
    c = case(name)
    c.model.to(dtype)
    with torch.no_grad():
        load(name, c.model, lambda n: raw(folder, n).to(dtype))
    optimizer = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[optimizer](c.model.parameters(), lr=lr)
    data = batches(name, c, folder, dtype)
    for i in range(steps):
        x, y = data[i % len(data)]
        optimizer.zero_grad(set_to_none=True)
        loss = c.loss(c.model(x), y)
        loss.backward()
        optimizer.step()
        print("%.9g" % loss.item())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], float(sys.argv[5]),
         torch.float64 if sys.argv[6:] == ["f64"] else torch.float32)
