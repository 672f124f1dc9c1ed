package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.cpu.onednn.Product.Strides;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.DType;

/**
 * A product of f32 operands that are rounded to bf16, ready to run. Two reorders round the operands; sums, bias and
 * result are f32.
 */
final class Bf16Plan implements Session.Plan {
    private final Primitive roundLeft;
    private final Primitive roundRight;
    private final Primitive product;
    private final long leftBytes;
    private final long rightBytes;

    /** What the plan is kept under. */
    record Key(Product product) {}

    private Bf16Plan(Primitive roundLeft, Primitive roundRight, Primitive product, long leftBytes, long rightBytes) {
        this.roundLeft = roundLeft;
        this.roundRight = roundRight;
        this.product = product;
        this.leftBytes = leftBytes;
        this.rightBytes = rightBytes;
    }

    /** Prepares a product for the calling thread. */
    static Bf16Plan of(Key key) {
        Product p = key.product();
        Session session = Session.current();
        try (Descriptors owned = new Descriptors()) {
            long left = ProductPlan.operand(owned, p.batch(), p.m(), p.k(), p.left());
            long right = ProductPlan.operand(owned, p.batch(), p.k(), p.n(), p.right());
            long leftBatch = ProductPlan.isShared(p.batch(), p.left()) ? 1 : p.batch();
            long rightBatch = ProductPlan.isShared(p.batch(), p.right()) ? 1 : p.batch();
            long roundedLeft = rounded(owned, leftBatch, p.m(), p.k(), p.left());
            long roundedRight = rounded(owned, rightBatch, p.k(), p.n(), p.right());
            long bias = p.hasBias() ? owned.plain(1, 1, p.n()) : 0;
            long result = owned.plain(p.batch(), p.m(), p.n());
            long descriptor = owned.primitive(ProductPlan.describe(
                    owned, session.engine(), new ProductPlan.Operands(roundedLeft, roundedRight, bias, result)));
            return new Bf16Plan(
                    rounding(owned, left, roundedLeft),
                    rounding(owned, right, roundedRight),
                    session.prepare(
                            descriptor, ProductPlan.kinds(p), new long[] {roundedLeft, roundedRight, result, bias}),
                    Dnnl.sizeBytes(roundedLeft),
                    Dnnl.sizeBytes(roundedRight));
        }
    }

    /**
     * The rounded operand: dense, and in the order of the operand itself. In the layout that oneDNN would choose the
     * product is no faster, but the reorder into it has to turn the matrix and takes longer than the product.
     */
    private static long rounded(Descriptors owned, long batch, long rows, long columns, Strides strides) {
        boolean byColumns = strides.column() != 1;
        return owned.strided(DType.BF16, new long[] {batch, rows, columns}, new long[] {
            rows * columns, byColumns ? 1 : columns, byColumns ? rows : 1
        });
    }

    private static Primitive rounding(Descriptors owned, long from, long to) {
        Session session = Session.current();
        long descriptor = owned.reorder(session.engine(), from, to);
        return session.prepare(descriptor, new int[] {Dnnl.ARG_FROM, Dnnl.ARG_TO}, new long[] {from, to});
    }

    /** Computes {@code result = left x right (+ bias)}; {@code bias} is 0 where the product has none. */
    void run(MemoryPool pool, long left, long right, long bias, long result) {
        Storage rounded = pool.allocate(align(leftBytes) + rightBytes);
        try {
            long roundedRight = rounded.address() + align(leftBytes);
            roundLeft.run(pool, left, rounded.address());
            roundRight.run(pool, right, roundedRight);
            if (bias == 0) {
                product.run(pool, rounded.address(), roundedRight, result);
            } else {
                product.run(pool, rounded.address(), roundedRight, result, bias);
            }
        } finally {
            rounded.release();
        }
    }

    private static long align(long bytes) {
        return (bytes + 63) & -64; // A cache line.
    }

    /** {@return the names of oneDNN's implementations: of the reorders and of the product} */
    String implementation() {
        return roundLeft.implementation() + ", " + roundRight.implementation() + ", " + product.implementation();
    }

    @Override
    public void close() {
        roundLeft.close();
        roundRight.close();
        product.close();
    }
}
