"""The models of `lockstep bench train` in PyTorch, and rows to train them on."""
import torch
from torch import nn
from torch.nn import functional as F

ROWS, ROWS_SMALL = 60_000, 2048
CONTEXT, VOCABULARY, WIDTH, HEADS, LAYERS = 128, 65, 128, 4, 4


class LeNet(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
            nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))
        self.second = nn.Sequential(nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
        self.shortcut = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return F.relu(self.second(self.first(x)) + self.shortcut(x))


def resnet18():
    widths = [64, 64, 64, 128, 128, 256, 256, 512, 512]
    blocks = [Residual(a, b, 1 if a == b else 2) for a, b in zip(widths, widths[1:])]
    return nn.Sequential(
        nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True), *blocks,
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x, hidden):
        batch, length, _ = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(batch, length, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        scores = (q @ k.transpose(-2, -1)) * (WIDTH // HEADS) ** -0.5
        mixed = scores.masked_fill(hidden, float("-inf")).softmax(-1) @ v
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, length, WIDTH))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, VOCABULARY, bias=False)
        self.register_buffer("hidden", torch.ones(CONTEXT, CONTEXT, dtype=torch.bool).triu(1))

    def forward(self, ids):
        x = self.tokens(ids) + self.places.weight
        for block in self.blocks:
            x = block(x, self.hidden)
        return self.head(self.norm(x))


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.head = nn.LSTM(64, 256, batch_first=True), nn.Linear(256, 10)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


def mlp(hidden):
    return nn.Sequential(
        nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 10))


# name: model, batch, shape of a row, learning rate, momentum
MODELS = {
    "mlp": (lambda: mlp(512), 128, (784,), 0.05, 0.9),
    "mlp-small": (lambda: mlp(128), 32, (784,), 0.05, 0.9),
    "lenet": (LeNet, 64, (1, 28, 28), 0.05, 0.9),
    "resnet18": (resnet18, 32, (3, 32, 32), 0.01, 0.9),
    "gpt": (Gpt, 16, (CONTEXT,), None, None),
    "lstm": (Lstm, 32, (32, 64), 0.05, 0.0),
}


def rows(name):
    """Made-up rows and what they are."""
    shape = MODELS[name][2]
    count = ROWS_SMALL if name in ("resnet18", "gpt", "lstm") else ROWS
    if name == "gpt":
        return torch.randint(VOCABULARY, (count, *shape)), torch.randint(VOCABULARY, (count, *shape))
    return torch.randn(count, *shape), torch.randint(10, (count,))


def optimizer(name, parameters):
    _, _, _, rate, momentum = MODELS[name]
    if rate is None:
        return torch.optim.AdamW(parameters, lr=1e-3, weight_decay=0.1)
    return torch.optim.SGD(parameters, lr=rate, momentum=momentum)


def loss(scores, target):
    return F.cross_entropy(scores.view(-1, scores.shape[-1]), target.view(-1))
