package dev.lockstep.data;

import dev.lockstep.tensor.Tensor;
import java.util.Objects;
import java.util.function.LongUnaryOperator;

/** Some samples of another data set: {@code ids} says which one stands under each id from 0. */
record ChosenDataset(Dataset source, long size, LongUnaryOperator ids) implements Dataset {
    @Override
    public int columns() {
        return source.columns();
    }

    @Override
    public boolean keepsRowsApart() {
        return source.keepsRowsApart();
    }

    @Override
    public Tensor column(int column, long[] wanted, long epoch) {
        long[] moved = new long[wanted.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = ids.applyAsLong(Objects.checkIndex(wanted[i], size));
        }
        return source.column(column, moved, epoch);
    }
}
