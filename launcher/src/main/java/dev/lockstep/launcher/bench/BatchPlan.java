package dev.lockstep.launcher.bench;

import dev.lockstep.data.Batch;
import dev.lockstep.data.Dataset;
import dev.lockstep.launcher.ExitCode;
import dev.lockstep.launcher.LaunchException;
import dev.lockstep.tensor.Tensor;

/**
 * Which rows a step trains on: an order over a data set, epoch after epoch, cut into batches; rows left over at the end
 * of an epoch are skipped, and after the last epoch the first comes again. Immutable.
 */
final class BatchPlan {
    private final int[] order;
    private final int epochs;
    private final Dataset ordered;

    /**
     * Makes a plan.
     *
     * @param dataset the rows
     * @param order ids of the data set, all epochs one after the other
     * @param epochs how many epochs the order has
     */
    BatchPlan(Dataset dataset, int[] order, int epochs) {
        this.order = order.clone();
        this.epochs = epochs;
        this.ordered = new Ordered(dataset);
    }

    /** Takes the rows of a data set as they stand, again and again. */
    static BatchPlan inOrder(Dataset dataset) {
        int[] order = new int[Math.toIntExact(dataset.size())];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        return new BatchPlan(dataset, order, 1);
    }

    /** {@return the batch of a step, counted from 0} */
    Batch at(long step, int rows) {
        long rowsPerEpoch = order.length / epochs;
        long batches = rowsPerEpoch / rows;
        if (batches == 0) {
            throw new LaunchException(
                    ExitCode.USAGE, "--batch is " + rows + " but an epoch of this data has " + rowsPerEpoch + " rows");
        }
        long epoch = step / batches % epochs;
        long from = epoch * rowsPerEpoch + step % batches * rows;
        return Batch.of(ordered, from, from + rows);
    }

    /** The rows in the order of the plan. */
    private final class Ordered implements Dataset {
        private final Dataset inner;

        Ordered(Dataset inner) {
            this.inner = inner;
        }

        @Override
        public long size() {
            return order.length;
        }

        @Override
        public int columns() {
            return inner.columns();
        }

        @Override
        public boolean keepsRowsApart() {
            return inner.keepsRowsApart();
        }

        @Override
        public Tensor column(int column, long[] ids, long epoch) {
            long[] rows = new long[ids.length];
            for (int i = 0; i < ids.length; i++) {
                rows[i] = order[Math.toIntExact(ids[i])];
            }
            return inner.column(column, rows, epoch);
        }
    }
}
