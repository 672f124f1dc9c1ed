package dev.lockstep.data;

import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Several data sets one after the other. */
final class ConcatDataset implements Dataset {
    private final List<Dataset> parts;
    private final long[] ends;

    ConcatDataset(List<Dataset> parts) {
        this.parts = List.copyOf(parts);
        this.ends = new long[parts.size()];
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("concat: at least one data set is needed");
        }
        long end = 0;
        for (int i = 0; i < ends.length; i++) {
            if (parts.get(i).columns() != parts.getFirst().columns()) {
                throw new IllegalArgumentException("concat: data set 0 has "
                        + parts.getFirst().columns() + " columns, data set " + i + " has "
                        + parts.get(i).columns());
            }
            end = Math.addExact(end, parts.get(i).size());
            ends[i] = end;
        }
    }

    @Override
    public long size() {
        return ends[ends.length - 1];
    }

    @Override
    public int columns() {
        return parts.getFirst().columns();
    }

    @Override
    public boolean keepsRowsApart() {
        return parts.stream().allMatch(Dataset::keepsRowsApart);
    }

    @Override
    public Tensor column(int column, long[] ids, long epoch) {
        List<Tensor> found = new ArrayList<>();
        return Scope.tidy(() -> {
            long[] rows = new long[ids.length];
            long done = 0;
            for (int part = 0; part < ends.length; part++) {
                long[] mine = ofPart(part, ids, rows, done);
                if (mine.length > 0) {
                    found.add(parts.get(part).column(column, mine, epoch));
                }
                done += mine.length;
            }
            if (found.isEmpty()) {
                return parts.getFirst().column(column, ids, epoch);
            }
            if (found.size() == 1) {
                return found.getFirst();
            }
            return Tensors.cat(found, 0).indexSelect(0, Tensors.of(rows, rows.length));
        });
    }

    /** {@return a part's ids among those asked for} Notes in {@code rows} where each will be, from {@code done} on. */
    private long[] ofPart(int part, long[] ids, long[] rows, long done) {
        long start = part == 0 ? 0 : ends[part - 1];
        long[] mine = new long[ids.length];
        int count = 0;
        for (int i = 0; i < ids.length; i++) {
            Objects.checkIndex(ids[i], size());
            if (ids[i] >= start && ids[i] < ends[part]) {
                rows[i] = done + count;
                mine[count++] = ids[i] - start;
            }
        }
        return java.util.Arrays.copyOf(mine, count);
    }
}
