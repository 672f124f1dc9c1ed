package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import org.jspecify.annotations.Nullable;

/** Element-wise operations on dense f32 values. Thread-safe. */
public final class Elements {
    private final MemoryPool pool;

    /** Makes the element-wise operations of a backend. */
    public Elements(MemoryPool pool) {
        this.pool = pool;
    }

    /** Executes an op, or returns null where there is no kernel for it or its inputs are not dense f32 values. */
    public Value @Nullable [] tryExecute(Elementwise op, Value... inputs) {
        return switch (op) {
            case Elementwise.Unary(UnaryKind kind) -> unary(ElementKernels.of(kind), inputs);
            case Elementwise.Binary(BinaryKind kind) -> binary(ElementKernels.of(kind), inputs);
            case Elementwise.BinaryScalar scalar -> scalar(ElementKernels.of(scalar.kind()), scalar, inputs);
            case Elementwise.Clamp _, Elementwise.Where _, Elementwise.Cast _, Elementwise.Copy _ -> null;
        };
    }

    private Value @Nullable [] unary(@Nullable UnaryKernel kernel, Value... inputs) {
        if (kernel == null || inputs.length != 1 || !Values.isDense(inputs[0])) {
            return null;
        }
        Value x = inputs[0];
        Value y = Values.like(pool, x);
        kernel.run(x.address(), y.address(), x.shape().elements());
        return new Value[] {y};
    }

    private Value @Nullable [] scalar(@Nullable BinaryKernel kernel, Elementwise.BinaryScalar op, Value... inputs) {
        if (kernel == null || inputs.length != 1 || !Values.isDense(inputs[0])) {
            return null;
        }
        Value x = inputs[0];
        long count = x.shape().elements();
        Value y = Values.like(pool, x);
        Storage number = pool.allocate(Float.BYTES);
        try {
            Lanes.set(number.address(), (float) op.scalar());
            Operand full = new Operand(x.address(), count, 1);
            Operand same = Operand.number(number.address(), count);
            run(kernel, op.scalarFirst() ? same : full, op.scalarFirst() ? full : same, y);
        } finally {
            number.release();
        }
        return new Value[] {y};
    }

    private Value @Nullable [] binary(@Nullable BinaryKernel kernel, Value... inputs) {
        if (kernel == null || inputs.length != 2 || !Values.isFloat(inputs[0]) || !Values.isFloat(inputs[1])) {
            return null;
        }
        Value a = inputs[0];
        Value b = inputs[1];
        @Nullable Shape shape = Values.broadcast(a.shape(), b.shape());
        if (shape == null || shape.elements() == 0) {
            return null;
        }
        @Nullable Value guide = Values.firstDense(shape, a, b);
        Layout layout = guide == null ? Layout.contiguous(shape) : Values.withoutOffset(guide.layout());
        int @Nullable [] order = Operand.order(layout);
        if (order == null) {
            return null;
        }
        @Nullable Operand left = Operand.of(a.address(), a.layout(), shape, order);
        @Nullable Operand right = Operand.of(b.address(), b.layout(), shape, order);
        if (left == null || right == null) {
            return null;
        }
        Value y = Values.allocate(pool, layout);
        run(kernel, left, right, y);
        return new Value[] {y};
    }

    private void run(BinaryKernel kernel, Operand a, Operand b, Value y) {
        long count = y.shape().elements();
        if (a.isFull(count) && b.isFull(count)) {
            kernel.run(a.address(), b.address(), y.address(), count);
            return;
        }
        Storage scratch = pool.allocate(2L * Operand.BLOCK * Float.BYTES);
        try {
            runInPieces(kernel, a, b, y.address(), new long[] {count, scratch.address()});
        } finally {
            scratch.release();
        }
    }

    private static void runInPieces(BinaryKernel kernel, Operand a, Operand b, long y, long[] countAndScratch) {
        long count = countAndScratch[0];
        long scratch = countAndScratch[1];
        long size = Math.min(a.pieceSize(count), b.pieceSize(count));
        for (long start = 0; start < count; start += size) {
            long piece = Math.min(size, count - start);
            long left = a.isFull(count) ? a.address() + start * Float.BYTES : a.piece(start, piece, scratch);
            long right = b.isFull(count)
                    ? b.address() + start * Float.BYTES
                    : b.piece(start, piece, scratch + (long) Operand.BLOCK * Float.BYTES);
            kernel.run(left, right, y + start * Float.BYTES, piece);
        }
    }
}
