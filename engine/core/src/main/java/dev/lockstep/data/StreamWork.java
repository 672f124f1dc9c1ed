package dev.lockstep.data;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorTree;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;

/**
 * Cuts a stream of samples into the work of batches. The stream is read by the loop's thread alone; only joining is
 * left to the workers.
 *
 * @param <S> a sample
 * @param <B> a batch
 */
final class StreamWork<S, B> implements Batches<Batches.Work<B>> {
    private final Iterator<S> samples;
    private final Function<List<S>, B> collate;
    private final DataLoader.Config config;
    private List<S> next = List.of();

    StreamWork(Iterator<S> samples, Function<List<S>, B> collate, DataLoader.Config config, Cursor start) {
        this.samples = samples;
        this.collate = collate;
        this.config = config;
        for (int skipped = 0; skipped < start.batch() && hasNext(); skipped++) {
            next.forEach(sample -> close(sample, new IdentityHashMap<>()));
            next = List.of();
        }
    }

    @Override
    public boolean hasNext() {
        if (next.isEmpty()) {
            next = read();
        }
        return !next.isEmpty();
    }

    private List<S> read() {
        List<S> read = new ArrayList<>();
        while (read.size() < config.batchSize() && samples.hasNext()) {
            read.add(Scope.outside(samples::next));
        }
        if (config.dropLast() && read.size() < config.batchSize()) {
            read.forEach(sample -> close(sample, new IdentityHashMap<>()));
            return List.of();
        }
        return read;
    }

    @Override
    public Batches.Work<B> next() {
        if (!hasNext()) {
            throw new NoSuchElementException("item loader: the epoch is over");
        }
        List<S> taken = next;
        next = List.of();
        return () -> join(taken);
    }

    private B join(List<S> taken) {
        IdentityHashMap<Tensor, Boolean> kept = new IdentityHashMap<>();
        try (var _ = GradMode.noGrad();
                Scope scope = Scope.open("batch")) {
            B batch = scope.escape(collate.apply(taken));
            TensorTree.forEach(batch, tensor -> kept.put(tensor, true));
            return batch;
        } finally {
            taken.forEach(sample -> close(sample, kept));
        }
    }

    private static void close(Object sample, IdentityHashMap<Tensor, Boolean> kept) {
        TensorTree.forEach(sample, tensor -> {
            if (!tensor.isParameter() && !kept.containsKey(tensor)) {
                tensor.close();
            }
        });
    }

    @Override
    public void close() {
        next.forEach(sample -> close(sample, new IdentityHashMap<>()));
        next = List.of();
        if (samples instanceof Closeable open) {
            try {
                open.close();
            } catch (IOException failure) {
                throw new UncheckedIOException("item loader: the stream cannot be closed", failure);
            }
        }
    }
}
