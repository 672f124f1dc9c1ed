package dev.lockstep.train;

import java.util.Arrays;

/** The loss became NaN or infinite. */
public final class NonFiniteLossException extends IllegalStateException {
    private static final long serialVersionUID = 1;
    private static final int IDS_SHOWN = 8;

    /** {@code step} counts from 0; the message counts as a run's events do, from 1. */
    NonFiniteLossException(double loss, long step, int virtualRank, long[] sampleIds) {
        super("loss is " + loss + " at step " + (step + 1) + ", virtual rank " + virtualRank + ", samples "
                + shown(sampleIds) + "; try a smaller learning rate, clip the gradients, or look at these samples");
    }

    private static String shown(long[] ids) {
        return Arrays.toString(Arrays.copyOf(ids, Math.min(IDS_SHOWN, ids.length)))
                        .replace("]", "")
                + (ids.length > IDS_SHOWN ? ", ... " + ids.length + " in all]" : "]");
    }
}
