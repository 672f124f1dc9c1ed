package dev.lockstep.train;

import java.util.Arrays;
import java.util.List;

/**
 * The tensors of a plan by bucket. What no bucket lists belongs to the last one, as do the scalars of a step, so that
 * the last is complete when all is. Immutable.
 */
final class Division {
    private final int[] bucketOf;
    private final int count;

    private Division(int[] bucketOf, int count) {
        this.bucketOf = bucketOf;
        this.count = count;
    }

    /** {@return one bucket of all tensors} */
    static Division whole(int tensors) {
        return new Division(new int[tensors], 1);
    }

    /** {@return the buckets that a reducer wishes for} */
    static Division of(int tensors, List<List<Integer>> buckets) {
        int[] bucketOf = new int[tensors];
        Arrays.fill(bucketOf, Math.max(0, buckets.size() - 1));
        for (int bucket = 0; bucket < buckets.size(); bucket++) {
            for (int tensor : buckets.get(bucket)) {
                bucketOf[tensor] = bucket;
            }
        }
        return new Division(bucketOf, Math.max(1, buckets.size()));
    }

    /** {@return how many buckets there are, at least 1} */
    int count() {
        return count;
    }

    int last() {
        return count - 1;
    }

    int bucketOf(int tensor) {
        return bucketOf[tensor];
    }

    int tensors() {
        return bucketOf.length;
    }
}
