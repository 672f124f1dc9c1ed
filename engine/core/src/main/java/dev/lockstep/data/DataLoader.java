package dev.lockstep.data;

import dev.lockstep.tensor.Scope;
import java.util.AbstractList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a data set into batches, epoch by epoch: {@code DataLoader.of(data, o -> o.batchSize(64).shuffle(true))}.
 * {@link #epoch} is a function of its argument. A plain for-each loop runs the next epoch each time, and gives each
 * turn of the loop a scope of its own.
 */
public final class DataLoader implements Iterable<Batch> {
    private final Dataset dataset;
    private final Config config;
    private final AtomicLong nextEpoch = new AtomicLong();

    /**
     * The options.
     *
     * @param batchSize samples of a batch; in a training step, of the global batch
     * @param shuffle whether each epoch has an order of its own, else that of the ids
     * @param dropLast whether a last, smaller batch is left out
     * @param seed of the order
     */
    public record Config(int batchSize, boolean shuffle, boolean dropLast, long seed) {
        /** Checks the size. */
        public Config {
            if (batchSize < 1) {
                throw new IllegalArgumentException(
                        "data loader: batch size is " + batchSize + ", it must be at least 1");
            }
        }

        /** {@return these options with another batch size} */
        public Config batchSize(int samples) {
            return new Config(samples, shuffle, dropLast, seed);
        }

        /** {@return these options with another choice of shuffling} */
        public Config shuffle(boolean wanted) {
            return new Config(batchSize, wanted, dropLast, seed);
        }

        /** {@return these options with another choice for a smaller last batch} */
        public Config dropLast(boolean wanted) {
            return new Config(batchSize, shuffle, wanted, seed);
        }

        /** {@return these options with another seed} */
        public Config seed(long other) {
            return new Config(batchSize, shuffle, dropLast, other);
        }
    }

    private DataLoader(Dataset dataset, Config config) {
        this.dataset = dataset;
        this.config = config;
    }

    /** Makes a loader; by default batches of 1 in order of id, seed 0. */
    public static DataLoader of(Dataset dataset, UnaryOperator<Config> options) {
        return new DataLoader(dataset, options.apply(new Config(1, false, false, 0)));
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

    /** {@return how many batches an epoch has} */
    public int batchesPerEpoch() {
        long size = dataset.size();
        long batches = config.dropLast() ? size / config.batchSize() : Math.ceilDiv(size, (long) config.batchSize());
        return Math.toIntExact(batches);
    }

    /** {@return the batches of an epoch, counted from 0; any of them is found at once, none is held} */
    public List<Batch> epoch(long epoch) {
        SampleOrder shuffled = new SampleOrder(config.seed(), epoch, dataset.size());
        return new Epoch(epoch, config.shuffle() ? shuffled::at : place -> place);
    }

    /**
     * Starts the next epoch, from 0, as often as this is called. Each turn of the loop has a scope, which ends with the
     * turn; what should live on is kept, see {@code Tensor.keep}. The scope of a turn left by {@code break} ends with
     * the scope around.
     */
    @Override
    public Iterator<Batch> iterator() {
        return new Turns(epoch(nextEpoch.getAndIncrement()).iterator());
    }

    private final class Epoch extends AbstractList<Batch> implements RandomAccess {
        private final long epoch;
        private final Batch.Order order;

        Epoch(long epoch, Batch.Order order) {
            this.epoch = epoch;
            this.order = order;
        }

        @Override
        public Batch get(int index) {
            long from = (long) Objects.checkIndex(index, size()) * config.batchSize();
            int count = (int) Math.min(config.batchSize(), dataset.size() - from);
            return new Batch(dataset, order, epoch, from, count);
        }

        @Override
        public int size() {
            return batchesPerEpoch();
        }
    }

    /** Opens a scope for each turn of a loop and closes the one before. */
    private static final class Turns implements Iterator<Batch> {
        private final Iterator<Batch> batches;
        private @Nullable Scope turn;

        Turns(Iterator<Batch> batches) {
            this.batches = batches;
        }

        @Override
        public boolean hasNext() {
            endTurn();
            return batches.hasNext();
        }

        @Override
        public Batch next() {
            endTurn();
            if (!batches.hasNext()) {
                throw new NoSuchElementException("data loader: the epoch is over");
            }
            turn = Scope.openTurn("data loader iteration");
            return batches.next();
        }

        private void endTurn() {
            if (turn != null) {
                turn.close();
                turn = null;
            }
        }
    }
}
