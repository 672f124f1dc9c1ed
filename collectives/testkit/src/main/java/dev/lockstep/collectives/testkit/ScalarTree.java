package dev.lockstep.collectives.testkit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The canonical sum over virtual ranks, written out once more as plainly as possible: the oracle of the tests. */
public final class ScalarTree {
    private ScalarTree() {}

    /** {@return the sum of the leaves, null where a leaf is absent; null if all are} */
    public static float @Nullable [] sum(List<float @Nullable []> leaves) {
        if (leaves.size() <= 1) {
            return leaves.isEmpty() ? null : leaves.getFirst();
        }
        int split = 1;
        while (split * 2 < leaves.size()) {
            split *= 2;
        }
        float[] left = sum(leaves.subList(0, split));
        float[] right = sum(leaves.subList(split, leaves.size()));
        if (left == null || right == null) {
            return left == null ? right : left;
        }
        float[] sum = new float[left.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = left[i] + right[i];
        }
        return sum;
    }
}
