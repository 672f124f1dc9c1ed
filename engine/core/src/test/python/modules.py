#!/usr/bin/env python3
"""Records how PyTorch prints modules and names their state, for ModulesOfPythonTest.

    modules.py > ../resources/module/modules.txt

A module's record: a line "== NAME", its printed form, then a line "-- KEY SHAPE" for each entry of its state dict.
Written with torch 1.13.
"""
import torch.nn as nn

MODULES = {
    "mlp": nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 2, bias=False), nn.LogSoftmax(dim=1)),
    "cnn": nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(8),
        nn.SiLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, (3, 5), padding=(1, 2), groups=4),
        nn.Flatten(),
    ),
    "nested": nn.Sequential(nn.Sequential(nn.Linear(2, 2), nn.Tanh()), nn.ModuleList([nn.Identity(), nn.Linear(2, 3)])[1]),
    "list": nn.ModuleList([nn.Linear(1, 2), nn.Linear(2, 1)]),
    "lstm": nn.LSTM(5, 7, num_layers=2, batch_first=True),
    "attention": nn.MultiheadAttention(8, 2, batch_first=True),
    "encoder": nn.TransformerEncoderLayer(8, 2, dim_feedforward=16, dropout=0.1, batch_first=True),
    "embedding": nn.Embedding(10, 4, padding_idx=0),
    "norm": nn.LayerNorm([4, 6], eps=1e-6),
    "batch": nn.BatchNorm1d(6, eps=0.001, momentum=0.2),
    "pool": nn.Sequential(nn.AvgPool2d(2), nn.MaxPool2d(3, stride=1, padding=1), nn.Softmax(dim=-1), nn.Sigmoid()),
    "gelu": nn.Sequential(nn.GELU(), nn.GELU(approximate="tanh")),
}

for name, module in MODULES.items():
    print("==", name)
    print(module)
    for key, tensor in module.state_dict().items():
        print("--", key, str(list(tensor.shape)))
