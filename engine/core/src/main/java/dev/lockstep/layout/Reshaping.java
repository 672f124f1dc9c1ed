package dev.lockstep.layout;

import java.util.Optional;

/** Finds strides under which a strided tensor can be seen in another shape without a copy. */
final class Reshaping {
    private Reshaping() {}

    /**
     * Splits the old axes into runs that lie without gaps and lets each run of new axes take one of them: the rule of
     * torch's view.
     */
    static Optional<long[]> strides(Layout from, Shape target) {
        Shape shape = from.shape();
        long[] steps = new long[target.rank()];
        int next = target.rank() - 1;
        int axis = shape.rank() - 1;
        while (axis >= 0) {
            long base = from.stride(axis);
            long run = shape.size(axis);
            while (axis > 0 && (shape.size(axis - 1) == 1 || from.stride(axis - 1) == run * base)) {
                run *= shape.size(--axis);
            }
            axis--;
            long taken = 1;
            while (next >= 0 && (taken < run || target.size(next) == 1)) {
                steps[next] = base * taken;
                taken *= target.size(next--);
            }
            if (taken != run) {
                return Optional.empty();
            }
        }
        return Optional.of(steps);
    }
}
