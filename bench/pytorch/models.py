"""The models of bench/train.c in PyTorch, written as one would write them there."""
import math

import torch
import torch.nn.functional as F
from torch import nn


def perceptron(sizes):
    layers = []
    for i, o in zip(sizes, sizes[1:]):
        layers += [nn.Linear(i, o), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def lenet():
    return nn.Sequential(nn.Unflatten(1, (1, 28)), nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), perceptron([400, 120, 84, 10]))


def moons():
    return nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1), nn.Flatten(0))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x):
        n, t, d = x.shape
        u = F.layer_norm(x, (d,))
        q, k, v = (y.view(n, t, self.heads, -1).transpose(1, 2) for y in self.qkv(u).split(d, 2))
        b = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(b.transpose(1, 2).reshape(n, t, d))
        return x + self.down(F.gelu(self.up(F.layer_norm(x, (d,)))))


class Transformer(nn.Module):
    def __init__(self, vocabulary=512, context=128, width=256, heads=8, layers=4):
        super().__init__()
        self.emb = nn.Embedding(vocabulary, width)
        self.place = nn.Parameter(0.02 * torch.randn(context, width))
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(layers)))
        nn.init.normal_(self.emb.weight, std=0.02)

    def forward(self, token):
        x = self.blocks(self.emb(token) + self.place)
        return F.layer_norm(x, x.shape[-1:]) @ self.emb.weight.t()


def cross_entropy(z, label):
    return F.cross_entropy(z.flatten(0, -2), label.flatten())


def binary(z, label):
    return F.binary_cross_entropy_with_logits(z, label.float())


class Case:
    def __init__(self, model, batch, input, label, loss, optimizer):
        self.model, self.batch, self.input, self.label = model, batch, input, label
        self.loss, self.optimizer = loss, optimizer


def case(name):
    pictures = lambda n: (lambda: torch.rand(n, 784))
    lenet_pictures = lambda: torch.rand(64, 28, 28)
    classes = lambda *n: (lambda: torch.randint(0, 10, n))
    adam = lambda m: torch.optim.Adam(m.parameters(), lr=1e-3)
    sgd = lambda m: torch.optim.SGD(m.parameters(), lr=1e-2)
    return {
        "perceptron": lambda: Case(perceptron([784, 512, 512, 10]), 128, pictures(128), classes(128), cross_entropy, adam),
        "wide": lambda: Case(perceptron([784, 4096, 4096, 1024, 10]), 64, pictures(64), classes(64), cross_entropy, sgd),
        "lenet": lambda: Case(lenet(), 64, lenet_pictures, classes(64), cross_entropy, adam),
        "transformer": lambda: Case(Transformer(), 4 * 128, lambda: torch.randint(0, 512, (4, 128)),
                                    lambda: torch.randint(0, 512, (4, 128)), cross_entropy, adam),
        "moons": lambda: Case(moons(), 100, lambda: torch.randn(100, 2), lambda: torch.randint(0, 2, (100,)), binary, adam),
    }[name]()
