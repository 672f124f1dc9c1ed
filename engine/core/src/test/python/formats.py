#!/usr/bin/env python3
"""The other side of the file formats: Python's torch and numpy, and a safetensors reader of twenty lines.

    formats.py write DIR    writes the files that FormatsFromPythonTest reads (kept in src/test/resources/formats)
    formats.py check DIR    reads the files that FormatsToPythonTest has written; exit code 1 and a line on a difference

Needs torch 1.13 or newer and numpy (Debian: apt-get install python3-torch). Both sides know the values below.
"""
import json
import os
import struct
import sys
from collections import OrderedDict

import numpy
import torch


def arrays():
    """The tensors that every format can hold."""
    return OrderedDict(
        [
            ("layer.weight", numpy.arange(6, dtype="<f4").reshape(2, 3) * numpy.float32(0.5) - 1),
            ("layer.bias", numpy.arange(3, dtype="<f8") / 4),
            ("half", (numpy.arange(4) - 1.5).astype("<f2")),
            ("steps", numpy.array(2**40 + 1, dtype="<i8")),
            ("flags", numpy.array([True, False, True])),
            ("bytes", numpy.array([[0, 127], [128, 255]], dtype="u1")),
            ("tiny", numpy.array([-128, 127], dtype="i1")),
            ("short", numpy.array([-32768, 32767], dtype="<i2")),
            ("int", numpy.array([-(2**31), 2**31 - 1], dtype="<i4")),
            ("empty", numpy.zeros((0, 5), dtype="<f4")),
        ]
    )


def tensors():
    """The same as torch's tensors, with one that numpy cannot hold."""
    made = OrderedDict((name, torch.from_numpy(array.copy())) for name, array in arrays().items())
    made["brain"] = torch.tensor([1.0, -2.5, 0.15625], dtype=torch.bfloat16)
    return made


TYPES = {
    "F32": torch.float32,
    "F64": torch.float64,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}


def read_safetensors(path):
    """A reader by the letter of the format, independent of any library."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    header.pop("__metadata__", None)
    found = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        raw = torch.frombuffer(bytearray(data[begin:end] or b"\0" * 8), dtype=TYPES[entry["dtype"]])
        count = int(numpy.prod(entry["shape"]))
        found[name] = raw[:count].reshape(entry["shape"])
    return found


def write_safetensors(path, state):
    names = {dtype: name for name, dtype in TYPES.items()}
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in state.items():
        raw = tensor.reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b""
        header[name] = {
            "dtype": names[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = torch.nn.Linear(2, 2)
        self.norm = torch.nn.BatchNorm1d(2)


def write(folder):
    os.makedirs(folder, exist_ok=True)
    at = lambda name: os.path.join(folder, name)
    torch.save(tensors(), at("state.pt"))
    net = Net()
    with torch.no_grad():
        net.fc.weight.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
        net.fc.bias.copy_(torch.tensor([5.0, 6.0]))
    base = torch.arange(12.0)
    torch.save(
        {
            "model": net.state_dict(),
            "parameter": torch.nn.Parameter(torch.ones(2)),
            "views": [base[2:8].reshape(2, 3).t(), base],
            "epoch": 3,
            "rate": 0.5,
            "name": "n\u00e4he",
            "none": None,
            "yes": True,
            "big": 2**40,
            "negative": -5,
            "size": torch.Size([2, 3]),
            "dtype": torch.float32,
            "device": torch.device("cuda:1"),
        },
        at("checkpoint.pt"),
    )
    numpy.savez(at("arrays.npz"), **arrays())
    numpy.savez_compressed(at("packed.npz"), **arrays())
    numpy.save(at("big_endian.npy"), numpy.arange(6, dtype=">f8").reshape(2, 3))
    numpy.save(at("fortran.npy"), numpy.asfortranarray(numpy.arange(24, dtype="<i4").reshape(2, 3, 4)))
    numpy.save(at("objects.npy"), numpy.array([{}, None], dtype=object))
    numpy.save(at("structure.npy"), numpy.zeros(2, dtype=[("a", "<i4"), ("b", "<f4")]))
    numpy.save(at("text.npy"), numpy.array(["a", "bc"]))
    numpy.save(at("complex.npy"), numpy.zeros(2, dtype="<c8"))
    torch.save(print, at("code.pt"))
    torch.save({"w": torch.zeros(1).expand(1000)}, at("expanded.pt"))
    torch.save(tensors(), at("legacy.pt"), _use_new_zipfile_serialization=False)
    write_safetensors(at("state.safetensors"), tensors())


def check(folder):
    at = lambda name: os.path.join(folder, name)
    same("state.pt", torch.load(at("state.pt"), weights_only=True), tensors())
    same("state.safetensors", read_safetensors(at("state.safetensors")), tensors())
    with open(at("shards/model.safetensors.index.json")) as file:
        places = json.load(file)["weight_map"]
    shards = {shard: read_safetensors(at("shards/" + shard)) for shard in set(places.values())}
    same("shards", {name: shards[shard][name] for name, shard in places.items()}, tensors())
    for name in ["arrays.npz", "packed.npz"]:
        with numpy.load(at(name)) as file:
            same(name, {key: torch.from_numpy(file[key].copy()) for key in file.files}, strip(tensors()))
    weight = numpy.load(at("weight.npy"))
    same("weight.npy", {"w": torch.from_numpy(weight.copy())}, {"w": tensors()["layer.weight"]})
    nested = torch.load(at("nested.pt"), weights_only=True)
    same("nested.pt", nested["model"], tensors())
    if nested["epoch"] != 3 or nested["big"] != 2**40 or nested["names"] != ["a", "\u00e9"] or nested["none"] is not None:
        sys.exit(f"nested.pt: {nested}")
    tied = torch.load(at("tied.pt"), weights_only=True)
    if tied["a"].data_ptr() != tied["b"].data_ptr():
        sys.exit("tied.pt: a and b should share memory")
    print("python agrees")


def strip(state):
    return OrderedDict((name, tensor) for name, tensor in state.items() if tensor.dtype != torch.bfloat16)


def same(what, found, wanted):
    if sorted(found) != sorted(wanted):
        sys.exit(f"{what}: names {sorted(found)}, expected {sorted(wanted)}")
    for name, tensor in wanted.items():
        if found[name].dtype != tensor.dtype or found[name].shape != tensor.shape or not torch.equal(found[name], tensor):
            sys.exit(f"{what}: {name} is {found[name]}, expected {tensor}")


if __name__ == "__main__":
    {"write": write, "check": check}[sys.argv[1]](sys.argv[2])
