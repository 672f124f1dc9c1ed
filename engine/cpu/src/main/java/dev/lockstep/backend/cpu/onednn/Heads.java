package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.kernel.AttentionColumns.Matrix;
import dev.lockstep.backend.op.Elementwise.Copy;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.Arrays;

/** A [B, H, T, D] value whose rows have stride 1, head by head. Owns the value. */
record Heads(Value value) implements AutoCloseable {
    /** Reads a value in place, or a copy of it where its rows do not lie so. */
    static Heads of(Value value, Backend backend) {
        Layout layout = value.layout();
        boolean inPlace =
                layout.stride(3) == 1 && layout.stride(2) >= layout.shape().size(3);
        return new Heads(inPlace ? value.alias() : backend.execute(new Copy(Copy.Order.CONTIGUOUS), value)[0]);
    }

    /** Reads a part of a [B, T, 3, H, D] value, whose rows have stride 1, as heads: query 0, key 1 or value 2. */
    static Heads part(Value packed, int part) {
        Layout first = packed.layout().permute(2, 0, 3, 1, 4); // [3, B, H, T, D]
        long[] sizes = first.shape().toArray();
        long[] strides = first.strides();
        Shape heads = Shape.of(Arrays.copyOfRange(sizes, 1, sizes.length));
        long offset = first.offset() + part * strides[0];
        return new Heads(packed.view(Layout.of(heads, Arrays.copyOfRange(strides, 1, strides.length), offset)));
    }

    /** {@return how many heads there are, those of all sequences} */
    long count() {
        return value.shape().size(0) * value.shape().size(1);
    }

    /** {@return how many heads look side by side} */
    long headsOfASequence() {
        return value.shape().size(1);
    }

    /** {@return how many places a sequence has} */
    long places() {
        return value.shape().size(2);
    }

    /** {@return numbers from one place to the next} */
    long step() {
        return value.layout().stride(2);
    }

    /** {@return the rows of head {@code i} from a place on} */
    Matrix matrix(long i, long from) {
        Layout layout = value.layout();
        long heads = layout.shape().size(1);
        long offset = i / heads * layout.stride(0) + i % heads * layout.stride(1) + from * step();
        int bytes = value.dtype().sizeBytes();
        return new Matrix(
                value.address() + offset * bytes, step(), layout.shape().size(3), bytes);
    }

    @Override
    public void close() {
        value.close();
    }
}
