#!/usr/bin/env python3
"""Lists the public names of PyTorch, one a line: the reference page's counterparts are checked against them.

    torch_names.py > ../resources/reference/torch-names.txt

Needs torch (1.13 has written the list that is kept; names of later versions stand in notes.properties).
"""
import torch
import torch.fft
import torch.linalg
import torch.nn.functional
import torch.nn.init
import torch.optim.lr_scheduler
import torch.special
import torch.utils.data

PLACES = [
    ("torch.Tensor", torch.Tensor),
    ("torch", torch),
    ("torch.nn.functional", torch.nn.functional),
    ("torch.nn.init", torch.nn.init),
    ("torch.nn", torch.nn),
    ("torch.optim.lr_scheduler", torch.optim.lr_scheduler),
    ("torch.optim", torch.optim),
    ("torch.linalg", torch.linalg),
    ("torch.fft", torch.fft),
    ("torch.special", torch.special),
    ("torch.distributions", torch.distributions),
    ("torch.autograd", torch.autograd),
    ("torch.autograd.functional", torch.autograd.functional),
    ("torch.utils.data", torch.utils.data),
]

for place, owner in PLACES:
    for name in sorted(dir(owner)):
        if not name.startswith("_") and callable(getattr(owner, name, None)):
            print(f"{place}.{name}")
