package dev.lockstep.tensor;

import dev.lockstep.backend.op.Indexing.GatherGrad;
import dev.lockstep.backend.op.Indexing.IndexSelectGrad;
import dev.lockstep.backend.op.Indexing.Scatter;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.Arrays;

/** Reads and writes by index, brought to the ops that exist: several indexes become one into the flattened tensor. */
final class IndexingOps {
    private IndexingOps() {}

    static Tensor take(Tensor x, Tensor index) {
        Tensor wrapped = Tensors.where(index.lt(0), index.add(x.numel()), index);
        return x.flatten().indexSelect(0, wrapped.flatten()).reshape(index.shape());
    }

    static Tensor scatter(Tensor x, int axis, Tensor index, Tensor source) {
        Tensor part = source.rank() == 0 ? source.expandAs(index) : fitting(source, index);
        return Engine.run(new Scatter(Engine.axis("scatter", x, axis)), x, index, part.to(x.dtype()));
    }

    static Tensor scatterAdd(Tensor x, int axis, Tensor index, Tensor source) {
        GatherGrad sum = new GatherGrad(x.shape(), Engine.axis("scatterAdd", x, axis));
        return x.add(Engine.run(sum, fitting(source, index), index).to(x.dtype()));
    }

    /** Takes the part of a source that the index covers. */
    private static Tensor fitting(Tensor source, Tensor index) {
        Tensor part = source;
        for (int axis = 0; axis < Math.min(source.rank(), index.rank()); axis++) {
            if (source.size(axis) > index.size(axis)) {
                part = part.narrow(axis, 0, index.size(axis));
            }
        }
        return part;
    }

    static Tensor indexAdd(Tensor x, int axis, Tensor index, Tensor source, double alpha) {
        IndexSelectGrad sum = new IndexSelectGrad(x.shape(), Engine.axis("indexAdd", x, axis));
        return x.add(Engine.run(sum, source, index), alpha);
    }

    static Tensor indexCopy(Tensor x, int axis, Tensor index, Tensor source) {
        int normal = Engine.axis("indexCopy", x, axis);
        Shape slices = x.shape().with(normal, index.numel());
        long[] column = new long[x.rank()];
        Arrays.fill(column, 1);
        column[normal] = index.numel();
        Tensor places = index.reshape(column).expand(slices.toArray());
        return scatter(x, normal, places, source.expand(slices.toArray()));
    }

    static Tensor indexPut(Tensor x, Tensor[] indexes, Tensor values, boolean accumulate) {
        if (indexes.length == 0 || indexes.length > x.rank()) {
            throw Engine.wrong("indexPut: " + indexes.length + " indexes for " + x.shape());
        }
        Tensor places = places(x, indexes); // [index shape..., rest of x...]
        Tensor flat = places.flatten();
        Tensor source = values.to(x.dtype()).expandAs(places).reshape(-1);
        Tensor line = x.flatten();
        Tensor result = accumulate ? scatterAdd(line, 0, flat, source) : scatter(line, 0, flat, source);
        return result.reshape(x.shape());
    }

    static Tensor indexGet(Tensor x, Tensor[] indexes) {
        Tensor places = places(x, indexes);
        return x.flatten().indexSelect(0, places.flatten()).reshape(places.shape());
    }

    /** Finds where in the flattened x each element lies that the indexes of its first axes name. */
    private static Tensor places(Tensor x, Tensor[] indexes) {
        long[] strides = Layout.contiguous(x.shape()).strides();
        Tensor start = Tensors.zeros(DType.I64);
        for (int axis = 0; axis < indexes.length; axis++) {
            start = start.add(checked(x, axis, indexes[axis]).mul(strides[axis]));
        }
        Tensor places = start;
        for (int axis = indexes.length; axis < x.rank(); axis++) {
            places = places.unsqueeze(-1).add(Tensors.arange(x.size(axis)).mul(strides[axis]));
        }
        return places;
    }

    private static Tensor checked(Tensor x, int axis, Tensor index) {
        long size = x.size(axis);
        for (long number : index.toLongArray()) {
            if (number < -size || number >= size) {
                throw Engine.wrong("index: " + number + " is out of range for axis " + axis + " of " + x.shape());
            }
        }
        Tensor whole = index.to(DType.I64);
        return Tensors.where(whole.lt(0), whole.add(size), whole);
    }

    static Tensor maskedSelect(Tensor x, Tensor mask) {
        Shape common = Shape.broadcast(x.shape(), mask.shape());
        Tensor places = trueAt(mask.expand(common.toArray()));
        return x.expand(common.toArray()).reshape(-1).indexSelect(0, places);
    }

    static Tensor maskedScatter(Tensor x, Tensor mask, Tensor source) {
        Tensor places = trueAt(mask.expandAs(x));
        if (source.numel() < places.numel()) {
            throw Engine.wrong("maskedScatter: the mask holds at " + places.numel() + " places, the source has "
                    + source.numel() + " elements");
        }
        Tensor part = source.flatten().narrow(0, 0, places.numel());
        return scatter(x.flatten(), 0, places, part).reshape(x.shape());
    }

    /** {@return where the flattened mask holds, [count]} */
    static Tensor trueAt(Tensor mask) {
        boolean[] flags = mask.toBooleanArray();
        int count = 0;
        for (boolean flag : flags) {
            count += flag ? 1 : 0;
        }
        long[] places = new long[count];
        int next = 0;
        for (int i = 0; i < flags.length; i++) {
            if (flags[i]) {
                places[next++] = i;
            }
        }
        return Tensors.tensor(places);
    }

    static Tensor nonzero(Tensor x) {
        Tensor places = trueAt(x.to(DType.BOOL));
        long[] strides = Layout.contiguous(x.shape()).strides();
        Tensor[] columns = new Tensor[x.rank()];
        for (int axis = 0; axis < columns.length; axis++) {
            columns[axis] = places.floorDivide(strides[axis]).remainder(x.size(axis));
        }
        return columns.length == 0 ? Tensors.zeros(DType.I64, places.numel(), 0) : Tensors.stack(1, columns);
    }
}
