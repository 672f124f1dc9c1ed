package dev.lockstep.data;

import dev.lockstep.tensor.Tensor;
import java.util.Arrays;
import java.util.Objects;

/** A range of another data set's samples. */
record Subset(Dataset source, long from, long to) implements Dataset {
    Subset {
        Objects.checkFromToIndex(from, to, source.size());
    }

    @Override
    public long size() {
        return to - from;
    }

    @Override
    public int columns() {
        return source.columns();
    }

    @Override
    public Tensor column(int column, long[] ids, long epoch) {
        long[] moved = Arrays.stream(ids)
                .map(id -> from + Objects.checkIndex(id, size()))
                .toArray();
        return source.column(column, moved, epoch);
    }
}
