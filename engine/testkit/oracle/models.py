"""Five small models, twenty steps each: the losses. Weights and batches come from formulas that both sides know."""

import torch
import torch.nn.functional as F
from torch import nn

from golden import File

STEPS = 20


def number(key):
    return sum(ord(c) * (j + 1) for j, c in enumerate(key)) % 997


def pattern(key, shape):
    count = 1
    for size in shape:
        count *= size
    i = torch.arange(count)
    return (((i * 7919 + number(key) * 104729) % 1000).double() / 1000 - 0.5).reshape(shape)


def classes(key, count, *shape):
    return ((pattern(key, shape) + 0.5) * 1000).round().long() % count


def prepare(model):
    """Numbers in [-0.5, 0.5) divided by the root of what an output sums; norms around one."""
    model = model.double()
    with torch.no_grad():
        for key, tensor in model.named_parameters():
            fan = max(1, tensor[0].numel()) if tensor.dim() > 1 else 1
            values = pattern(key, tensor.shape) / fan ** 0.5
            tensor.copy_(values * 0.2 + 1 if tensor.dim() == 1 and key.endswith("weight") else values)
    return model


class Block(nn.Module):
    def __init__(self, inside, outside, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inside, outside, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outside)
        self.conv2 = nn.Conv2d(outside, outside, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outside)
        self.downsample = None
        if stride != 1 or inside != outside:
            self.downsample = nn.Sequential(nn.Conv2d(inside, outside, 1, stride=stride, bias=False),
                                            nn.BatchNorm2d(outside))

    def forward(self, x):
        y = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        return (y + (x if self.downsample is None else self.downsample(x))).relu()


class ResNet18(nn.Module):
    def __init__(self, width=2):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        inside = width
        for k in range(4):
            outside = width << k
            self.add_module("layer%d" % (k + 1), nn.Sequential(
                Block(inside, outside, 1 if k == 0 else 2), Block(outside, outside, 1)))
            inside = outside
        self.fc = nn.Linear(inside, 5)

    def forward(self, x):
        y = F.max_pool2d(self.bn1(self.conv1(x)).relu(), 3, 2, 1)
        for k in range(4):
            y = getattr(self, "layer%d" % (k + 1))(y)
        return self.fc(F.adaptive_avg_pool2d(y, 1).flatten(1))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        pair = lambda a, b: nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.ReLU(), nn.Conv2d(b, b, 3, padding=1), nn.ReLU())
        self.down1, self.down2, self.middle = pair(1, 3), pair(3, 4), pair(4, 6)
        self.up2, self.up1 = nn.ConvTranspose2d(6, 4, 2, stride=2), nn.ConvTranspose2d(4, 3, 2, stride=2)
        self.join2, self.join1 = pair(8, 4), pair(6, 3)
        self.out = nn.Conv2d(3, 1, 1)

    def forward(self, x):
        first = self.down1(x)
        second = self.down2(F.max_pool2d(first, 2))
        deep = self.middle(F.max_pool2d(second, 2))
        y = self.join2(torch.cat([second, self.up2(deep)], 1))
        return self.out(self.join1(torch.cat([first, self.up1(y)], 1)))


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(11, 6)
        self.lstm = nn.LSTM(6, 8, num_layers=2)
        self.head = nn.Linear(8, 11)

    def forward(self, tokens):
        return self.head(self.lstm(self.embedding(tokens))[0]).flatten(0, 1)


class Part(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.ln1, self.attn = nn.LayerNorm(dim), nn.MultiheadAttention(dim, heads, batch_first=True)
        self.ln2, self.fc1, self.fc2 = nn.LayerNorm(dim), nn.Linear(dim, 2 * dim), nn.Linear(2 * dim, dim)

    def forward(self, x):
        y, length = self.ln1(x), x.shape[1]
        x = x + self.attn(y, y, y, attn_mask=torch.ones(length, length).tril() == 0, need_weights=False)[0]
        return x + self.fc2(F.gelu(self.fc1(self.ln2(x))))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(11, 8), nn.Embedding(6, 8)
        self.blocks = nn.ModuleList([Part(8, 2), Part(8, 2)])
        self.norm, self.head = nn.LayerNorm(8), nn.Linear(8, 11, bias=False)

    def forward(self, tokens):
        x = self.tokens(tokens) + self.places(torch.arange(tokens.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)).flatten(0, 1)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(11, 8), nn.Embedding(6, 8)
        layer = nn.TransformerEncoderLayer(8, 2, dim_feedforward=12, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.head = nn.Linear(8, 3)

    def forward(self, tokens):
        return self.head(self.encoder(self.tokens(tokens) + self.places(torch.arange(tokens.shape[1]))).mean(1))


def losses(model, optimizer, loss):
    def run():
        prepare(model)
        chosen = optimizer(model.parameters())
        seen = []
        for step in range(STEPS):
            chosen.zero_grad()
            value = loss(model, "batch%d" % (step % 3))
            value.backward()
            chosen.step()
            seen.append(value.item())
        return torch.tensor(seen, dtype=torch.float64)
    return run


def words(*shape):
    return lambda m, b: F.cross_entropy(m(classes(b, 11, *shape)), classes(b + "target", 11, *shape).flatten())


file = File("models")
file.case("ResNet18", losses(ResNet18(), lambda p: torch.optim.SGD(p, lr=0.005, momentum=0.9, weight_decay=1e-3),
                             lambda m, b: F.cross_entropy(m(pattern(b, (4, 3, 64, 64)) * 4), classes(b, 5, 4))))
file.case("UNet", losses(UNet(), lambda p: torch.optim.Adam(p, lr=0.01), lambda m, b: F.binary_cross_entropy_with_logits(
    m(pattern(b, (2, 1, 8, 8)) * 4), classes(b, 2, 2, 1, 8, 8).double())))
file.case("LSTM", losses(Words(), lambda p: torch.optim.RMSprop(p, lr=0.01), words(7, 3)))
file.case("GPT", losses(Gpt(), lambda p: torch.optim.AdamW(p, lr=0.01), words(3, 6)))
file.case("Encoder", losses(Encoder(), lambda p: torch.optim.Adagrad(p, lr=0.02), lambda m, b: F.cross_entropy(
    m(classes(b, 11, 3, 6)), classes(b, 3, 3))))
file.write()
