package dev.lockstep.data;

import java.util.Objects;

/** The ids in order. */
record SequentialSampler(long size) implements Sampler {
    SequentialSampler {
        if (size < 0) {
            throw new IllegalArgumentException("sampler: size " + size + " is negative");
        }
    }

    @Override
    public long at(long epoch, long place) {
        return Objects.checkIndex(place, size);
    }
}
