package dev.lockstep.backend.batching;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Elementwise.Copy;
import dev.lockstep.backend.op.Elementwise.Normalize;
import dev.lockstep.backend.op.Op;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The ways in which an op runs for all lanes. Each takes and gives values of the shape of one lane.
 *
 * @param backend runs what all lanes' values or rows are given to
 * @param count of the lanes
 */
record Lanes(Backend backend, int count) {
    static final Copy COPY = new Copy(Copy.Order.CONTIGUOUS);
    private static final Copy CHANNELS_LAST = new Copy(Copy.Order.CHANNELS_LAST);

    /** What is the same in all lanes is repeated for each as long as it has no more elements than this. */
    private static final long MOST_REPEATED = 4096;

    /** {@return the inputs as one lane has them; the caller owns them} */
    static Value[] of(int lane, Value... inputs) {
        Value[] mine = new Value[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            mine[i] = Batched.lane(inputs[i], lane);
        }
        return mine;
    }

    static void close(@Nullable Value... values) {
        for (Value value : values) {
            if (value != null) {
                value.close();
            }
        }
    }

    /** Executes an op once a lane. */
    Value[] oneByOne(Op op, Value... inputs) {
        List<Value[]> outputs = new ArrayList<>();
        try {
            for (int lane = 0; lane < count; lane++) {
                Value[] mine = of(lane, inputs);
                try {
                    outputs.add(backend.execute(LaneKeys.of(op, lane), mine));
                } finally {
                    close(mine);
                }
            }
            Value[] joined = new Value[outputs.getFirst().length];
            for (int i = 0; i < joined.length; i++) {
                joined[i] = join(outputs, i);
            }
            return joined;
        } catch (RuntimeException | Error failure) {
            outputs.forEach(Lanes::close);
            throw failure;
        }
    }

    private Value join(List<Value[]> outputs, int output) {
        Layout first = outputs.getFirst()[output].layout();
        boolean alike = first.isDense()
                && outputs.stream().allMatch(lane -> lane[output].layout().hasStridesOf(first));
        return Batched.of(
                backend,
                outputs.stream()
                        .map(lane -> alike ? lane[output] : contiguous(lane[output]))
                        .toList());
    }

    /** Replaces a value by a copy in C order. */
    private Value contiguous(Value value) {
        try (value) {
            return backend.execute(COPY, value)[0];
        }
    }

    /** Executes an op on the rows of all lanes, or returns null where its inputs do not have them. */
    Value @Nullable [] onRows(BatchingRules rule, Value... inputs) {
        @Nullable Value[] given = new Value[inputs.length];
        try {
            for (int i = 0; i < inputs.length; i++) {
                given[i] = rule.rows().get(i) ? rows(inputs[i]) : shared(inputs[i]);
                if (given[i] == null) {
                    return null;
                }
            }
            return whole(backend.execute(rule.op(), nonNull(given)));
        } finally {
            close(given);
        }
    }

    private static Value[] nonNull(@Nullable Value[] values) {
        Value[] all = new Value[values.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = Objects.requireNonNull(values[i]);
        }
        return all;
    }

    private static @Nullable Value shared(Value value) {
        return Batched.behind(value) == null ? value.alias() : null;
    }

    /** {@return the rows of all lanes, copied if they lie in no order that one value can have} */
    private @Nullable Value rows(Value value) {
        Batched batched = Batched.behind(value);
        if (value.shape().rank() == 0) {
            return null;
        }
        if (batched == null) {
            return repeated(value);
        }
        if (batched.hasRows(value.layout())) {
            return batched.rows(value.layout());
        }
        try (Value all = batched.all(value.layout())) {
            return asRows(backend.execute(COPY, all)[0]);
        }
    }

    private @Nullable Value repeated(Value value) {
        if (value.shape().elements() > MOST_REPEATED) {
            return null;
        }
        long[] sizes = new long[value.shape().rank() + 1];
        sizes[0] = count;
        System.arraycopy(value.shape().toArray(), 0, sizes, 1, sizes.length - 1);
        try (Value wide = value.view(value.layout().expand(Shape.of(sizes)))) {
            return asRows(backend.execute(COPY, wide)[0]);
        }
    }

    /** Sees [lanes, N, ...] in C order as [lanes * N, ...]. */
    private static Value asRows(Value all) {
        try (all) {
            long[] sizes = new long[all.shape().rank() - 1];
            System.arraycopy(all.shape().toArray(), 1, sizes, 0, sizes.length);
            sizes[0] *= all.shape().size(0);
            return all.view(all.layout().reshape(Shape.of(sizes)).orElseThrow());
        }
    }

    /** Makes outputs of the rows of all lanes into values of the shape of one. */
    private Value[] whole(Value... outputs) {
        Value[] mine = new Value[outputs.length];
        for (int i = 0; i < mine.length; i++) {
            mine[i] = Batched.ofRows(backend, count, laneByLane(outputs[i]));
        }
        return mine;
    }

    /** {@return a value whose lanes, equal parts of its first axis, lie one after the other} */
    private Value laneByLane(Value value) {
        long rows = value.shape().size(0) / count;
        boolean follow = value.layout().isDense()
                && rows * value.layout().stride(0) * count == value.shape().elements();
        return follow ? value : contiguous(value);
    }

    /**
     * Executes an elementwise op on all lanes, or returns null where it knows its axes by their place. Inputs that are
     * rows and broadcast as they do in one lane stay rows; else the lanes become an axis.
     */
    Value @Nullable [] elementwise(Elementwise op, Value... inputs) {
        int rank = 0;
        for (Value input : inputs) {
            rank = Math.max(rank, input.shape().rank());
        }
        boolean asRows = rank > 0 && areRows(rank, inputs);
        if (op instanceof Normalize || (!asRows && op.equals(CHANNELS_LAST))) {
            return null;
        }
        Value[] given = new Value[inputs.length];
        try {
            for (int i = 0; i < inputs.length; i++) {
                given[i] = asRows ? rowsOrShared(inputs[i]) : allOrShared(inputs[i], rank);
            }
            Value whole = laneByLane(backend.execute(op, given)[0]);
            return new Value[] {asRows ? Batched.ofRows(backend, count, whole) : Batched.ofLanes(backend, count, whole)
            };
        } finally {
            close(given);
        }
    }

    private static boolean areRows(int rank, Value... inputs) {
        long rows = 1;
        for (Value input : inputs) {
            rows = input.shape().rank() == rank ? Math.max(rows, input.shape().size(0)) : rows;
        }
        for (Value input : inputs) {
            Batched batched = Batched.behind(input);
            boolean isLong = input.shape().rank() == rank;
            boolean fits = batched == null
                    ? !isLong || input.shape().size(0) == 1
                    : isLong && input.shape().size(0) == rows && batched.hasRows(input.layout());
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private static Value rowsOrShared(Value value) {
        Batched batched = Batched.behind(value);
        return batched == null ? value.alias() : batched.rows(value.layout());
    }

    /** {@return a value with an axis of lanes before as many axes as the op's longest input has} */
    private static Value allOrShared(Value value, int rank) {
        Batched batched = Batched.behind(value);
        if (batched == null) {
            return value.alias();
        }
        long[] sizes = new long[rank];
        Arrays.fill(sizes, 1);
        int missing = rank - value.shape().rank();
        System.arraycopy(value.shape().toArray(), 0, sizes, missing, rank - missing);
        return batched.all(value.layout().expand(Shape.of(sizes)));
    }
}
