"""Views, rearrangements, reads and writes by index, products, einsum."""

import torch
from torch.nn.utils import rnn

from golden import File, ints, normal, positive


def views(file):
    x = normal(1, 2, 3, 4)
    cases = {
        "view": lambda t: t.contiguous().view(6, 4), "reshape": lambda t: t.reshape(4, -1), "flatten": torch.flatten,
        "flatten.part": lambda t: t.flatten(1), "squeeze": lambda t: t[:, :1].squeeze(),
        "squeeze.axis": lambda t: t[:, :1].squeeze(1), "unsqueeze": lambda t: t.unsqueeze(1),
        "transpose": lambda t: t.transpose(0, 2), "permute": lambda t: t.permute(2, 0, 1),
        "expand": lambda t: t[:, :1].expand(2, 5, 4), "expandAs": lambda t: t[:, :1].expand_as(t),
        "narrow": lambda t: t.narrow(2, 1, 2), "select": lambda t: t.select(1, -1), "slice": lambda t: t[:, :, 1:4:2],
        "slice.text": lambda t: t[0, ..., None, 1:3],
        "movedim": lambda t: t.movedim(0, 2), "movedim.several": lambda t: t.movedim((0, 1), (2, 0)),
        "chunk": lambda t: t.chunk(2, 1), "split": lambda t: t.split(2, 1), "split.sizes": lambda t: t.split([1, 3], 2),
        "unbind": lambda t: t.unbind(1), "diagonal": lambda t: t.diagonal(), "unflatten": lambda t: t.unflatten(2, (2, 2)),
        "diagonal.offset": lambda t: t.diagonal(1, 2, 1), "diagonal.below": lambda t: t.diagonal(-1, 1, 2),
        "diagonal.outside": lambda t: t.diagonal(9, 1, 2),
        "asStrided": lambda t: t.contiguous().as_strided((3, 3), (2, 3), 1),
        "unfold": lambda t: t.unfold(2, 3, 1), "unfold.step": lambda t: t.unfold(1, 2, 1).unfold(2, 2, 2),
        "contiguous": lambda t: t.transpose(0, 1).contiguous(), "clone": torch.clone,
    }
    for name, function in cases.items():
        file.case(name, function, x)


def copies(file):
    x = normal(1, 2, 3, 4)
    file.case("cat", lambda a, b: torch.cat([a, b], 1), x, normal(2, 2, 1, 4))
    file.case("cat:empty", lambda a, b: torch.cat([a, b], 1), x, normal(2, 2, 0, 4))
    file.case("stack", lambda a, b: torch.stack([a, b], -1), x, normal(2, 2, 3, 4))
    cases = {
        "repeat": lambda t: t.repeat(2, 1, 3, 1), "repeatInterleave": lambda t: t.repeat_interleave(3),
        "repeatInterleave.axis": lambda t: t.repeat_interleave(2, 1),
        "repeatInterleave.times": lambda t: t.repeat_interleave(torch.tensor([2, 0, 3]), 1),
        "tile": lambda t: t.tile(2, 2), "flip": lambda t: t.flip(0, 2), "roll": lambda t: t.roll(5),
        "roll.axis": lambda t: t.roll(-1, 2), "tril": torch.tril, "triu": torch.triu,
        "tril.offset": lambda t: t.tril(1), "triu.offset": lambda t: t.triu(-1),
    }
    for name, function in cases.items():
        file.case(name, function, x)
    file.case("diag", lambda t: t.diag(1), normal(1, 3))
    file.case("diag:matrix", lambda t: t.diag(1), normal(1, 3, 4))
    file.case("meshgrid", lambda a, b: torch.meshgrid(a, b, indexing="ij"), normal(1, 3), normal(2, 2))


