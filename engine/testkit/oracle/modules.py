"""Modules, by their state dicts."""

import torch
from torch import nn

from golden import File, ints, normal


class Norm(nn.Module):
    """RMSNorm, which this PyTorch lacks."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(5))

    def forward(self, x):
        return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-6) * self.weight


def run(module, *inputs):
    return module(*inputs)


def layers(file):
    x = normal(1, 2, 3, 5, 6)
    line = normal(1, 2, 3, 8)
    file.module("Linear", nn.Linear(4, 3), run, normal(1, 2, 4))
    file.module("Linear.plain", nn.Linear(4, 3, bias=False), run, normal(1, 2, 4))
    file.module("Conv1d", nn.Conv1d(3, 4, 3, stride=2, padding=1, dilation=2), run, line)
    file.module("Conv2d", nn.Conv2d(3, 6, 3, stride=2, padding=1, groups=3), run, x)
    file.module("Conv2d.dilated", nn.Conv2d(3, 4, 3, padding="same", dilation=2, bias=False), run, x)
    file.module("Conv3d", nn.Conv3d(2, 3, 2, stride=1, padding=1), run, normal(1, 1, 2, 3, 3, 4))
    file.module("ConvTranspose1d", nn.ConvTranspose1d(3, 4, 3, stride=2, padding=1, output_padding=1), run, line)
    file.module("ConvTranspose2d", nn.ConvTranspose2d(4, 6, 3, stride=2, groups=2), run, normal(1, 1, 4, 3, 3))
    file.module("BatchNorm1d", nn.BatchNorm1d(3), run, line)
    file.module("BatchNorm2d", nn.BatchNorm2d(3), run, x)
    file.module("BatchNorm2d.eval", nn.BatchNorm2d(3).eval(), run, x)
    file.module("BatchNorm3d", nn.BatchNorm3d(2), run, normal(1, 2, 2, 3, 2, 2))
    file.module("LayerNorm", nn.LayerNorm(8), run, line)
    file.module("GroupNorm", nn.GroupNorm(2, 4), run, normal(1, 2, 4, 3))
    file.module("InstanceNorm2d", nn.InstanceNorm2d(3), run, x)
    file.module("InstanceNorm2d.affine", nn.InstanceNorm2d(3, affine=True), run, x)
    file.module("RMSNorm", Norm(), run, normal(1, 3, 5))
    file.module("Embedding", nn.Embedding(5, 3), run, ints(1, 0, 5, 2, 4))
    file.module("EmbeddingBag", nn.EmbeddingBag(5, 3), run, ints(1, 0, 5, 2, 4))
    file.module("MaxPool1d", nn.MaxPool1d(2), run, line)
    file.module("AvgPool1d", nn.AvgPool1d(2), run, line)
    file.module("MaxPool2d", nn.MaxPool2d(2), run, x)
    file.module("AvgPool2d", nn.AvgPool2d(2), run, x)
    file.module("AdaptiveAvgPool1d", nn.AdaptiveAvgPool1d(3), run, line)
    file.module("AdaptiveMaxPool1d", nn.AdaptiveMaxPool1d(3), run, line)
    file.module("AdaptiveAvgPool2d", nn.AdaptiveAvgPool2d((2, 4)), run, x)
    file.module("AdaptiveMaxPool2d", nn.AdaptiveMaxPool2d((2, 4)), run, x)
    file.module("Upsample", nn.Upsample(scale_factor=2), run, x)
    file.module("Upsample.bilinear", nn.Upsample(scale_factor=1.5, mode="bilinear", align_corners=True), run, x)
    file.module("PixelShuffle", nn.PixelShuffle(2), run, normal(1, 1, 8, 2, 3))
    file.module("Flatten", nn.Flatten(), run, x)
    file.module("Unflatten", nn.Unflatten(1, (1, 3)), run, x)
    file.module("Identity", nn.Identity(), run, line)
    file.module("Sequential", nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2)), run, normal(1, 2, 4))
    file.module("ZeroPad2d", nn.ZeroPad2d((1, 2, 0, 1)), run, x)
    file.module("ReflectionPad2d", nn.ReflectionPad2d((1, 2, 0, 1)), run, x)
    for name, module in dict(ReLU=nn.ReLU(), GELU=nn.GELU(), SiLU=nn.SiLU(), LeakyReLU=nn.LeakyReLU(0.2), ELU=nn.ELU(),
                             SELU=nn.SELU(), Softplus=nn.Softplus(), Hardtanh=nn.Hardtanh(), Hardswish=nn.Hardswish(),
                             Hardsigmoid=nn.Hardsigmoid(), ReLU6=nn.ReLU6(), Mish=nn.Mish(), LogSigmoid=nn.LogSigmoid(),
                             Tanh=nn.Tanh(), Sigmoid=nn.Sigmoid(), Softmax=nn.Softmax(-1), LogSoftmax=nn.LogSoftmax(-1),
                             PReLU=nn.PReLU()).items():
        file.module(name, module, run, normal(1, 2, 5) * 2)


def recurrent(file):
    x = normal(1, 4, 2, 3)
    h = normal(2, 2, 5)
    file.module("RNN", nn.RNN(3, 5), run, x)
    file.module("RNN.relu", nn.RNN(3, 5, num_layers=2, nonlinearity="relu", bidirectional=True), run, x)
    file.module("GRU", nn.GRU(3, 5), run, x)
    file.module("GRU.both", nn.GRU(3, 5, num_layers=2, batch_first=True, bidirectional=True), run, x,
                normal(2, 4, 4, 5))
    file.module("LSTM", nn.LSTM(3, 5, num_layers=2), lambda m, t: (m(t)[0], *m(t)[1]), x)
    file.module("LSTM.both", nn.LSTM(3, 5, num_layers=2, bias=False, bidirectional=True),
                lambda m, t, h, c: (m(t, (h, c))[0], *m(t, (h, c))[1]), x, normal(2, 4, 2, 5), normal(3, 4, 2, 5))
    file.module("RNNCell", nn.RNNCell(3, 5), run, x[0], h)
    file.module("GRUCell", nn.GRUCell(3, 5), run, x[0], h)
    file.module("LSTMCell", nn.LSTMCell(3, 5), lambda m, t, a, b: m(t, (a, b)), x[0], h, normal(3, 2, 5))


def packed(module, x, lengths, *start, first=False):
    """The padded output and the state that a recurrent module gives for a packed batch."""
    rows = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=first, enforce_sorted=False)
    start = start if len(start) < 2 else (start,)
    out, end = module(rows, *start)
    out, _ = nn.utils.rnn.pad_packed_sequence(out, batch_first=first)
    return out, end


def packs(file):
    x = normal(1, 4, 3, 3)
    lengths = torch.tensor([2, 4, 1])
    both = dict(num_layers=2, bidirectional=True)
    file.module("RNN.packed", nn.RNN(3, 5, **both), packed, x, lengths)
    file.module("GRU.packed", nn.GRU(3, 5, **both), packed, x, lengths, normal(2, 4, 3, 5))
    file.module("LSTM.packed", nn.LSTM(3, 5, **both), packed, x, lengths, normal(2, 4, 3, 5), normal(3, 4, 3, 5))
    file.module("LSTM.packedFirst", nn.LSTM(3, 5, batch_first=True), lambda m, t, n: packed(m, t, n, first=True),
                normal(1, 3, 4, 3), torch.tensor([3, 3, 2]))


def transformers(file):
    x = normal(1, 2, 3, 8)
    memory = normal(2, 2, 5, 8)
    attention = nn.MultiheadAttention(8, 2, batch_first=True)
    file.module("MultiheadAttention", attention, lambda m, t: m(t, t, t, need_weights=False)[0], x)
    file.module("MultiheadAttention.memory", attention, lambda m, t, s: m(t, s, s, need_weights=False)[0], x, memory)
    mask = torch.tensor([[1, 0, 1, 1, 0], [1, 1, 1, 1, 1], [0, 0, 0, 0, 1]]).bool()
    file.module("MultiheadAttention.mask", attention,
                lambda m, t, s, k: m(t, s, s, need_weights=False, attn_mask=~k)[0], x, memory, mask)
    options = dict(dim_feedforward=6, dropout=0.0, batch_first=True)
    file.module("TransformerEncoderLayer", nn.TransformerEncoderLayer(8, 2, **options), run, x)
    file.module("TransformerEncoderLayer.pre", nn.TransformerEncoderLayer(8, 2, norm_first=True, activation="gelu",
                                                                           **options), run, x)
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, **options), 2, norm=nn.LayerNorm(8))
    file.module("TransformerEncoder", encoder, run, x)
    causal = torch.ones(3, 3).tril() == 0
    file.module("TransformerDecoderLayer", nn.TransformerDecoderLayer(8, 2, **options),
                lambda m, t, s: m(t, s, tgt_mask=causal), x, memory)
    decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, norm_first=True, **options), 2, norm=nn.LayerNorm(8))
    file.module("TransformerDecoder", decoder, lambda m, t, s: m(t, s, tgt_mask=causal), x, memory)


file = File("modules")
layers(file)
recurrent(file)
packs(file)
transformers(file)
file.write()
