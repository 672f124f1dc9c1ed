package dev.lockstep.backend.scalar;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Philox;
import dev.lockstep.backend.op.Sampling.Dropout;
import dev.lockstep.backend.op.Weighing;
import dev.lockstep.layout.DType;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Which keys the queries of all heads see, what is added to their scores, and which weights are dropped. Rows are
 * queries, those of all heads of all sequences one after the other. Confined to one call.
 */
final class AttentionWeights {
    private final Weighing weighing;
    private final int queries;
    private final int keys;
    private final double @Nullable [] mask;
    private final @Nullable Philox dropped;

    private AttentionWeights(Weighing weighing, Shape scores, double @Nullable [] mask) {
        this.weighing = weighing;
        this.queries = (int) scores.size(2);
        this.keys = (int) scores.size(3);
        this.mask = mask;
        this.dropped =
                weighing.dropout().map(dropout -> new Philox(dropout.key())).orElse(null);
    }

    /** Reads a mask for scores [B, H, T, S], if there is one. */
    static AttentionWeights of(Weighing weighing, Shape scores, Value mask) {
        return new AttentionWeights(weighing, scores, weighing.hasMask() ? addends(mask, scores) : null);
    }

    private static double[] addends(Value mask, Shape scores) {
        Layout layout = mask.layout().expand(scores);
        if (mask.dtype() != DType.BOOL) {
            return Elements.reals(mask, layout);
        }
        long[] seen = Elements.integers(mask, layout);
        double[] addends = new double[seen.length];
        for (int i = 0; i < seen.length; i++) {
            addends[i] = seen[i] == 0 ? Double.NEGATIVE_INFINITY : 0;
        }
        return addends;
    }

    double scale() {
        return weighing.scale();
    }

    /** {@return the row of keys that the keys of a query's head begin with} */
    int firstKey(int row) {
        return row / queries * keys;
    }

    /** {@return how many keys a query may see at most} */
    int visible(int row) {
        return weighing.causal() ? Math.min(row % queries + 1, keys) : keys;
    }

    /** {@return the score of a query and a key that have this product} */
    double score(int row, int key, double product) {
        double addend = mask == null ? 0 : mask[row * keys + key];
        return scale() * product + addend;
    }

    /** {@return what a weight is multiplied by: 0 where it is dropped, 1 without dropout} */
    double kept(int row, int key) {
        if (dropped == null) {
            return 1;
        }
        double p = weighing.dropout().map(Dropout::p).orElseThrow();
        boolean drops = dropped.word((long) row * keys + key) >>> 8 < Philox.dropThreshold(p);
        return drops ? 0 : 1 / (1 - p);
    }
}
