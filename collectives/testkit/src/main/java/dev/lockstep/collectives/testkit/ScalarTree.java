package dev.lockstep.collectives.testkit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The canonical sum over virtual ranks, written out once more as plainly as possible: the oracle of the tests. */
public final class ScalarTree {
    private ScalarTree() {}

    /** How a sum becomes an element. */
    @FunctionalInterface
    public interface Rounding {
        /** {@return the element nearest to a sum} */
        float of(float sum);
    }

    /** {@return the sum of the leaves, null where a leaf is absent; null if all are} */
    public static float @Nullable [] sum(List<float @Nullable []> leaves) {
        return sum(leaves, sum -> sum);
    }

    /** {@return the sum of the leaves, that of every two nodes rounded} */
    public static float @Nullable [] sum(List<float @Nullable []> leaves, Rounding rounding) {
        if (leaves.size() <= 1) {
            return leaves.isEmpty() ? null : leaves.getFirst();
        }
        int split = 1;
        while (split * 2 < leaves.size()) {
            split *= 2;
        }
        float[] left = sum(leaves.subList(0, split), rounding);
        float[] right = sum(leaves.subList(split, leaves.size()), rounding);
        if (left == null || right == null) {
            return left == null ? right : left;
        }
        float[] sum = new float[left.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = rounding.of(left[i] + right[i]);
        }
        return sum;
    }
}
