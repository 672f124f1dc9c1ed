package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.device.MemoryPool;
import dev.lockstep.layout.DType;
import java.util.ArrayList;
import java.util.List;

/** A matrix product ready to run on a right operand that was moved to oneDNN's own order before. */
final class PackedPlan implements Session.Plan {
    private static final List<Long> ORDERS = new ArrayList<>();

    private final Primitive pack;
    private final Primitive product;
    private final int order;
    private final long bytes;

    /**
     * What the plan is kept under.
     *
     * @param factors in what the product reads both operands: F32, or BF16, to which the right one is rounded on its
     *     way
     */
    record Key(Product product, DType factors) {}

    private PackedPlan(Primitive pack, Primitive product, int order, long bytes) {
        this.pack = pack;
        this.product = product;
        this.order = order;
        this.bytes = bytes;
    }

    /** Prepares a product of two matrices for the calling thread. */
    static PackedPlan of(Key key) {
        Product p = key.product();
        Session session = Session.current();
        try (Descriptors owned = new Descriptors()) {
            long left = owned.strided(key.factors(), new long[] {p.m(), p.k()}, new long[] {
                p.left().row(), p.left().column()
            });
            long right = owned.strided(
                    new long[] {p.k(), p.n()},
                    new long[] {p.right().row(), p.right().column()});
            long bias = p.hasBias() ? owned.plain(1, p.n()) : 0;
            long result = owned.plain(p.m(), p.n());
            ProductPlan.Operands operands =
                    new ProductPlan.Operands(left, owned.any(key.factors(), p.k(), p.n()), bias, result);
            long descriptor = owned.primitive(ProductPlan.describe(owned, session.engine(), operands));
            long packed = Dnnl.queryDescriptor(descriptor, Dnnl.QUERY_WEIGHTS);
            long reorder = owned.reorder(session.engine(), right, packed);
            return new PackedPlan(
                    session.prepare(reorder, new int[] {Dnnl.ARG_FROM, Dnnl.ARG_TO}, new long[] {right, packed}),
                    session.prepare(descriptor, ProductPlan.kinds(p), new long[] {left, packed, result, bias}),
                    number(packed),
                    Dnnl.sizeBytes(packed));
        }
    }

    /** {@return the same number for equal orders, which products with other numbers of rows may share} */
    private static int number(long descriptor) {
        synchronized (ORDERS) {
            for (int i = 0; i < ORDERS.size(); i++) {
                if (Dnnl.equalDescriptors(ORDERS.get(i), descriptor)) {
                    return i;
                }
            }
            ORDERS.add(Dnnl.cloneDescriptor(descriptor)); // As many as there are shapes of weights; never destroyed.
            return ORDERS.size() - 1;
        }
    }

    /** {@return which order the right operand is to be in} */
    int order() {
        return order;
    }

    /** {@return how many bytes the right operand takes in that order} */
    long bytes() {
        return bytes;
    }

    /** Moves a right operand to that order. */
    void pack(MemoryPool pool, long right, long packed) {
        pack.run(pool, right, packed);
    }

    /** Computes {@code result = left x right (+ bias)}; {@code bias} is 0 where the product has none. */
    void run(MemoryPool pool, long left, long packed, long bias, long result) {
        if (bias == 0) {
            product.run(pool, left, packed, result);
        } else {
            product.run(pool, left, packed, result, bias);
        }
    }

    @Override
    public void close() {
        pack.close();
        product.close();
    }
}
