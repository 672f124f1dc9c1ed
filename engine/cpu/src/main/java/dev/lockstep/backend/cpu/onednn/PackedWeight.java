package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.kernel.ThinConvolution;
import dev.lockstep.backend.cpu.kernel.ThinFilter;
import dev.lockstep.backend.cpu.onednn.Product.Strides;
import dev.lockstep.device.MemoryPool;
import dev.lockstep.device.Storage;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A weight in the orders in which oneDNN's products and {@link ThinConvolution} read it, beside the weight itself,
 * until that is written. Thread-safe.
 *
 * <p>Note [When a weight is packed]: a product moves its right operand to an order of oneDNN's on the way, which with
 * 16 rows is a fourth of its time. A weight that several products read before it changes (virtual ranks one after the
 * other, the steps of a recurrent layer, the batches of an evaluation) is moved once instead; one that is read a few
 * times is not, since moving it alone takes as long as three products save. The bits are the same both ways
 * (PackedWeightTest): the same kernel reads the same numbers in the same order. So it does not matter that it depends
 * on how often, and on threads by whom first. With many rows there is little to save, and copies of large weights take
 * too much memory. A filter of a thin convolution is small and read in no other order, so its copy is always kept.
 */
final class PackedWeight {
    /** How many products move a weight themselves before it is packed. */
    private static final int FEW = 3;

    /** With so many rows a product spends 8 % of its time on moving the weight. */
    private static final long MOST_ROWS = 64;

    private static final long MOST_BYTES = 16L << 20;

    private final Map<Matrix, Uses> matrices = new ConcurrentHashMap<>();
    private final Map<Filter, Copy> filters = new ConcurrentHashMap<>();

    /** What part of a weight's memory a product reads, and how. */
    private record Matrix(long offset, long k, long n, long row, long column) {}

    /** What part of a weight's memory a convolution reads, and how. */
    private record Filter(long offset, ThinFilter order) {}

    /** Runs a thin convolution's kernel on a filter in another order, the copy being kept if the filter is a weight. */
    static void withFilter(ThinFilter order, Value filter, MemoryPool pool, LongConsumer kernel) {
        Storage storage = filter.storage();
        if (storage.isPermanent()) {
            PackedWeight weight = storage.companion(PackedWeight.class, PackedWeight::new);
            kernel.accept(weight.filter(order, filter, pool));
            return;
        }
        Storage copy = pool.allocate(order.bytes());
        try {
            order.write(filter.address(), copy.address());
            kernel.accept(copy.address());
        } finally {
            copy.release();
        }
    }

    private long filter(ThinFilter order, Value filter, MemoryPool pool) {
        Copy copy = filters.computeIfAbsent(
                new Filter(filter.layout().offset(), order), unseen -> new Copy(pool, order.bytes()));
        return copy.of(filter.storage().stamp(), to -> order.write(filter.address(), to));
    }

    /** {@return what is kept beside a product's right operand, or null if it is no weight, or not worthwhile} */
    static @Nullable PackedWeight of(Product product, Value right) {
        Storage storage = right.storage();
        boolean fits = storage.isPermanent()
                && product.batch() == 1
                && !product.adds()
                && product.m() <= MOST_ROWS
                && product.k() * product.n() * Float.BYTES <= MOST_BYTES;
        return fits ? storage.companion(PackedWeight.class, PackedWeight::new) : null;
    }

    /**
     * {@return the right operand in the order that the plan asks for, or 0 if this product should move it itself}
     *
     * @param plan asked only if the operand is packed
     */
    long find(Product product, Value right, MemoryPool pool, Planner plan) {
        Strides strides = product.right();
        Matrix matrix = new Matrix(right.layout().offset(), product.k(), product.n(), strides.row(), strides.column());
        Uses uses = matrices.computeIfAbsent(matrix, unseen -> new Uses());
        return uses.isWorthwhile(right.storage().stamp()) ? uses.packed(right, pool, plan.plan()) : 0;
    }

    /** Gives the calling thread's plan. */
    @FunctionalInterface
    interface Planner {
        PackedPlan plan();
    }

    /** How often a matrix was read as it is, and its copies. */
    private static final class Uses {
        private final Map<Integer, Copy> copies = new HashMap<>();
        private long stamp;
        private int before;
        private int now;

        /** Counts one more use of the contents that have this stamp. */
        synchronized boolean isWorthwhile(long current) {
            if (current != stamp) {
                stamp = current;
                before = now;
                now = 0;
            }
            now++;
            return now > FEW || before > FEW;
        }

        /** Moves the contents unless that was done; others who want the same copy wait for it. */
        synchronized long packed(Value right, MemoryPool pool, PackedPlan plan) {
            Copy copy = copies.computeIfAbsent(plan.order(), unseen -> new Copy(pool, plan.bytes()));
            return copy.of(stamp, to -> plan.pack(pool, right.address(), to));
        }
    }

    private static final class Copy {
        private final Storage storage;
        private long stamp = -1;

        Copy(MemoryPool pool, long bytes) {
            this.storage = pool.allocate(bytes).makePermanent();
        }

        /** {@return where the contents that have this stamp lie, written now unless that was done} */
        synchronized long of(long current, LongConsumer write) {
            if (stamp != current) {
                write.accept(storage.address());
                stamp = current;
            }
            return storage.address();
        }
    }
}
