package dev.lockstep.data;

import dev.lockstep.autograd.GradMode;
import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.List;
import java.util.Objects;

/**
 * Holds samples in tensors whose first axis counts them. The tensors become permanent: they live as long as the data
 * set is reachable, whatever scope they were made in.
 */
public final class TensorDataset implements Dataset {
    private final List<Tensor> columns;
    private final long size;

    /**
     * Makes a data set of columns of equal first size.
     *
     * @throws IllegalArgumentException if there is none, or their first sizes differ
     */
    public TensorDataset(Tensor... columns) {
        this.columns = List.of(columns);
        if (columns.length == 0 || columns[0].rank() == 0) {
            throw new IllegalArgumentException("data set: at least one column with a first axis is needed");
        }
        this.size = columns[0].size(0);
        for (Tensor column : columns) {
            if (column.rank() == 0 || column.size(0) != size) {
                throw new IllegalArgumentException("data set: columns " + columns[0].shape() + " and " + column.shape()
                        + " differ in their first size");
            }
            column.asBuffer();
        }
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int columns() {
        return columns.size();
    }

    @Override
    public boolean keepsRowsApart() {
        return true;
    }

    @Override
    public Tensor column(int column, long[] ids, long epoch) {
        Tensor values = columns.get(Objects.checkIndex(column, columns.size()));
        for (long id : ids) {
            Objects.checkIndex(id, size);
        }
        try (var _ = GradMode.noGrad();
                Scope scope = Scope.open("rows")) {
            if (ids.length == 0) {
                return scope.escape(values.narrow(0, 0, 0));
            }
            return scope.escape(values.indexSelect(0, Tensors.of(ids, ids.length)));
        }
    }
}
