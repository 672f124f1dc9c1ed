package dev.lockstep.collectives.parallel;

import dev.lockstep.layout.DType;
import dev.lockstep.train.ReductionPlan;
import dev.lockstep.train.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Divides a plan's floating-point tensors into buckets: in reverse order of registration, in which backward finishes
 * them, one dtype a bucket, about 25 MiB each, the first of a dtype smaller so that it can leave early. A pure function
 * of the plan. Tensors of other dtypes travel in the step's header.
 *
 * @param buckets the buckets, in the order in which they are reduced
 */
record BucketLayout(List<Bucket> buckets) {
    private static final long LINE_BYTES = 64;

    /**
     * Tensors that are reduced as one flat array.
     *
     * @param number its place among the buckets
     * @param dtype the dtype of all its tensors
     * @param tensors the tensors' indexes in the plan
     */
    record Bucket(int number, DType dtype, List<Integer> tensors) {
        Bucket {
            tensors = List.copyOf(tensors);
        }
    }

    BucketLayout {
        buckets = List.copyOf(buckets);
    }

    /** {@return how many elements of a bucket a tensor takes: whole cache lines, so that each begins at one} */
    static long elements(TensorSpec spec) {
        long line = LINE_BYTES / spec.dtype().sizeBytes();
        return Math.ceilDiv(spec.shape().elements(), line) * line;
    }

    /** {@return how many bytes of a bucket a tensor takes} */
    static long sizeBytes(TensorSpec spec) {
        return elements(spec) * spec.dtype().sizeBytes();
    }

    static BucketLayout of(ReductionPlan plan, BucketSizes sizes) {
        Map<DType, List<List<Integer>>> byDtype = new LinkedHashMap<>();
        Map<DType, Long> room = new LinkedHashMap<>();
        for (int i = plan.tensors().size() - 1; i >= 0; i--) {
            TensorSpec spec = plan.tensors().get(i);
            if (spec.dtype().isFloating() && spec.role() != TensorSpec.Role.RANK_STATE) {
                long sizeBytes = spec.shape().elements() * spec.dtype().sizeBytes();
                List<List<Integer>> groups = byDtype.computeIfAbsent(spec.dtype(), _ -> new ArrayList<>());
                long left = room.getOrDefault(spec.dtype(), 0L);
                if (left <= 0) {
                    left = groups.isEmpty() ? sizes.firstBytes() : sizes.otherBytes();
                    groups.add(new ArrayList<>());
                }
                room.put(spec.dtype(), left - sizeBytes);
                groups.getLast().add(i);
            }
        }
        List<Bucket> buckets = new ArrayList<>();
        byDtype.forEach(
                (dtype, groups) -> groups.forEach(tensors -> buckets.add(new Bucket(buckets.size(), dtype, tensors))));
        return new BucketLayout(buckets);
    }
}