def indexes(file):
    x = normal(1, 4, 5)
    index = ints(2, 0, 4, 3, 5)
    file.case("gather", lambda t, i: t.gather(0, i), x, index)
    file.case("gather.last", lambda t, i: t.gather(1, i), x, ints(2, 0, 5, 4, 2))
    file.case("take", torch.take, x, torch.tensor([[0, 19, -1], [7, 7, -20]]))
    distinct = torch.stack([torch.randperm(4, generator=torch.Generator().manual_seed(i))[:3] for i in range(5)], 1)
    file.case("scatter", lambda t, i, s: t.scatter(0, i, s), x, distinct, normal(3, 3, 5))
    file.case("scatter.number", lambda t, i: t.scatter(0, i, 2.5), x, index)
    file.case("scatterAdd", lambda t, i, s: t.scatter_add(0, i, s), x, index, normal(3, 3, 5))
    file.case("scatterAdd:larger", lambda t, i, s: t.scatter_add(0, i, s), x, index, normal(3, 4, 6), grad=False)
    file.case("scatterAdd:ints", lambda t, i, s: t.scatter_add(0, i, s), ints(4, -9, 9, 4, 5), index,
              ints(5, -9, 9, 3, 5))
    file.case("indexSelect", lambda t, i: t.index_select(1, i), x, torch.tensor([0, 4, 4, 1]))
    file.case("indexAdd", lambda t, i, s: t.index_add(1, i, s, alpha=2), x, torch.tensor([0, 4, 4]), normal(3, 4, 3))
    file.case("indexCopy", lambda t, i, s: t.index_copy(1, i, s), x, torch.tensor([0, 4, 2]), normal(3, 4, 3))
    file.case("indexFill", lambda t, i: t.index_fill(1, i, 1.5), x, torch.tensor([0, 4, 2]))
    rows, columns = torch.tensor([0, 3, 0]), torch.tensor([1, 4, -1])
    file.case("indexPut", lambda t, i, j, v: t.index_put((i, j), v), x, rows, columns, normal(3, 3))
    file.case("indexPut.accumulate", lambda t, i, j, v: t.index_put((i, j), v, accumulate=True), x,
              torch.tensor([0, 3, 0]), torch.tensor([1, 4, 1]), normal(3, 3))
    file.case("indexPut.rows", lambda t, i, v: t.index_put((i,), v), x, torch.tensor([2, 0]), normal(3, 5))
    mask = ints(6, 0, 2, 4, 5).bool()
    file.case("maskedSelect", torch.masked_select, x, mask)
    file.case("maskedSelect:broadcast", torch.masked_select, x, mask[0])
    file.case("maskedScatter", lambda t, m, s: t.masked_scatter(m, s), x, mask, normal(3, 4, 5))
    file.case("nonzero", torch.nonzero, ints(6, 0, 2, 3, 4))
    file.case("get.numbers", lambda t, i: t[:, i], x, torch.tensor([[0, 4], [-1, 1]]))
    file.case("get.mask", lambda t, m: t[m], x, mask)
    file.case("get.rows", lambda t, m: t[m], x, torch.tensor([True, False, True, True]))

    def written(t, v):
        y = t.clone()
        y[1:3, ::2] = v
        return y
    file.case("set", written, x, normal(3, 3))

    def written_mask(t, m):
        y = t.clone()
        y[m] = 7.0
        return y
    file.case("set.mask", written_mask, x, mask)
    file.case("oneHot", lambda i: torch.nn.functional.one_hot(i, 5), ints(1, 0, 5, 2, 3))


def sequences(file):
    lengths = torch.tensor([2, 4, 1, 2])
    x = normal(1, 4, 4, 3)
    file.case("packPaddedSequence", lambda t, n: rnn.pack_padded_sequence(t, n)[:2], x, torch.tensor([4, 2, 2, 1]))
    file.case("packPaddedSequence.unsorted", lambda t, n: rnn.pack_padded_sequence(
        t, n, batch_first=True, enforce_sorted=False)[:2], x, lengths)
    file.case("padPackedSequence", lambda t, n: rnn.pad_packed_sequence(rnn.pack_padded_sequence(
        t, n, enforce_sorted=False), padding_value=0.5, total_length=6), x, lengths)
    file.case("padPackedSequence.first", lambda t, n: rnn.pad_packed_sequence(rnn.pack_padded_sequence(
        t, n, batch_first=True, enforce_sorted=False), batch_first=True), x, lengths)
    parts = normal(1, 2, 3), normal(2, 4, 3), normal(3, 1, 3)
    file.case("padSequence", lambda *t: rnn.pad_sequence(t), *parts)
    file.case("padSequence.first", lambda *t: rnn.pad_sequence(t, batch_first=True, padding_value=-1.5), *parts)
    file.case("packSequence", lambda *t: rnn.pack_sequence(t, enforce_sorted=False)[:2], *parts)
    file.case("unpackSequence", lambda *t: rnn.unpack_sequence(rnn.pack_sequence(t, enforce_sorted=False)), *parts)


