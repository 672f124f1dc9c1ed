package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.cpu.onednn.Product.Strides;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.DType;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** A matrix product ready to run. */
final class ProductPlan implements Session.Plan {
    private static final MethodHandle CREATE = Dnnl.function(
            "dnnl_matmul_primitive_desc_create",
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG);

    private final Primitive primitive;

    private ProductPlan(Primitive primitive) {
        this.primitive = primitive;
    }

    /** Prepares a product for the calling thread. */
    static ProductPlan of(Product product) {
        Session session = Session.current();
        try (Descriptors owned = new Descriptors()) {
            long left = operand(owned, product.batch(), product.m(), product.k(), product.left());
            long right = operand(owned, product.batch(), product.k(), product.n(), product.right());
            long bias = product.hasBias() ? owned.plain(1, 1, product.n()) : 0;
            long result = owned.plain(product.batch(), product.m(), product.n());
            long attributes = product.adds() ? owned.addingAttributes() : owned.attributes();
            long descriptor =
                    owned.primitive(describe(session.engine(), new Operands(left, right, bias, result), attributes));
            long[] descriptors = {left, right, result, bias};
            return new ProductPlan(session.prepare(descriptor, kinds(product), descriptors));
        }
    }

    /** {@return the arguments of a product in order: left, right, result, bias} */
    static int[] kinds(Product product) {
        return product.hasBias()
                ? new int[] {Dnnl.ARG_SRC, Dnnl.ARG_WEIGHTS, Dnnl.ARG_DST, Dnnl.ARG_BIAS}
                : new int[] {Dnnl.ARG_SRC, Dnnl.ARG_WEIGHTS, Dnnl.ARG_DST};
    }

    /** Prepares a product whose result has rows further apart than they are long. */
    static ProductPlan of(Tile tile) {
        Session session = Session.current();
        try (Descriptors owned = new Descriptors()) {
            long left = factor(owned, tile.factors(), tile.m(), tile.k(), tile.left());
            long right = factor(owned, tile.factors(), tile.k(), tile.n(), tile.right());
            long result = owned.strided(
                    new long[] {1, tile.m(), tile.n()}, new long[] {tile.m() * tile.row(), tile.row(), 1});
            long descriptor = owned.primitive(describe(owned, session.engine(), new Operands(left, right, 0, result)));
            int[] kinds = {Dnnl.ARG_SRC, Dnnl.ARG_WEIGHTS, Dnnl.ARG_DST};
            return new ProductPlan(session.prepare(descriptor, kinds, new long[] {left, right, result}));
        }
    }

    /** Prepares products whose results are columns of wider matrices. */
    static ProductPlan of(Panels panels) {
        Session session = Session.current();
        try (Descriptors owned = new Descriptors()) {
            long left = operand(owned, panels.batch(), panels.m(), panels.k(), panels.left());
            long right = operand(owned, panels.batch(), panels.k(), panels.n(), panels.right());
            long result = operand(owned, panels.batch(), panels.m(), panels.n(), panels.result());
            long descriptor = owned.primitive(describe(owned, session.engine(), new Operands(left, right, 0, result)));
            int[] kinds = {Dnnl.ARG_SRC, Dnnl.ARG_WEIGHTS, Dnnl.ARG_DST};
            return new ProductPlan(session.prepare(descriptor, kinds, new long[] {left, right, result}));
        }
    }

    static long operand(Descriptors owned, long batch, long rows, long columns, Strides strides) {
        boolean shared = isShared(batch, strides);
        long[] dims = {shared ? 1 : batch, rows, columns};
        long[] steps = {shared ? rows * columns : strides.batch(), strides.row(), strides.column()};
        return owned.strided(dims, steps);
    }

    private static long factor(Descriptors owned, DType dtype, long rows, long columns, Strides strides) {
        long[] steps = {rows * columns, strides.row(), strides.column()};
        return owned.strided(dtype, new long[] {1, rows, columns}, steps);
    }

    /** {@return whether an operand is one matrix for the whole batch} */
    static boolean isShared(long batch, Strides strides) {
        return strides.batch() == 0 || batch == 1;
    }

    /** The memory descriptors of a product; bias is 0 where it has none. */
    record Operands(long left, long right, long bias, long result) {}

    static long describe(Descriptors owned, long engine, Operands of) {
        return describe(engine, of, owned.attributes());
    }

    private static long describe(long engine, Operands of, long attributes) {
        return Dnnl.create("dnnl_matmul_primitive_desc_create", (arena, out) ->
                (int) CREATE.invokeExact(out, engine, of.left, of.right, of.bias, of.result, attributes));
    }

    /**
     * Computes {@code result = left x right (+ bias)}, or adds it to the result; {@code bias} is 0 where the product
     * has none.
     */
    void run(MemoryPool pool, long left, long right, long bias, long result) {
        if (bias == 0) {
            primitive.run(pool, left, right, result);
        } else {
            primitive.run(pool, left, right, result, bias);
        }
    }

    /** {@return the name of oneDNN's implementation} */
    String implementation() {
        return primitive.implementation();
    }

    @Override
    public void close() {
        primitive.close();
    }
}
