package dev.lockstep.tensor;

import java.util.Arrays;
import java.util.function.LongUnaryOperator;

/** Padding: numbers are joined on, everything else is a read by an index that bends back at the edges. */
final class PaddingOps {
    private PaddingOps() {}

    /** {@code amounts}: before and after, the last axis first, as in torch; negative ones cut. */
    static Tensor pad(Tensor x, PadMode mode, double value, long... amounts) {
        if (amounts.length % 2 != 0 || amounts.length > 2 * x.rank()) {
            throw Engine.wrong("pad: " + Arrays.toString(amounts) + " does not fit " + x.shape());
        }
        Tensor result = x;
        for (int i = 0; i < amounts.length; i += 2) {
            int axis = x.rank() - 1 - i / 2;
            result = mode == PadMode.CONSTANT
                    ? constant(result, axis, new long[] {amounts[i], amounts[i + 1]}, value)
                    : bent(result, axis, new long[] {amounts[i], amounts[i + 1]}, mode);
        }
        return result;
    }

    private static Tensor constant(Tensor x, int axis, long[] sides, double value) {
        long cutBefore = Math.max(0, -sides[0]);
        long kept = x.size(axis) - cutBefore - Math.max(0, -sides[1]);
        if (kept < 0) {
            throw Engine.wrong("pad: " + Arrays.toString(sides) + " cuts more than axis " + axis + " of " + x.shape());
        }
        Tensor middle = kept == x.size(axis) ? x : x.narrow(axis, cutBefore, kept);
        Tensor before = filled(x, axis, sides[0], value);
        Tensor after = filled(x, axis, sides[1], value);
        return sides[0] <= 0 && sides[1] <= 0 ? middle : Tensors.cat(axis, before, middle, after);
    }

    private static Tensor filled(Tensor x, int axis, long count, double value) {
        return Tensors.full(
                value, x.dtype(), x.shape().with(axis, Math.max(0, count)).toArray());
    }

    private static Tensor bent(Tensor x, int axis, long[] sides, PadMode mode) {
        long size = x.size(axis);
        long most = mode == PadMode.REFLECT ? size - 1 : mode == PadMode.CIRCULAR ? size : Long.MAX_VALUE;
        if (size == 0 || sides[0] > most || sides[1] > most || size + sides[0] + sides[1] < 0) {
            throw Engine.wrong("pad: " + mode + " of " + Arrays.toString(sides) + " does not fit axis " + axis + " of "
                    + x.shape());
        }
        LongUnaryOperator source = switch (mode) {
            case REFLECT -> i -> i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i;
            case REPLICATE -> i -> Math.clamp(i, 0, size - 1);
            case CIRCULAR -> i -> Math.floorMod(i, size);
            case CONSTANT -> throw new AssertionError("a constant is no element");
        };
        long[] index = new long[Math.toIntExact(size + sides[0] + sides[1])];
        Arrays.setAll(index, i -> source.applyAsLong(i - sides[0]));
        return x.indexSelect(axis, Tensors.tensor(index));
    }
}
