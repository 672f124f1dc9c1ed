package dev.lockstep.backend.fusion;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.BackendDecorator;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Elementwise.Copy;
import dev.lockstep.backend.op.Elementwise.Normalize;
import dev.lockstep.backend.op.Normalization.BatchNorm;
import dev.lockstep.backend.op.Normalization.BatchStatistics;
import dev.lockstep.backend.op.Op;
import dev.lockstep.backend.op.Pointwise;
import dev.lockstep.backend.op.Update;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Puts pointwise f32 ops off until their results are read, and then runs each chain as one
 * {@link dev.lockstep.backend.op.Fused} op of the device's backend. A batch norm's last step is put off, too, so that
 * what follows it joins. A decorator, directly above that backend; the bits are those of the ops one by one.
 * Thread-safe; what a thread has put off is computed under a lock of its own when another one asks.
 *
 * <p>An op that writes in place first has everything computed that reads what it will write. Parameters are not read by
 * what is put off, since other threads may update them; rows of a few are copied.
 */
public final class FusingBackend extends BackendDecorator {
    private static final Copy COPY = new Copy(Copy.Order.CONTIGUOUS);
    private static final Normalize NORMALIZE = new Normalize();

    /** The most ops that are put off together. */
    private static final int MOST_LINKS = 16;

    private final Fusible fusible;
    private final ThreadLocal<ReentrantLock> locks = ThreadLocal.withInitial(ReentrantLock::new);

    /** Decorates a device's backend, which is asked what it can fuse. */
    public FusingBackend(Backend below) {
        super(below);
        this.fusible = new Fusible(below);
    }

    @Override
    public Value[] execute(Op op, Value... inputs) {
        if (op instanceof Update) {
            for (Value input : inputs) {
                input.storage().computeReaders();
            }
        } else if (op instanceof Pointwise pointwise) {
            Layout whole = fusible.whole(pointwise, inputs);
            if (whole != null) {
                return new Value[] {defer(pointwise, whole, inputs)};
            }
        } else if (op instanceof BatchNorm norm) {
            Value @Nullable [] outputs = normalizeLater(norm, inputs);
            if (outputs != null) {
                return outputs;
            }
        }
        return below().execute(op, inputs);
    }

    private Value defer(Pointwise op, Layout whole, Value... inputs) {
        ReentrantLock lock = locks.get();
        int links = 1;
        for (Value input : inputs) {
            links += Deferred.of(input).map(Deferred::links).orElse(0);
        }
        for (Value input : inputs) {
            boolean joins =
                    Deferred.of(input).filter(work -> work.isUnder(lock)).isPresent();
            if (!joins || links > MOST_LINKS) {
                input.storage().compute();
            }
        }
        List<Value> kept = Stream.of(inputs).map(this::keep).toList();
        return new Deferred(below(), lock, op, whole, kept).result();
    }

    /** {@return an input that stays as it is: of a parameter, which is a row then, a copy} */
    private Value keep(Value input) {
        return input.storage().isPermanent() ? below().execute(COPY, input)[0] : input.alias();
    }

    /** Finds the statistics now and puts the rest off, or returns null where that cannot join a chain. */
    private Value @Nullable [] normalizeLater(BatchNorm op, Value... in) {
        if (in.length != 3 || in[0].shape().rank() < 2) {
            return null;
        }
        Optional<Layout> weight = perChannel(in[0], in[1].layout());
        Optional<Layout> bias = perChannel(in[0], in[2].layout());
        if (weight.isEmpty() || bias.isEmpty()) {
            return null;
        }
        try (Value weights = in[1].view(weight.get());
                Value biases = in[2].view(bias.get())) {
            Layout whole = fusible.whole(NORMALIZE, in[0], weights, weights, weights, biases);
            if (whole == null) {
                return null;
            }
            Value[] found = execute(new BatchStatistics(op.eps()), in[0]);
            Layout statistic = Layout.contiguous(weights.shape());
            try (Value mean = found[0].view(statistic);
                    Value rstd = found[2].view(statistic)) {
                Value y = defer(NORMALIZE, whole, in[0], mean, rstd, weights, biases);
                return new Value[] {y, found[0], found[1], found[2]};
            }
        }
    }

    /** {@return a vector of a number a channel, [C], seen as [1, C, 1, ...] of the rank of x, if it is one} */
    private static Optional<Layout> perChannel(Value x, Layout vector) {
        if (!vector.shape().equals(Shape.of(x.shape().size(1)))) {
            return Optional.empty();
        }
        long[] sizes = new long[x.shape().rank()];
        Arrays.fill(sizes, 1);
        sizes[1] = vector.shape().elements();
        return vector.reshape(Shape.of(sizes));
    }
}
