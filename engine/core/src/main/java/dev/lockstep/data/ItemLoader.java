package dev.lockstep.data;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.tensor.Scope;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Joins samples to batches, epoch by epoch. Without a collation of one's own a batch has the form of a sample, see
 * {@link Collate}:
 *
 * <pre>{@code
 * record Pair(Tensor x, Tensor y) {}
 * for (Pair batch : ItemLoader.of(pairs, o -> o.batchSize(32).shuffle(true).workers(2))) { ... }
 * }</pre>
 *
 * Which samples a batch has, and in which order batches come, does not depend on the worker threads. Each turn of a
 * loop has a scope, in which the batch's tensors live. Loops over one loader belong to one thread.
 *
 * @param <B> a batch
 */
public final class ItemLoader<B> implements Iterable<B> {
    private final Source<B> source;
    private final DataLoader.Config config;
    private final AtomicReference<Cursor> cursor = new AtomicReference<>(Cursor.START);

    /** Where the work of an epoch comes from. */
    private interface Source<B> {
        Batches<Batches.Work<B>> work(Cursor start);
    }

    private ItemLoader(Source<B> source, DataLoader.Config config) {
        this.source = source;
        this.config = config;
    }

    /** Makes a loader whose batches have the form of a sample; by default batches of 1 in order of id. */
    public static <S> ItemLoader<S> of(ItemDataset<S> data, UnaryOperator<DataLoader.Config> options) {
        return of(data, Collate::stack, options);
    }

    /**
     * Makes a loader.
     *
     * @param collate joins the samples of a batch; called by several threads at once
     */
    public static <S, B> ItemLoader<B> of(
            ItemDataset<S> data, Function<List<S>, B> collate, UnaryOperator<DataLoader.Config> options) {
        DataLoader.Config config = options.apply(DataLoader.Config.DEFAULT);
        BatchSampler batches = config.batches(data.size());
        return new ItemLoader<>(start -> Batches.of(new ById<>(data, collate, batches, start)), config);
    }

    /** Makes a loader of a stream, whose batches have the form of a sample; by default batches of 1. */
    public static <S> ItemLoader<S> of(IterableDataset<S> data, UnaryOperator<DataLoader.Config> options) {
        return of(data, Collate::stack, options);
    }

    /**
     * Makes a loader of a stream.
     *
     * @param collate joins the samples of a batch; called by several threads at once
     * @throws IllegalArgumentException if the options ask for an order: a stream has its own
     */
    public static <S, B> ItemLoader<B> of(
            IterableDataset<S> data, Function<List<S>, B> collate, UnaryOperator<DataLoader.Config> options) {
        DataLoader.Config config = options.apply(DataLoader.Config.DEFAULT);
        if (config.shuffle() || config.sampler() != null || config.batchSampler() != null) {
            throw new IllegalArgumentException("item loader: a stream has an order of its own, shuffle it there");
        }
        return new ItemLoader<>(
                start -> new StreamWork<>(data.iterator(start.epoch()), collate, config, start), config);
    }

    /** {@return the options} */
    public DataLoader.Config config() {
        return config;
    }

    /** {@return where the newest loop is: the batch that it will take next} */
    public Cursor cursor() {
        return cursor.get();
    }

    /** Lets the next loop begin at a cursor. Returns this. */
    public ItemLoader<B> resume(Cursor place) {
        cursor.set(place);
        return this;
    }

    /** Starts a loop at the cursor; after a whole loop that is the next epoch's first batch. */
    @Override
    public Iterator<B> iterator() {
        Cursor start = cursor.get();
        Batches<B> batches = Batches.made(source.work(start), config.workers(), config.prefetch());
        return Abandoned.watch(new Turns<>(batches, taken -> cursor.set(start.after(taken))), batches);
    }

    /** Work by id, batch by batch. Confined to the loop's thread. */
    private static final class ById<S, B> implements Iterator<Batches.Work<B>> {
        private final ItemDataset<S> data;
        private final Function<List<S>, B> collate;
        private final BatchSampler batches;
        private final long epoch;
        private int next;

        ById(ItemDataset<S> data, Function<List<S>, B> collate, BatchSampler batches, Cursor start) {
            this.data = data;
            this.collate = collate;
            this.batches = batches;
            this.epoch = start.epoch();
            this.next = start.batch();
        }

        @Override
        public boolean hasNext() {
            return next < batches.batches(epoch);
        }

        @Override
        public Batches.Work<B> next() {
            if (!hasNext()) {
                throw new NoSuchElementException("item loader: the epoch is over");
            }
            long[] ids = batches.ids(epoch, next++);
            return () -> make(ids);
        }

        private B make(long[] ids) {
            try (var _ = GradMode.noGrad();
                    Scope scope = Scope.open("batch")) {
                List<S> samples = new ArrayList<>();
                for (long id : ids) {
                    samples.add(data.get(id, epoch));
                }
                return scope.escape(collate.apply(samples));
            }
        }
    }
}
