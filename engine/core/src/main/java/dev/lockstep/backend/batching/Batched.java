package dev.lockstep.backend.batching;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Update.CopyInto;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory of all lanes behind a value that has the shape of one. That value's storage stays pending for ever:
 * whoever asks for its contents asks for something that has no one answer. Either all lanes lie one after the other in
 * one block, or each has a value of its own; the latter become the former when somebody wants their rows. Confined to a
 * thread.
 */
public final class Batched implements Storage.Pending {
    private final Backend backend;
    private final int lanes;
    private final Layout lane;
    private @Nullable Value whole;
    private Value @Nullable [] apart;

    private Batched(Backend backend, int lanes, Layout lane, @Nullable Value whole, Value @Nullable [] apart) {
        this.backend = backend;
        this.lanes = lanes;
        this.lane = lane;
        this.whole = whole;
        this.apart = apart;
    }

    /**
     * Makes one value of the rows of all lanes.
     *
     * @param rows [lanes * N, ...], dense with its first axis outermost; this takes ownership
     * @return a value of shape [N, ...]; the caller owns it
     */
    public static Value ofRows(Backend backend, int lanes, Value rows) {
        Shape one = rows.shape().with(0, rows.shape().size(0) / lanes);
        Layout lane = Layout.of(one, rows.layout().strides(), 0);
        return new Batched(backend, lanes, lane, rows, null).value(rows);
    }

    /**
     * Makes one value of all lanes' values, which have one shape, dtype and strides, all dense.
     *
     * @param values one a lane; this takes ownership
     */
    public static Value of(Backend backend, List<Value> values) {
        Value first = values.getFirst();
        Layout lane = Layout.of(first.shape(), first.layout().strides(), 0);
        Value[] apart = values.toArray(Value[]::new);
        return new Batched(backend, apart.length, lane, null, apart).value(first);
    }

    /**
     * Makes one value of lanes in a first axis.
     *
     * @param all [lanes, ...], dense with its first axis outermost; this takes ownership
     * @return a value without that axis; the caller owns it
     */
    static Value ofLanes(Backend backend, int lanes, Value all) {
        long[] sizes = all.shape().toArray();
        long[] strides = all.layout().strides();
        Shape one = Shape.of(Arrays.copyOfRange(sizes, 1, sizes.length));
        Layout lane = Layout.of(one, Arrays.copyOfRange(strides, 1, strides.length), 0);
        return new Batched(backend, lanes, lane, all, null).value(all);
    }

    private Value value(Value like) {
        long bytes = elements() * like.dtype().sizeBytes();
        if (apart == null) {
            admit(bytes);
        }
        return new Value(backend.memory().pending(bytes, this), lane, like.dtype());
    }

    private void admit(long bytes) {
        try {
            Batching.admit(bytes);
        } catch (NotBatchable tooLarge) {
            discard();
            throw tooLarge;
        }
    }

    /** {@return the lanes behind a value, null where it is the same in all} */
    static @Nullable Batched behind(Value value) {
        return value.storage().pending().orElse(null) instanceof Batched batched ? batched : null;
    }

    /** {@return a lane's own value, or the value itself where all lanes share it; the caller owns it} */
    public static Value lane(Value value, int lane) {
        Batched batched = behind(value);
        return batched == null ? value.alias() : batched.lane(value.layout(), lane);
    }

    int lanes() {
        return lanes;
    }

    private long elements() {
        return lane.shape().elements();
    }

    /** {@return the part of a lane that a layout sees; the caller owns it} */
    Value lane(Layout seen, int number) {
        Value[] mine = apart;
        Value base = mine == null ? whole() : mine[number];
        long start = base.layout().offset() + (mine == null ? number * elements() : 0);
        return base.view(Layout.of(seen.shape(), seen.strides(), start + seen.offset()));
    }

    /** {@return what a layout sees of all lanes, with a first axis that counts them; the caller owns it} */
    Value all(Layout seen) {
        Shape shape = seen.shape();
        long[] sizes = new long[shape.rank() + 1];
        long[] strides = new long[sizes.length];
        sizes[0] = lanes;
        strides[0] = elements();
        System.arraycopy(shape.toArray(), 0, sizes, 1, shape.rank());
        System.arraycopy(seen.strides(), 0, strides, 1, shape.rank());
        Value block = joined();
        return block.view(Layout.of(Shape.of(sizes), strides, block.layout().offset() + seen.offset()));
    }

    /** {@return whether the rows of all lanes, as a layout sees them, are rows of one value} */
    boolean hasRows(Layout seen) {
        return seen.shape().rank() > 0 && seen.shape().size(0) * rowStride(seen) == elements();
    }

    /** {@return what a layout sees of all lanes, their rows in one first axis; the caller owns it} */
    Value rows(Layout seen) {
        long[] strides = seen.strides();
        strides[0] = rowStride(seen);
        Shape shape = seen.shape().with(0, lanes * seen.shape().size(0));
        Value block = joined();
        return block.view(Layout.of(shape, strides, block.layout().offset() + seen.offset()));
    }

    /** {@return how far a row is from the next; a lane's only one from the next lane's} */
    private long rowStride(Layout seen) {
        return seen.shape().size(0) == 1 ? elements() : seen.stride(0);
    }

    private Value whole() {
        Value block = whole;
        if (block == null) {
            throw new AssertionError("batched: the lanes of " + lane + " are neither together nor apart");
        }
        return block;
    }

    /** {@return the block in which all lanes lie, made first if need be} */
    private Value joined() {
        Value[] mine = apart;
        if (mine == null) {
            return whole();
        }
        long bytes = elements() * mine[0].dtype().sizeBytes();
        Batching.admit(bytes);
        Value block = new Value(backend.memory().allocate(lanes * bytes), lane, mine[0].dtype());
        for (int number = 0; number < lanes; number++) {
            try (Value place = block.view(Layout.of(lane.shape(), lane.strides(), number * elements()))) {
                backend.execute(new CopyInto(), place, mine[number]);
            }
            mine[number].close();
        }
        whole = block;
        apart = null;
        return block;
    }

    @Override
    public void compute() {
        throw Batching.refusal("the contents of a tensor " + lane.shape());
    }

    @Override
    public void computeBeforeWrite() {
        compute();
    }

    @Override
    public void discard() {
        if (apart == null) {
            whole().close();
        } else {
            Arrays.stream(apart).forEach(Value::close);
        }
    }

    @Override
    public void expect() {
        if (apart == null) {
            whole().storage().expectRead();
        } else {
            Arrays.stream(apart).forEach(value -> value.storage().expectRead());
        }
    }
}
