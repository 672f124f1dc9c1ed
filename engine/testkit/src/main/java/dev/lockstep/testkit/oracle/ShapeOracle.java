package dev.lockstep.testkit.oracle;

import static dev.lockstep.tensor.Index.all;
import static dev.lockstep.tensor.Index.by;
import static dev.lockstep.tensor.Index.range;
import static dev.lockstep.tensor.Index.where;

import dev.lockstep.data.Sequences;
import dev.lockstep.nn.PackedSequence;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.List;

/** Views, rearrangements, reads and writes by index, products. */
final class ShapeOracle {
    private ShapeOracle() {}

    static OracleFunctions functions() {
        var table = new OracleFunctions("shapes");
        views(table);
        cuts(table);
        copies(table);
        reads(table);
        writes(table);
        sequences(table);
        WriteOracle.addTo(table);
        products(table);
        return table;
    }

    private static void views(OracleFunctions table) {
        table.unary("view", x -> x.contiguous().view(6, 4))
                .unary("reshape", x -> x.reshape(4, -1))
                .unary("flatten", Tensor::flatten)
                .unary("flatten.part", x -> x.flatten(1))
                .unary("unflatten", x -> x.unflatten(2, 2, 2))
                .unary("squeeze", x -> x.narrow(1, 0, 1).squeeze())
                .unary("squeeze.axis", x -> x.narrow(1, 0, 1).squeeze(1))
                .unary("unsqueeze", x -> x.unsqueeze(1))
                .unary("transpose", x -> x.transpose(0, 2))
                .unary("permute", x -> x.permute(2, 0, 1))
                .unary("movedim", x -> x.movedim(0, 2))
                .unary("movedim.several", x -> x.movedim(new int[] {0, 1}, new int[] {2, 0}))
                .unary("expand", x -> x.narrow(1, 0, 1).expand(2, 5, 4))
                .unary("expandAs", x -> x.narrow(1, 0, 1).expandAs(x))
                .unary("diagonal", Tensor::diagonal)
                .unary("diagonal.offset", x -> x.diagonal(1, 2, 1))
                .unary("diagonal.below", x -> x.diagonal(-1, 1, 2))
                .unary("diagonal.outside", x -> x.diagonal(9, 1, 2))
                .unary("asStrided", x -> x.asStrided(new long[] {3, 3}, new long[] {2, 3}, 1))
                .unary("unfold", x -> x.unfold(2, 3, 1))
                .unary("unfold.step", x -> x.unfold(1, 2, 1).unfold(2, 2, 2))
                .unary("contiguous", x -> x.transpose(0, 1).contiguous())
                .unary("clone", Tensor::clone);
    }

    private static void cuts(OracleFunctions table) {
        table.unary("narrow", x -> x.narrow(2, 1, 2))
                .unary("select", x -> x.select(1, -1))
                .unary("slice", x -> x.slice(2, 1, 4, 2))
                .unary("slice.text", x -> x.slice("0, ..., None, 1:3"))
                .many("chunk", in -> in.get(0).chunk(2, 1))
                .many("split", in -> in.get(0).split(2, 1))
                .many("split.sizes", in -> in.get(0).split(new long[] {1, 3}, 2))
                .many("unbind", in -> in.get(0).unbind(1));
    }

    private static void copies(OracleFunctions table) {
        table.binary("cat", (a, b) -> Tensors.cat(1, a, b))
                .binary("stack", (a, b) -> Tensors.stack(-1, a, b))
                .unary("repeat", x -> x.repeat(2, 1, 3, 1))
                .unary("repeatInterleave", x -> x.repeatInterleave(3))
                .unary("repeatInterleave.axis", x -> x.repeatInterleave(2, 1))
                .unary("repeatInterleave.times", x -> x.repeatInterleave(Tensors.tensor(2L, 0L, 3L), 1))
                .unary("tile", x -> x.tile(2, 2))
                .unary("flip", x -> x.flip(0, 2))
                .unary("roll", x -> x.roll(5))
                .unary("roll.axis", x -> x.roll(-1, 2))
                .unary("tril", Tensor::tril)
                .unary("triu", Tensor::triu)
                .unary("tril.offset", x -> x.tril(1))
                .unary("triu.offset", x -> x.triu(-1))
                .unary("diag", x -> x.diag(1))
                .many("meshgrid", in -> Tensors.meshgrid(in.get(0), in.get(1)));
    }

    private static void reads(OracleFunctions table) {
        table.binary("gather", (x, i) -> x.gather(0, i))
                .binary("gather.last", (x, i) -> x.gather(1, i))
                .binary("take", Tensor::take)
                .binary("indexSelect", (x, i) -> x.indexSelect(1, i))
                .binary("maskedSelect", Tensor::maskedSelect)
                .unary("nonzero", Tensor::nonzero)
                .binary("get.numbers", (x, i) -> x.get(all(), by(i)))
                .binary("get.mask", (x, mask) -> x.get(where(mask)))
                .binary("get.rows", (x, mask) -> x.get(where(mask)))
                .unary("oneHot", i -> Tensors.oneHot(i, 5));
    }

