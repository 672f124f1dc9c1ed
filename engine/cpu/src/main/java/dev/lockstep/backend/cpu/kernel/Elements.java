package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import org.jspecify.annotations.Nullable;

/** Element-wise operations on f32 values and on whole numbers, and conversions. Thread-safe. */
public final class Elements {
    private final MemoryPool pool;
    private final Comparisons comparisons;
    private final Integers integers;

    /** Makes the element-wise operations of a backend. */
    public Elements(MemoryPool pool) {
        this.pool = pool;
        this.comparisons = new Comparisons(pool);
        this.integers = new Integers(pool);
    }

    /** Executes an op, or returns null where there is no kernel for it or its inputs. */
    public Value @Nullable [] tryExecute(Elementwise op, Value... inputs) {
        return switch (op) {
            case Elementwise.Unary(UnaryKind kind) -> unary(ElementKernels.of(kind), inputs);
            case Elementwise.Binary binary when isOfIntegers(inputs) -> integers.tryExecute(binary, inputs);
            case Elementwise.BinaryScalar scalar when isOfIntegers(inputs) -> integers.tryExecute(scalar, inputs);
            case Elementwise.Binary(BinaryKind kind) when isSumOfHalves(kind, inputs) -> sumOfHalves(inputs);
            case Elementwise.Binary binary when binary.kind().isPredicate() -> comparisons.tryExecute(binary, inputs);
            case Elementwise.BinaryScalar scalar
            when scalar.kind().isPredicate() -> comparisons.tryExecute(scalar, inputs);
            case Elementwise.Binary(BinaryKind kind) -> binary(ElementKernels.of(kind), inputs);
            case Elementwise.BinaryScalar scalar -> scalar(ElementKernels.of(scalar.kind()), scalar, inputs);
            case Elementwise.Clamp clamp -> clamp(clamp, inputs);
            case Elementwise.Where where -> where(where, inputs);
            case Elementwise.Cast cast -> cast(cast, inputs);
            case Elementwise.Normalize _, Elementwise.Copy _ -> null;
        };
    }

    private static boolean isOfIntegers(Value... inputs) {
        return inputs.length > 0 && !inputs[0].dtype().isFloating();
    }

    private Value @Nullable [] clamp(Elementwise.Clamp op, Value... inputs) {
        if (!(op.min() <= op.max()) || inputs.length != 1 || !Values.isDense(inputs[0])) {
            return null;
        }
        Value x = inputs[0];
        Value y = Values.like(pool, x);
        long count = x.shape().elements();
        Loops.AT_LEAST.run((float) op.min(), x.address(), y.address(), count);
        Loops.AT_MOST.run((float) op.max(), y.address(), y.address(), count);
        return new Value[] {y};
    }

    private Value @Nullable [] where(Elementwise.Where op, Value... inputs) {
        ValueSpec spec = ShapeRules.outputs(op, ValueSpec.of(inputs)).getFirst();
        if (spec.dtype() != DType.F32 || spec.shape().elements() == 0) {
            return null;
        }
        Value y = spec.allocate(pool);
        try (Flat condition = Flat.of(pool, inputs[0], spec.layout());
                Flat a = Flat.of(pool, inputs[1], spec.layout());
                Flat b = Flat.of(pool, inputs[2], spec.layout())) {
            Select.run(condition.address(), a, b, y.address(), spec.shape().elements());
        }
        return new Value[] {y};
    }

    private Value @Nullable [] cast(Elementwise.Cast op, Value... inputs) {
        ValueSpec spec = ShapeRules.outputs(op, ValueSpec.of(inputs)).getFirst();
        Casts.@Nullable Cast kernel = Casts.of(inputs[0].dtype(), op.dtype());
        if (kernel == null || !inputs[0].layout().isDense()) {
            return null;
        }
        Value y = spec.allocate(pool);
        kernel.run(inputs[0].address(), y.address(), spec.shape().elements());
        return new Value[] {y};
    }

    private static boolean isSumOfHalves(BinaryKind kind, Value... inputs) {
        return kind == BinaryKind.ADD
                && inputs.length == 2
                && (inputs[0].dtype() == DType.BF16 || inputs[0].dtype() == DType.F16)
                && inputs[1].dtype() == inputs[0].dtype()
                && inputs[0].layout().isContiguous()
                && inputs[1].layout().isContiguous()
                && inputs[0].shape().equals(inputs[1].shape());
    }

    /** Adds 16-bit gradients of two virtual ranks. */
    private Value[] sumOfHalves(Value... inputs) {
        Value a = inputs[0];
        long count = a.shape().elements();
        Value y = ValueSpec.contiguous(a.shape(), a.dtype()).allocate(pool);
        if (a.dtype() == DType.BF16) {
            FlatSum.addBf16(a.address(), inputs[1].address(), y.address(), count);
        } else {
            FlatSum.addF16(a.address(), inputs[1].address(), y.address(), count);
        }
        return new Value[] {y};
    }

    private Value @Nullable [] unary(@Nullable UnaryKernel kernel, Value... inputs) {
        if (kernel == null || inputs.length != 1 || !Values.isFloat(inputs[0])) {
            return null;
        }
        Value x = inputs[0];
        if (!x.layout().isDense()) {
            Layout layout = Layout.contiguous(x.shape());
            Value y = Values.allocate(pool, layout);
            StridedCopy.run(x, x.layout(), y, layout);
            kernel.run(y.address(), y.address(), x.shape().elements());
            return new Value[] {y};
        }
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
        Value y = Values.allocate(pool, layout);
        if (left == null || right == null) {
            runCopied(kernel, a, b, y);
        } else {
            run(kernel, left, right, y);
        }
        return new Value[] {y};
    }

    /** Takes operands of any strides: what does not lie like the result is written out first. */
    private void runCopied(BinaryKernel kernel, Value a, Value b, Value y) {
        long count = y.shape().elements();
        try (Flat left = Flat.of(pool, a, y.layout());
                Flat right = Flat.of(pool, b, y.layout())) {
            Operand first = left.step() == 0 ? Operand.number(left.address(), count) : full(left, count);
            Operand second = right.step() == 0 ? Operand.number(right.address(), count) : full(right, count);
            run(kernel, first, second, y);
        }
    }

    private static Operand full(Flat flat, long count) {
        return new Operand(flat.address(), count, 1);
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
