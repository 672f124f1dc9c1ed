package dev.lockstep.backend.cpu.kernel;

/** Sums over consecutive floats, in the order of Note [Order of sums]. */
final class Sums {
    private static final SumKernel SUM = LoopTemplate.ofSum((_, a, _) -> a);

    /** Sum of {@code a b}, products rounded. */
    static final SumKernel PRODUCTS = LoopTemplate.ofSum((_, a, b) -> a.mul(b));

    /** Sum of {@code (a - k)^2}, differences and squares rounded. */
    static final SumKernel SQUARED_DIFFERENCES = LoopTemplate.ofSum((k, a, _) -> {
        var difference = a.sub(k);
        return difference.mul(difference);
    });

    private Sums() {}

    /** Sums {@code count} floats. */
    static float sum(long address, long count) {
        return SUM.run(0f, address, address, count);
    }
}
