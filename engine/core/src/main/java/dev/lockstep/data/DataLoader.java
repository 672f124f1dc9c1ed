package dev.lockstep.data;

import java.util.AbstractList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a data set into batches, epoch by epoch: {@code DataLoader.of(data, o -> o.batchSize(64).shuffle(true))}.
 * {@link #epoch} is a function of its argument. A plain for-each loop runs the next epoch each time, and gives each
 * turn of the loop a scope of its own. With {@code o -> o.workers(2)} other threads make the tensors of the next
 * batches meanwhile, in the trainer's loop too; samples and their order do not depend on it.
 */
public final class DataLoader implements Iterable<Batch> {
    private static final int WORKERS_MAX = 256;
    private static final int PREFETCH_MAX = 10_000;

    private final Dataset dataset;
    private final Config config;
    /** Where the next loop begins. */
    private final AtomicReference<Cursor> cursor = new AtomicReference<>(Cursor.START);
    /** Where the newest loop is. */
    private final AtomicReference<Cursor> reached = new AtomicReference<>(Cursor.START);

    /**
     * The options.
     *
     * @param batchSize samples of a batch; in a training step, of the global batch
     * @param shuffle whether each epoch has an order of its own, else that of the ids
     * @param dropLast whether a last, smaller batch is left out
     * @param seed of the order
     * @param workers threads that make batches ahead of a loop; 0 makes them when they are asked for
     * @param prefetch how many batches the workers may be ahead, at least one each
     * @param sampler says which samples stand where, instead of {@code shuffle} and {@code seed}; null for those
     * @param batchSampler says which samples each batch has, instead of all that; null for it
     */
    public record Config(
            int batchSize,
            boolean shuffle,
            boolean dropLast,
            long seed,
            int workers,
            int prefetch,
            @Nullable Sampler sampler,
            @Nullable BatchSampler batchSampler) {
        static final Config DEFAULT = new Config(1, false, false, 0, 0, 2, null, null);

        /** Checks the numbers. */
        public Config {
            if (batchSize < 1) {
                throw new IllegalArgumentException(
                        "data loader: batch size is " + batchSize + ", it must be at least 1");
            }
            if (workers < 0 || workers > WORKERS_MAX || prefetch < 0 || prefetch > PREFETCH_MAX) {
                throw new IllegalArgumentException("data loader: " + workers + " workers, " + prefetch
                        + " batches ahead; from 0 to " + WORKERS_MAX + " and " + PREFETCH_MAX + " are taken");
            }
        }

        /** {@return these options with another batch size} */
        public Config batchSize(int samples) {
            return new Config(samples, shuffle, dropLast, seed, workers, prefetch, sampler, batchSampler);
        }

        /** {@return these options with another choice of shuffling} */
        public Config shuffle(boolean wanted) {
            return new Config(batchSize, wanted, dropLast, seed, workers, prefetch, sampler, batchSampler);
        }

        /** {@return these options with another choice for a smaller last batch} */
        public Config dropLast(boolean wanted) {
            return new Config(batchSize, shuffle, wanted, seed, workers, prefetch, sampler, batchSampler);
        }

        /** {@return these options with another seed} */
        public Config seed(long other) {
            return new Config(batchSize, shuffle, dropLast, other, workers, prefetch, sampler, batchSampler);
        }

        /** {@return these options with another number of worker threads} */
        public Config workers(int threads) {
            return new Config(batchSize, shuffle, dropLast, seed, threads, prefetch, sampler, batchSampler);
        }

        /** {@return these options with another number of batches ahead} */
        public Config prefetch(int batches) {
            return new Config(batchSize, shuffle, dropLast, seed, workers, batches, sampler, batchSampler);
        }

        /** {@return these options with a sampler} */
        public Config sampler(Sampler other) {
            return new Config(batchSize, shuffle, dropLast, seed, workers, prefetch, other, batchSampler);
        }

        /** {@return these options with a sampler of batches} */
        public Config batchSampler(BatchSampler other) {
            return new Config(batchSize, shuffle, dropLast, seed, workers, prefetch, sampler, other);
        }

        /** {@return which sample stands where, of a data set of some size} */
        Sampler order(long size) {
            if (sampler != null) {
                return sampler;
            }
            return shuffle ? Sampler.random(size, seed) : Sampler.sequential(size);
        }

        /** {@return which samples each batch has} */
        BatchSampler batches(long size) {
            return batchSampler != null ? batchSampler : BatchSampler.of(order(size), batchSize, dropLast);
        }
    }

    private DataLoader(Dataset dataset, Config config) {
        this.dataset = dataset;
        this.config = config;
    }

    /** Makes a loader; by default batches of 1 in order of id, seed 0. */
    public static DataLoader of(Dataset dataset, UnaryOperator<Config> options) {
        return new DataLoader(dataset, options.apply(Config.DEFAULT));
    }

    /** {@return the data set} */
    public Dataset dataset() {
        return dataset;
    }

    /** {@return the options} */
    public Config config() {
        return config;
    }

    /** {@return a loader of the same data with other options, counting its epochs from 0} */
    public DataLoader with(UnaryOperator<Config> options) {
        return new DataLoader(dataset, options.apply(config));
    }

    /** {@return how many batches an epoch has; with a sampler of batches, the first one} */
    public int batchesPerEpoch() {
        return config.batches(dataset.size()).batches(0);
    }

    /** {@return the batches of an epoch, counted from 0; any of them is found at once, none is held} */
    public List<Batch> epoch(long epoch) {
        BatchSampler chosen = config.batchSampler();
        if (chosen != null) {
            return new Chosen(epoch, chosen);
        }
        Sampler order = config.order(dataset.size());
        return new Cut(epoch, place -> order.at(epoch, place), order.size());
    }

    /**
     * Starts the next epoch, from 0, as often as this is called. Each turn of the loop has a scope, which ends with the
     * turn; what should live on is kept, see {@code Tensor.keep}. The scope of a turn left by {@code break} ends with
     * the scope around. Workers of a loop that was left end then too, or when the collector finds it.
     */
    @Override
    public Iterator<Batch> iterator() {
        Cursor start = cursor.getAndUpdate(before -> new Cursor(before.epoch() + 1, 0));
        Batches<Batch> batches = batches(start, batch -> batch::made);
        return Abandoned.watch(new Turns<>(batches, taken -> reached.set(start.after(taken))), batches);
    }

    /**
     * {@return an epoch's batches from a place on, for a loop that cuts each into slices itself} The workers of the
     * options make those slices ahead, and what {@link Batch#slice} gives for one has its rows at hand; other slices
     * make theirs when asked. Rows are the same either way. Neither begins nor moves the plain loops' cursor.
     *
     * @param slices says, on the loop's thread, which slices of a batch it will ask for
     */
    public MadeAhead epochAhead(Cursor start, Function<Batch, List<Batch>> slices) {
        return new MadeAhead(batches(start, batch -> {
            List<Batch> wanted = slices.apply(batch);
            return () -> batch.madeIn(wanted);
        }));
    }

    private Batches<Batch> batches(Cursor start, Function<Batch, Batches.Work<Batch>> work) {
        List<Batch> epoch = epoch(start.epoch());
        Iterator<Batch> rest = epoch.subList(Math.min(start.batch(), epoch.size()), epoch.size())
                .iterator();
        return config.workers() == 0
                ? Batches.of(rest)
                : Batches.made(Batches.of(mapped(rest, work)), config.workers(), config.prefetch());
    }

    private static <T> Iterator<T> mapped(Iterator<Batch> batches, Function<Batch, T> function) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return batches.hasNext();
            }

            @Override
            public T next() {
                return function.apply(batches.next());
            }
        };
    }

    /** {@return where the newest loop is: the batch that it will take next} */
    public Cursor cursor() {
        return reached.get();
    }

    /** Lets the next loop begin at a cursor. Returns this. */
    public DataLoader resume(Cursor place) {
        cursor.set(place);
        reached.set(place);
        return this;
    }

    /** Batches of neighbouring places. */
    private final class Cut extends AbstractList<Batch> implements RandomAccess {
        private final long epoch;
        private final Batch.Order order;
        private final long places;

        Cut(long epoch, Batch.Order order, long places) {
            this.epoch = epoch;
            this.order = order;
            this.places = places;
        }

        @Override
        public Batch get(int index) {
            long from = (long) Objects.checkIndex(index, size()) * config.batchSize();
            int count = (int) Math.min(config.batchSize(), places - from);
            return new Batch(dataset, order, epoch, from, count);
        }

        @Override
        public int size() {
            return batchesPerEpoch();
        }
    }

    /** Batches that a sampler has chosen. */
    private final class Chosen extends AbstractList<Batch> implements RandomAccess {
        private final long epoch;
        private final BatchSampler sampler;

        Chosen(long epoch, BatchSampler sampler) {
            this.epoch = epoch;
            this.sampler = sampler;
        }

        @Override
        public Batch get(int index) {
            long[] ids = sampler.ids(epoch, Objects.checkIndex(index, size()));
            return new Batch(dataset, place -> ids[(int) place], epoch, 0, ids.length);
        }

        @Override
        public int size() {
            return sampler.batches(epoch);
        }
    }
}
