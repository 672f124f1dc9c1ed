package dev.lockstep.train;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Contraction;
import dev.lockstep.backend.op.Update;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.SumTree;
import dev.lockstep.layout.VirtualRanks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The sum of one tensor over the virtual ranks of a node of the {@link SumTree}, which contribute one after the other.
 * Owns what it holds. Confined to its thread.
 *
 * <p>Note [Products that wait]: a weight's gradient from few rows costs more memory traffic than arithmetic if each
 * virtual rank writes it and reads it again to add the next one's. So its factors, which are small, wait until all of
 * the node are there, and one {@link Contraction.ProductSum} writes the sum once. Its bits are those of products that
 * are computed and added one by one, so when they wait is a matter of memory alone: while all factors of the node take
 * no more of it than the gradient.
 */
final class TensorSum implements AutoCloseable {
    private final VirtualRanks node;
    private final Backend backend;
    private final Supplier<Optional<Value>> place;
    private final List<@Nullable Value> sums = new ArrayList<>(); // Of complete nodes, whose siblings are to come.
    private final List<Value> factors = new ArrayList<>(); // That wait: left and right of each virtual rank.
    private int next;

    /**
     * Makes a sum of nothing.
     *
     * @param place where it is best written if it begins with a product of F32, asked once at most
     */
    TensorSum(VirtualRanks node, Backend backend, Supplier<Optional<Value>> place) {
        this.node = node;
        this.backend = backend;
        this.place = place;
        this.next = node.from();
    }

    /** {@return the virtual rank whose contribution is to come} */
    int next() {
        return next;
    }

    /** Takes over what the next virtual rank contributes; null if nothing. */
    void add(@Nullable Value value) {
        computeWaiting();
        merge(value, SumTree.completedBy(next, node));
    }

    /** Adds the product that is the next virtual rank's contribution. The factors stay the caller's. */
    void add(Value left, Value right) {
        if (mayWait(left, right)) {
            keep(left);
            keep(right);
            next++;
            if (next == node.to()) {
                sums.add(begun(factors.toArray(Value[]::new)));
                closeFactors();
            }
        } else {
            computeWaiting();
            addProduct(left, right);
        }
    }

    /** {@return the sum of all, owned by the caller, or null if nobody contributed} */
    @Nullable
    Value take() {
        if (next != node.to()) {
            throw new AssertionError("virtual rank " + next + " of " + node + " has not contributed");
        }
        return sums.removeLast();
    }

    /** See Note [Products that wait]. */
    private boolean mayWait(Value left, Value right) {
        boolean allWait = factors.size() == 2 * (next - node.from());
        long ofOne = left.shape().elements() + right.shape().elements();
        long gradient = left.shape().size(0) * right.shape().size(1);
        return allWait && node.count() > 1 && node.count() * ofOne <= gradient;
    }

    private void keep(Value factor) {
        factor.storage().compute();
        factors.add(factor.alias());
    }

    /** Computes the products that wait: not all of the node come as such. */
    private void computeWaiting() {
        next -= factors.size() / 2;
        for (int i = 0; i < factors.size(); i += 2) {
            addProduct(factors.get(i), factors.get(i + 1));
        }
        closeFactors();
    }

    private void addProduct(Value left, Value right) {
        int completed = SumTree.completedBy(next, node);
        Value before = completed > 0 ? sums.getLast() : null;
        if (next == node.from()) {
            merge(begun(left, right), completed);
        } else if (before != null
                && before.dtype() == DType.F32
                && before.storage().isExclusive()) {
            backend.execute(new Update.AddMatmulInto(), before, left, right);
            merge(sums.removeLast(), completed - 1);
        } else {
            merge(backend.execute(new Contraction.Matmul(), left, right)[0], completed);
        }
    }

    /** {@return the sum of the first products, where it is wanted} */
    private Value begun(Value... factors) {
        Optional<Value> wanted = factors[0].dtype() == DType.F32 ? place.get() : Optional.empty();
        if (wanted.isEmpty()) {
            boolean one = factors.length == 2;
            return backend.execute(one ? new Contraction.Matmul() : new Contraction.ProductSum(), factors)[0];
        }
        Value sum = wanted.get();
        Value[] inputs = Stream.concat(Stream.of(sum), Arrays.stream(factors)).toArray(Value[]::new);
        backend.execute(new Update.ProductSumInto(), inputs);
        return sum;
    }

    private void merge(@Nullable Value value, int siblings) {
        Value sum = value;
        for (int i = 0; i < siblings; i++) {
            sum = plus(sums.removeLast(), sum);
        }
        sums.add(sum);
        next++;
    }

    private @Nullable Value plus(@Nullable Value left, @Nullable Value right) {
        try (left;
                right) {
            return Addition.of(backend, left, right);
        }
    }

    private void closeFactors() {
        factors.forEach(Value::close);
        factors.clear();
    }

    @Override
    public void close() {
        closeFactors();
        for (Value sum : sums) {
            if (sum != null) {
                sum.close();
            }
        }
        sums.clear();
    }
}
