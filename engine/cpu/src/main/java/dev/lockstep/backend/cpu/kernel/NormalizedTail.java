package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.op.BinaryKind;
import dev.lockstep.backend.op.Elementwise.Binary;
import dev.lockstep.backend.op.Elementwise.Normalize;
import dev.lockstep.backend.op.Elementwise.Unary;
import dev.lockstep.backend.op.Fused;
import dev.lockstep.backend.op.Pointwise;
import dev.lockstep.backend.op.UnaryKind;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A normalisation in a chain with the links after it that one loop does with it: the addition of a residual, and the
 * positive part. A link joins if it alone reads what is before it.
 *
 * @param first the normalisation
 * @param last the link whose result the loop writes
 * @param residual the argument that is added, or -1
 * @param relu whether the positive part ends it
 */
record NormalizedTail(int first, int last, int residual, boolean relu) {
    private static final Pointwise ADD = new Binary(BinaryKind.ADD);
    private static final Pointwise RELU = new Unary(UnaryKind.RELU);

    /** The loop of a normalisation alone. */
    static final NormalizeKernel PLAIN = LoopTemplate.ofNormalize((y, _) -> y);

    private static final NormalizeKernel POSITIVE = LoopTemplate.ofNormalize((y, _) -> LaneMath.relu(y));
    private static final NormalizeKernel SUM = LoopTemplate.ofNormalize((y, residual) -> y.add(residual));
    private static final NormalizeKernel POSITIVE_SUM =
            LoopTemplate.ofNormalize((y, residual) -> LaneMath.relu(y.add(residual)));

    /** {@return the loop} */
    NormalizeKernel kernel() {
        if (residual < 0) {
            return relu ? POSITIVE : PLAIN;
        }
        return relu ? POSITIVE_SUM : SUM;
    }

    /** {@return for each link of a chain the tail that it is in, or null} */
    static @Nullable NormalizedTail[] of(Fused op) {
        @Nullable NormalizedTail[] tails = new NormalizedTail[op.links().size()];
        for (int i = 0; i < tails.length; i++) {
            if (op.links().get(i).op() instanceof Normalize) {
                enter(op, i, tails);
            }
        }
        return tails;
    }

    private static void enter(Fused op, int first, @Nullable NormalizedTail[] tails) {
        int sum = reader(op, first, ADD, tails);
        int before = sum < 0 ? first : sum;
        int positive = reader(op, before, RELU, tails);
        int residual = -1;
        if (sum >= 0) {
            List<Integer> arguments = op.links().get(sum).arguments();
            residual = arguments.getFirst() == op.inputs() + first ? arguments.getLast() : arguments.getFirst();
        }
        int last = positive < 0 ? before : positive;
        NormalizedTail tail = new NormalizedTail(first, last, residual, positive >= 0);
        tails[first] = tail;
        tails[before] = tail;
        tails[last] = tail;
    }

    /** {@return the link that alone reads another, if it is this op and not in another tail, else -1} */
    private static int reader(Fused op, int link, Pointwise wanted, @Nullable NormalizedTail[] tails) {
        int argument = op.inputs() + link;
        int[] readers = IntStream.range(link + 1, op.links().size())
                .flatMap(i -> op.links().get(i).arguments().stream()
                        .filter(read -> read == argument)
                        .mapToInt(_ -> i))
                .toArray();
        if (readers.length != 1 || op.outputs().contains(link)) {
            return -1;
        }
        int found = readers[0];
        boolean joins = tails[found] == null && op.links().get(found).op().equals(wanted);
        return joins ? found : -1;
    }
}
