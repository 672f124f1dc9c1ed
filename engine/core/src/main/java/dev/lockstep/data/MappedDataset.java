package dev.lockstep.data;

import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** Applies a function to the rows of one column. */
record MappedDataset(Dataset source, int mapped, UnaryOperator<Tensor> function) implements Dataset {
    MappedDataset {
        Objects.checkIndex(mapped, source.columns());
    }

    @Override
    public long size() {
        return source.size();
    }

    @Override
    public int columns() {
        return source.columns();
    }

    @Override
    public Tensor column(int column, long[] ids, long epoch) {
        if (column != mapped) {
            return source.column(column, ids, epoch);
        }
        return Scope.tidy(() -> function.apply(source.column(column, ids, epoch)));
    }
}
