package dev.lockstep.data;

import java.util.Objects;

/** Cuts the places of a sampler into batches of one size. */
record CutBatches(Sampler sampler, int batchSize, boolean dropLast) implements BatchSampler {
    CutBatches {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch sampler: batch size is " + batchSize + ", it must be at least 1");
        }
    }

    @Override
    public int batches(long epoch) {
        long size = sampler.size();
        return Math.toIntExact(dropLast ? size / batchSize : Math.ceilDiv(size, (long) batchSize));
    }

    @Override
    public long[] ids(long epoch, int batch) {
        long from = (long) Objects.checkIndex(batch, batches(epoch)) * batchSize;
        long[] ids = new long[(int) Math.min(batchSize, sampler.size() - from)];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = sampler.at(epoch, from + i);
        }
        return ids;
    }
}
