package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.ShapeRules;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.ValueSpec;
import dev.lockstep.backend.cpu.onednn.Product.Strides;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Elementwise.Copy;
import dev.lockstep.backend.op.Update;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products of f32 values by oneDNN. Thread-safe.
 *
 * <p>Note [A row's bits]: a row of a product must not depend on how many rows are computed with it. oneDNN keeps that
 * for two rows and more; a single row takes another path, so it is padded to two. Nothing here looks at the number of
 * rows otherwise.
 */
public final class Products {
    private final Backend backend;
    private final MemoryPool pool;
    private final Runner runner;

    /** Computes a product; the left operand, bias and result are addresses, the bias 0 where there is none. */
    @FunctionalInterface
    private interface Runner {
        void run(Product product, long left, Value right, long bias, long result);
    }

    /** Makes the products of a backend, which copies operands that oneDNN cannot read in place. */
    public Products(Backend backend) {
        this(backend, new PlainRunner(backend.memory()));
    }

    /** Multiplies f32 values. */
    private record PlainRunner(MemoryPool pool) implements Runner {
        @Override
        public void run(Product product, long left, Value right, long bias, long result) {
            PackedWeight weight = PackedWeight.of(product, right);
            long packed = weight == null ? 0 : weight.find(product, right, pool, () -> packedPlan(product));
            if (packed == 0) {
                Session.current()
                        .plan(product, ProductPlan.class, ProductPlan::of)
                        .run(pool, left, right.address(), bias, result);
            } else {
                packedPlan(product).run(pool, left, packed, bias, result);
            }
        }

        private static PackedPlan packedPlan(Product product) {
            return Session.current().plan(new PackedPlan.Key(product, DType.F32), PackedPlan.class, PackedPlan::of);
        }
    }

    private Products(Backend backend, Runner runner) {
        this.backend = backend;
        this.pool = backend.memory();
        this.runner = runner;
    }

    /** Makes products that round their operands to bf16; only where {@link OneDnn#multipliesBf16}. */
    static Products roundingToBf16(Backend backend) {
        return new Products(
                backend,
                (product, left, right, bias, result) -> Session.current()
                        .plan(new Bf16Plan.Key(product), Bf16Plan.class, Bf16Plan::of)
                        .run(backend.memory(), left, right.address(), bias, result));
    }

    /** Executes a contraction, or returns null where its inputs are not two non-empty f32 operands that fit. */
    public Value @Nullable [] tryExecute(Contraction op, Value... inputs) {
        for (Value input : inputs) {
            if (input.dtype() != DType.F32 || input.shape().elements() == 0) {
                return null;
            }
        }
        return switch (op) {
            case Contraction.Matmul() -> matmul(inputs);
            case Contraction.ProductSum() -> productSum(inputs);
            case Contraction.Linear(boolean hasBias) -> linear(hasBias, inputs);
            case Contraction.RoundedProduct _,
                    Contraction.Attention _,
                    Contraction.AttentionGrad _,
                    Contraction.SelfAttention _,
                    Contraction.SelfAttentionGrad _ -> null;
        };
    }

    private Value @Nullable [] matmul(Value... inputs) {
        if (inputs.length != 2
                || inputs[0].shape().rank() < 2
                || inputs[1].shape().rank() < 2) {
            return null;
        }
        Value a = inputs[0];
        Value b = inputs[1];
        @Nullable Shape batch = broadcast(leading(a.shape()), leading(b.shape()));
        if (a.shape().size(-1) != b.shape().size(-2) || batch == null) {
            return null;
        }
        try (Value left = readable(a.view(stretch(a.layout(), batch)));
                Value right = readable(b.view(stretch(b.layout(), batch)))) {
            return new Value[] {multiply(left, right, null)};
        }
    }

    /** Executes an {@link Update.AddMatmulInto}, or returns null where its inputs are not non-empty f32 matrices. */
    public Value @Nullable [] tryAddInto(Value... inputs) {
        ShapeRules.outputs(new Update.AddMatmulInto(), ValueSpec.of(inputs));
        Value sum = inputs[0];
        if (sum.dtype() != DType.F32
                || sum.shape().elements() == 0
                || inputs[1].shape().elements() == 0) {
            return null;
        }
        try (Value left = readable(inputs[1].alias());
                Value right = readable(inputs[2].alias())) {
            multiplyInto(sum, left, right, true);
        }
        return new Value[0];
    }

    /** Computes a product in the place of {@code target}, which is in C order, or adds it to what stands there. */
    private void multiplyInto(Value target, Value left, Value right, boolean adds) {
        long rows = target.shape().size(0);
        if (rows == 1) { // See Note [A row's bits].
            try (Value product = multiply(left, right, null)) {
                backend.execute(adds ? new Update.AddInto() : new Update.CopyInto(), target, product);
            }
            return;
        }
        long inner = left.shape().size(1);
        Strides a = strides(left.layout());
        Product product = new Product(1, rows, inner, target.shape().size(1), a, strides(right.layout()), false, adds);
        runner.run(product, left.address(), right, 0, target.address());
        target.storage().bumpVersion();
    }

    private Value[] productSum(Value... inputs) {
        ShapeRules.outputs(new Contraction.ProductSum(), ValueSpec.of(inputs));
        Value[] sum = new Value[1];
        withReadable(inputs, factors -> sum[0] = new ProductSums(backend, this::multiplyInto).of(factors));
        return sum;
    }

    /** Executes an {@link Update.ProductSumInto}, or returns null where its inputs are not non-empty f32 matrices. */
    public Value @Nullable [] tryProductSumInto(Value... inputs) {
        ShapeRules.outputs(new Update.ProductSumInto(), ValueSpec.of(inputs));
        for (Value input : inputs) {
            if (input.dtype() != DType.F32 || input.shape().elements() == 0) {
                return null;
            }
        }
        Value[] factors = Arrays.copyOfRange(inputs, 1, inputs.length);
        withReadable(factors, these -> new ProductSums(backend, this::multiplyInto).into(inputs[0], these));
        return new Value[0];
    }

    /** Calls with the values in strides that oneDNN takes. */
    private void withReadable(Value[] values, Consumer<Value[]> use) {
        Value[] readable = new Value[values.length];
        try {
            for (int i = 0; i < readable.length; i++) {
                readable[i] = readable(values[i].alias());
            }
            use.accept(readable);
        } finally {
            Arrays.stream(readable).filter(Objects::nonNull).forEach(Value::close);
        }
    }

    private Value @Nullable [] linear(boolean hasBias, Value... inputs) {
        if (inputs.length != (hasBias ? 3 : 2)
                || inputs[0].shape().rank() < 1
                || inputs[1].shape().rank() != 2) {
            return null;
        }
        Value x = inputs[0];
        Value weight = inputs[1];
        long in = weight.shape().size(1);
        @Nullable Value bias = hasBias ? inputs[2] : null;
        boolean fits = x.shape().size(-1) == in
                && (bias == null || isVector(bias, weight.shape().size(0)));
        if (!fits) {
            return null;
        }
        Shape matrix = x.shape().rank() == 1 ? Shape.of(1, in) : x.shape();
        Layout transposed = weight.layout().permute(1, 0);
        try (Value left = readable(x.view(x.layout().expand(matrix)));
                Value right = readable(weight.view(stretch(transposed, leading(matrix))));
                Value result = multiply(left, right, bias)) {
            long[] shape = x.shape().toArray();
            shape[shape.length - 1] = weight.shape().size(0);
            return new Value[] {result.view(Layout.contiguous(Shape.of(shape)))};
        }
    }

    private static boolean isVector(Value bias, long size) {
        return bias.shape().equals(Shape.of(size)) && bias.layout().isContiguous();
    }

    /** Multiplies operands with equal leading axes: [..., m, k] x [..., k, n] (+ [n]) to [..., m, n]. */
    private Value multiply(Value left, Value right, @Nullable Value bias) {
        Shape a = left.shape();
        long m = a.size(-2);
        long k = a.size(-1);
        long n = right.shape().size(-1);
        Product product = new Product(
                        leading(a).elements(),
                        m,
                        k,
                        n,
                        strides(left.layout()),
                        strides(right.layout()),
                        bias != null,
                        false)
                .folded();
        Shape shape = right.shape().with(-2, m);
        Value result = new Value(pool.allocate(shape.elements() * Float.BYTES), Layout.contiguous(shape), DType.F32);
        long biasAddress = bias == null ? 0 : bias.address();
        if (product.m() == 1) {
            multiplySingleRows(product, left, right, biasAddress, result);
        } else {
            runner.run(product, left.address(), right, biasAddress, result.address());
        }
        return result;
    }

    /** See Note [A row's bits]. */
    private void multiplySingleRows(Product product, Value left, Value right, long bias, Value result) {
        Product padded = product.paddedToTwoRows();
        long batch = product.batch();
        Storage rows = pool.allocate(2 * batch * product.k() * Float.BYTES);
        Storage results = pool.allocate(2 * batch * product.n() * Float.BYTES);
        try (Value dense = contiguous(left.alias())) {
            rows.segment().fill((byte) 0);
            copyRows(dense, rows.segment(), product.k(), batch, 1);
            runner.run(padded, rows.address(), right, bias, results.address());
            try (Value all =
                    new Value(results.retain(), Layout.contiguous(Shape.of(2 * batch, product.n())), DType.F32)) {
                copyRows(all, result.storage().segment(), product.n(), batch, 2);
            }
        } finally {
            rows.release();
            results.release();
        }
    }

    /** Copies {@code count} rows, between the padded form (two rows each, the first being real) and the dense one. */
    private static void copyRows(Value from, MemorySegment to, long columns, long count, int fromStep) {
        long bytes = columns * Float.BYTES;
        long start = from.layout().offset() * Float.BYTES;
        for (long i = 0; i < count; i++) {
            MemorySegment.copy(
                    from.storage().segment(), start + i * fromStep * bytes, to, i * (3 - fromStep) * bytes, bytes);
        }
    }

    /**
     * {@return the value itself, or a copy in C order where its strides are not ones that oneDNN takes} Closes what it
     * replaces.
     */
    private Value readable(Value operand) {
        Layout layout = operand.layout();
        boolean evenBatch = batchStride(layout) >= 0;
        return evenBatch
                        && strides(layout)
                                .fits(layout.shape().size(-2), layout.shape().size(-1))
                ? operand
                : contiguous(operand);
    }

    private Value contiguous(Value operand) {
        if (operand.layout().isContiguous()) {
            return operand;
        }
        try (operand) {
            return backend.execute(new Copy(Copy.Order.CONTIGUOUS), operand)[0];
        }
    }

    private static Strides strides(Layout layout) {
        long rows = layout.shape().size(-2);
        long columns = layout.shape().size(-1);
        long row = layout.stride(-2);
        long column = layout.stride(-1);
        if (columns == 1) {
            return new Strides(batchStride(layout), rows == 1 ? 1 : row, 1);
        }
        if (rows == 1) {
            return new Strides(batchStride(layout), column == 1 ? columns : 1, column);
        }
        return new Strides(batchStride(layout), row, column);
    }

    /**
     * {@return the one stride that steps through all leading axes; 0 for a broadcast operand, -1 where there is none}
     */
    private static long batchStride(Layout layout) {
        long step = -1;
        long run = 1;
        for (int axis = layout.shape().rank() - 3; axis >= 0; axis--) {
            long size = layout.shape().size(axis);
            if (size == 1) {
                continue;
            }
            if (step >= 0 && layout.stride(axis) != step * run) {
                return -1;
            }
            step = step < 0 ? layout.stride(axis) : step;
            run *= size;
        }
        return Math.max(step, 0);
    }

    private static Layout stretch(Layout layout, Shape batch) {
        int lead = batch.rank();
        long[] sizes = new long[lead + 2];
        System.arraycopy(batch.toArray(), 0, sizes, 0, lead);
        sizes[lead] = layout.shape().size(-2);
        sizes[lead + 1] = layout.shape().size(-1);
        return layout.expand(Shape.of(sizes));
    }

    private static Shape leading(Shape shape) {
        long[] sizes = new long[shape.rank() - 2];
        System.arraycopy(shape.toArray(), 0, sizes, 0, sizes.length);
        return Shape.of(sizes);
    }

    private static @Nullable Shape broadcast(Shape left, Shape right) {
        try {
            return Shape.broadcast(left, right);
        } catch (IllegalArgumentException e) {
            return null; // The scalar backend names the op in its message.
        }
    }
}
