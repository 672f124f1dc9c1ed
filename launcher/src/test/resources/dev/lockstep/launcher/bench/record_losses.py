"""Records the losses that TrainBenchTest expects, with PyTorch (1.13 was used): python3 record_losses.py

Weights are torch's own after manual_seed(0), data are the formulas that the test writes to files.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn


class Mlp(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = nn.Linear(784, width)
        self.second = nn.Linear(width, width)
        self.last = nn.Linear(width, 10)

    def forward(self, x):
        return self.last(F.relu(self.second(F.relu(self.first(x)))))


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x.view(-1, 1, 28, 28))), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x.flatten(1))))))


class ResidualBlock(nn.Module):
    def __init__(self, inner, outer, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inner, outer, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outer)
        self.conv2 = nn.Conv2d(outer, outer, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outer)
        self.shortcut = nn.Identity()
        if stride != 1 or inner != outer:
            self.shortcut = nn.Sequential(nn.Conv2d(inner, outer, 1, stride, bias=False), nn.BatchNorm2d(outer))

    def forward(self, x):
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(y + self.shortcut(x))


class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(64)
        sizes = [(64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1)]
        sizes += [(128, 256, 2), (256, 256, 1), (256, 512, 2), (512, 512, 1)]
        self.blocks = nn.Sequential(*[ResidualBlock(*size) for size in sizes])
        self.classifier = nn.Linear(512, 10)

    def forward(self, x):
        return self.classifier(self.blocks(F.relu(self.norm(self.stem(x)))).mean((2, 3)))


class GptBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.attention_norm = nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.attention_out = nn.Linear(width, width)
        self.mlp_norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x):
        n, t, width = x.shape
        packed = self.query_key_value(self.attention_norm(x))
        q, k, v = packed.view(n, t, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-2, -1) / math.sqrt(width // self.heads)
        future = torch.triu(torch.ones(t, t, dtype=torch.bool), 1)
        mixed = scores.masked_fill(future, float("-inf")).softmax(-1) @ v
        x = x + self.attention_out(mixed.transpose(1, 2).reshape(n, t, width))
        return x + self.down(F.gelu(self.up(self.mlp_norm(x))))


class Gpt(nn.Module):
    def __init__(self, vocabulary=65, context=128, width=128, heads=4, layers=4):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(context, width)
        self.blocks = nn.Sequential(*[GptBlock(width, heads) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)
        nn.init.normal_(self.tokens.weight, std=0.02)
        nn.init.normal_(self.positions.weight, std=0.02)

    def forward(self, index):
        return self.head(self.norm(self.blocks(self.tokens(index) + self.positions.weight)))


class LstmClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(64, 256, batch_first=True)
        self.classifier = nn.Linear(256, 10)

    def forward(self, x):
        return self.classifier(self.lstm(x)[0][:, -1])


def ramp(count, *shape):
    i = torch.arange(count)
    return ((i * 37 % 101 - 50) / 50).float().view(-1, *shape)


def garments(batch):
    i = torch.arange(24 * 784)
    pixels = ((i * 7 + i // 13 * 31) % 256).view(24, 784).float()
    x, y = (pixels / 255 - 0.2860) / 0.3530, torch.arange(24) % 10
    return lambda step: (x[step * batch : step * batch + batch], y[step * batch : step * batch + batch])


def rows(x, batch):
    y = torch.arange(len(x)) % 10
    return lambda step: (x[step * batch : step * batch + batch], y[step * batch : step * batch + batch])


def text(batch):
    i = torch.arange(400)
    tokens = (i * i + 3 * i) % 65

    def at(step):
        starts = torch.arange(step * batch, step * batch + batch) * 5
        windows = starts[:, None] + torch.arange(128)
        return tokens[windows], tokens[windows + 1]

    return at


def momentum(rate):
    return lambda parameters: torch.optim.SGD(parameters, lr=rate, momentum=0.9)


def adamw(parameters):
    return torch.optim.AdamW(parameters, lr=1e-3, weight_decay=0.1)


def record(name, make, batches, optimizer, dtype=torch.float32):
    torch.manual_seed(0)
    model = make().to(dtype)
    optimizer = optimizer(model.parameters())
    losses = []
    for step in range(3):
        x, y = batches(step)
        logits = model(x.to(dtype) if x.is_floating_point() else x)
        loss = F.cross_entropy(logits.flatten(0, -2), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(round(loss.item(), 5))
    print(name, losses)


record("mlp", lambda: Mlp(512), garments(8), momentum(0.05))
record("mlp-small", lambda: Mlp(128), garments(8), momentum(0.05))
record("lenet", LeNet, garments(8), momentum(0.05))
record("resnet18", ResNet18, rows(ramp(12 * 3072, 3, 32, 32), 4), momentum(0.01), torch.float64)
record("gpt", Gpt, text(2), adamw)
record("lstm", LstmClassifier, rows(ramp(24 * 2048, 32, 64), 8), lambda p: torch.optim.SGD(p, lr=0.05))