    private static void writes(OracleFunctions table) {
        table.many("scatter", in -> in.get(0).scatter(0, in.get(1), in.get(2)))
                .binary("scatter.number", (x, i) -> x.scatter(0, i, 2.5))
                .many("scatterAdd", in -> in.get(0).scatterAdd(0, in.get(1), in.get(2)))
                .many("indexAdd", in -> in.get(0).indexAdd(1, in.get(1), in.get(2), 2))
                .many("indexCopy", in -> in.get(0).indexCopy(1, in.get(1), in.get(2)))
                .binary("indexFill", (x, i) -> x.indexFill(1, i, 1.5))
                .many("indexPut", in -> put(in, false))
                .many("indexPut.accumulate", in -> put(in, true))
                .many("indexPut.rows", in -> in.get(0).indexPut(new Tensor[] {in.get(1)}, in.get(2), false))
                .many("maskedScatter", in -> in.get(0).maskedScatter(in.get(1), in.get(2)))
                .binary("set", (x, v) -> x.clone().set(v, range(1, 3), range(0, 9, 2)))
                .binary("set.mask", (x, mask) -> x.clone().set(7, where(mask)));
    }

    private static Tensor put(List<Tensor> in, boolean accumulate) {
        return in.get(0).indexPut(new Tensor[] {in.get(1), in.get(2)}, in.get(3), accumulate);
    }

    private static void sequences(OracleFunctions table) {
        table.many("packPaddedSequence", in -> packed(in, false, true))
                .many("packPaddedSequence.unsorted", in -> packed(in, true, false))
                .many("padPackedSequence", in -> padded(pack(in, false, false).padPackedSequence(false, 0.5, 6)))
                .many(
                        "padPackedSequence.first",
                        in -> padded(pack(in, true, false).padPackedSequence(true)))
                .many("padSequence", in -> Sequences.padSequence(in, false, 0))
                .many("padSequence.first", in -> Sequences.padSequence(in, true, -1.5))
                .many("packSequence", in -> parts(PackedSequence.packSequence(in, false)))
                .many(
                        "unpackSequence",
                        in -> PackedSequence.packSequence(in, false).unpackSequence());
    }

    private static PackedSequence pack(List<Tensor> in, boolean batchFirst, boolean enforceSorted) {
        return PackedSequence.packPaddedSequence(in.get(0), in.get(1).toLongArray(), batchFirst, enforceSorted);
    }

    private static List<Tensor> packed(List<Tensor> in, boolean batchFirst, boolean enforceSorted) {
        return parts(pack(in, batchFirst, enforceSorted));
    }

    private static List<Tensor> parts(PackedSequence packed) {
        return List.of(packed.data(), whole(packed.batchSizes()));
    }

    private static List<Tensor> padded(PackedSequence.Padded padded) {
        return List.of(padded.out(), whole(padded.lengths()));
    }

    private static Tensor whole(List<Long> numbers) {
        return Tensors.tensor(numbers.stream().mapToLong(Long::longValue).toArray());
    }

    private static void products(OracleFunctions table) {
        table.binary("matmul", Tensor::matmul)
                .binary("mm", Tensor::mm)
                .binary("bmm", Tensor::bmm)
                .binary("mv", Tensor::mv)
                .binary("dot", Tensor::dot)
                .binary("outer", Tensor::outer)
                .many("addmm", in -> in.get(0).addmm(in.get(1), in.get(2), 0.5, 2))
                .many("addmv", in -> in.get(0).addmv(in.get(1), in.get(2), 0.5, 2))
                .many("baddbmm", in -> in.get(0).baddbmm(in.get(1), in.get(2), 0.5, 2))
                .many("linear", in -> in.get(0).linear(in.get(1), in.get(2)))
                .many("bilinear", in -> Tensors.bilinear(in.get(0), in.get(1), in.get(2)))
                .binary("cdist", Tensor::cdist)
                .binary("cdist.p1", (a, b) -> a.cdist(b, 1))
                .unary("trace", Tensor::trace);
        List<String> equations =
                List.of("ij,jk->ik", "bij,bjk->bik", "ii->i", "ii", "ij->ji", "ij->", "i,j->ij", "ij,ij->", "ij,jk,kl");
        List<String> batched =
                List.of("...ij,...jk->...ik", "bhid,bhjd->bhij", "bn,anm,bm->ba", "ba,b->ab", "b...->b", "ik,jk->");
        for (List<String> some : List.of(equations, batched)) {
            for (String equation : some) {
                table.many(key(equation), in -> Tensors.einsum(equation, in.toArray(Tensor[]::new)));
            }
        }
    }

    private static String key(String equation) {
        return "einsum." + equation.replace(",", "_").replace("->", "=").replace("...", "~");
    }
}