def writes(file):
    """Writes in place through views: each function clones first, so that its inputs stay leaves."""
    def scaled(x, v):
        y = x.clone()
        y[1].mul_(v)
        return y * y

    def seen_later(x, v):
        y = x.clone()
        part = y[:, 1:3]
        y.mul_(v)
        return part * part, part + 1

    def overlapping(x, v):
        y = x.clone()
        rows, columns = y[0:2], y[:, 0:2]
        rows.mul_(v)
        columns.add_(rows[0, 2])
        return y, rows, columns * columns

    def filled(x, v):
        y = x * x
        y[:, 0].fill_(3.0)
        y[2].copy_(v[:4] * 2)
        return y * y

    def of_views(x, v):
        y = x.clone()
        part = y.t()[1:3]
        part[:, 1].mul_(v[0])
        part.div_(x[0, 0] + 3)
        return y * y, part

    def rows(x, v):
        y = torch.zeros(4, 3, dtype=x.dtype)
        for i in range(4):
            y[i].copy_(x[:, i] * v[0] if i == 0 else x[:, i] * y[i - 1].clone())
        return y

    def strided(x, v):
        y = x.clone()
        y.diagonal().add_(v[0])
        y[::2, ::3].sub_(v[1])
        return y * y

    for function in [scaled, seen_later, overlapping, filled, of_views, rows, strided]:
        file.case("write." + function.__name__.replace("_", "."), function, normal(1, 3, 4), normal(2, 4))


def products(file):
    file.case("matmul", torch.matmul, normal(1, 3, 4), normal(2, 4, 5))
    for name, left, right in [("1x1", (4,), (4,)), ("1x2", (4,), (4, 3)), ("2x1", (3, 4), (4,)),
                              ("3x2", (2, 3, 4), (4, 5)), ("2x3", (3, 4), (2, 4, 5)), ("1x3", (4,), (2, 4, 5)),
                              ("3x1", (2, 3, 4), (4,)), ("batched", (2, 1, 3, 4), (5, 4, 2)),
                              ("empty", (2, 0, 4), (2, 4, 3)), ("inner", (2, 0), (0, 3))]:
        file.case("matmul:" + name, torch.matmul, normal(1, *left), normal(2, *right))
    file.case("mm", torch.mm, normal(1, 3, 4), normal(2, 4, 5))
    file.case("bmm", torch.bmm, normal(1, 2, 3, 4), normal(2, 2, 4, 5))
    file.case("mv", torch.mv, normal(1, 3, 4), normal(2, 4))
    file.case("dot", torch.dot, normal(1, 4), normal(2, 4))
    file.case("outer", torch.outer, normal(1, 3), normal(2, 4))
    file.case("addmm", lambda x, a, b: torch.addmm(x, a, b, beta=0.5, alpha=2), normal(3, 5), normal(1, 3, 4),
              normal(2, 4, 5))
    file.case("addmv", lambda x, a, b: torch.addmv(x, a, b, beta=0.5, alpha=2), normal(3, 3), normal(1, 3, 4),
              normal(2, 4))
    file.case("baddbmm", lambda x, a, b: torch.baddbmm(x, a, b, beta=0.5, alpha=2), normal(3, 2, 3, 5),
              normal(1, 2, 3, 4), normal(2, 2, 4, 5))
    file.case("linear", torch.nn.functional.linear, normal(1, 2, 3, 4), normal(2, 5, 4), normal(3, 5))
    file.case("bilinear", torch.nn.functional.bilinear, normal(1, 2, 3), normal(2, 2, 4), normal(3, 5, 3, 4))
    file.case("cdist", torch.cdist, normal(1, 3, 4), normal(2, 5, 4))
    file.case("cdist.p1", lambda a, b: torch.cdist(a, b, p=1.0), normal(1, 2, 3, 4), normal(2, 2, 5, 4))
    file.case("trace", torch.trace, normal(1, 3, 4))
    for equation, shapes in [("ij,jk->ik", [(3, 4), (4, 5)]), ("bij,bjk->bik", [(2, 3, 4), (2, 4, 5)]),
                             ("ii->i", [(3, 3)]), ("ii", [(3, 3)]), ("ij->ji", [(3, 4)]), ("ij->", [(3, 4)]),
                             ("i,j->ij", [(3,), (4,)]), ("ij,ij->", [(3, 4), (3, 4)]), ("ij,jk,kl", [(2, 3), (3, 4), (4, 2)]),
                             ("...ij,...jk->...ik", [(2, 1, 3, 4), (5, 4, 2)]), ("bhid,bhjd->bhij", [(2, 2, 3, 4), (2, 2, 5, 4)]),
                             ("bn,anm,bm->ba", [(2, 3), (5, 3, 4), (2, 4)]), ("ba,b->ab", [(3, 2), (3,)]),
                             ("b...->b", [(2, 3, 4)]), ("ik,jk->", [(3, 4), (2, 4)])]:
        file.case("einsum." + equation.replace(" ", "").replace(",", "_").replace("->", "=").replace("...", "~"),
                  lambda *t, e=equation: torch.einsum(e, *t), *[normal(i + 1, *s) for i, s in enumerate(shapes)])


file = File("shapes")
views(file)
copies(file)
indexes(file)
sequences(file)
writes(file)
products(file)
file.write()
