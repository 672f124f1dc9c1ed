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
    private static final long FIRST_BYTES = 1L << 20;
    private static final long OTHER_BYTES = 25L << 20;

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

    static BucketLayout of(ReductionPlan plan) {
        Map<DType, List<List<Integer>>> byDtype = new LinkedHashMap<>();
        Map<DType, Long> room = new LinkedHashMap<>();
        for (int i = plan.tensors().size() - 1; i >= 0; i--) {
            TensorSpec spec = plan.tensors().get(i);
            if (spec.dtype().isFloating() && spec.role() != TensorSpec.Role.RANK_STATE) {
                long sizeBytes = spec.shape().elements() * spec.dtype().sizeBytes();
                place(byDtype.computeIfAbsent(spec.dtype(), _ -> new ArrayList<>()), room, spec.dtype(), sizeBytes)
                        .add(i);
            }
        }
        List<Bucket> buckets = new ArrayList<>();
        byDtype.forEach(
                (dtype, groups) -> groups.forEach(tensors -> buckets.add(new Bucket(buckets.size(), dtype, tensors))));
        return new BucketLayout(buckets);
    }

    private static List<Integer> place(List<List<Integer>> groups, Map<DType, Long> room, DType dtype, long sizeBytes) {
        long left = room.getOrDefault(dtype, 0L);
        if (groups.isEmpty() || left < sizeBytes) {
            left = groups.isEmpty() ? FIRST_BYTES : OTHER_BYTES;
            groups.add(new ArrayList<>());
        }
        room.put(dtype, left - sizeBytes);
        return groups.getLast();
    }
}
