package dev.lockstep.backend.fusion;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Pointwise;
import dev.lockstep.device.Storage;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One pointwise op that was put off: it holds its inputs until its result is computed or given up. Made by one thread;
 * computed by whoever asks first, under that thread's lock.
 */
final class Deferred implements Storage.Pending {
    private final Backend backend;
    private final ReentrantLock lock;
    private final Pointwise op;
    private final List<Value> inputs;
    private final Layout layout;
    private final Storage storage;
    private final int links;
    private int consumers;
    private volatile boolean expected;

    /**
     * Puts an op off.
     *
     * @param whole the layout of the result, but for its offset
     * @param inputs what the op reads; this takes ownership
     */
    Deferred(Backend backend, ReentrantLock lock, Pointwise op, Layout whole, List<Value> inputs) {
        this.backend = backend;
        this.lock = lock;
        this.op = op;
        this.inputs = inputs;
        this.layout = Layout.of(whole.shape(), whole.strides(), 0);
        this.storage = backend.memory().pending(layout.shape().elements() * Float.BYTES, this);
        int count = 1;
        for (Value input : this.inputs) {
            Optional<Deferred> before = of(input);
            count += before.map(Deferred::links).orElse(0);
            before.ifPresent(work -> work.consumers++);
        }
        this.links = count;
        this.inputs.forEach(input -> input.storage().addReader(this));
    }

    boolean isPending() {
        return storage.pending().isPresent();
    }

    /** {@return the op whose result a value is as a whole, if that is still put off} */
    static Optional<Deferred> of(Value value) {
        return value.storage()
                .pending()
                .filter(Deferred.class::isInstance)
                .map(Deferred.class::cast)
                .filter(work -> work.layout.equals(value.layout()));
    }

    /** {@return the result, pending; the caller owns it} */
    Value result() {
        return new Value(storage, layout, DType.F32);
    }

    Pointwise op() {
        return op;
    }

    List<Value> inputs() {
        return inputs;
    }

    /** {@return how many ops are put off together with this one, itself included} */
    int links() {
        return links;
    }

    boolean isUnder(ReentrantLock otherLock) {
        return lock.equals(otherLock);
    }

    /**
     * {@return whether the result should be written when a chain passes through: somebody besides that chain will ask}
     */
    boolean isWanted() {
        return expected || consumers > 1;
    }

    @Override
    public void expect() {
        expected = true;
    }

    @Override
    public void compute() {
        lock.lock();
        try {
            if (isPending()) {
                Chain.ending(this).run(backend);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Chains only read what they take: while this thread runs one, nothing is about to be written. */
    @Override
    public void computeBeforeWrite() {
        if (!lock.isHeldByCurrentThread()) {
            compute();
        }
    }

    /** Takes over the memory of the computed result. */
    void complete(Value computed) {
        if (!computed.layout().equals(layout)) {
            throw new AssertionError(op + " gave " + computed.layout() + ", not " + layout);
        }
        storage.fill(computed.storage());
        discard();
    }

    @Override
    public void discard() {
        for (Value input : inputs) {
            input.storage().removeReader(this);
            input.close();
        }
    }
}
