package dev.lockstep.benchmarks.kernel;

import dev.lockstep.tensor.Scope;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.Tensors;
import java.util.Arrays;
import java.util.function.Supplier;

/** Has ops run to their end, and reads the sizes of benchmarks. */
final class Results {
    private Results() {}

    /**
     * Computes a tensor without recording and frees it. Element-wise ops are put off until somebody asks for their
     * values, so the address is asked for.
     *
     * @return what depends on the result
     */
    static long of(Supplier<Tensor> op) {
        try (var _ = Tensors.noGrad();
                var _ = Scope.open("benchmark")) {
            return op.get().value().address();
        }
    }

    /** Computes a tensor with recording and frees it. Returns what depends on the result. */
    static long recorded(Supplier<Tensor> op) {
        try (var _ = Scope.open("benchmark")) {
            return op.get().value().address();
        }
    }

    /** {@return the numbers of a parameter such as {@code 128x784x512}} */
    static long[] sizes(String text) {
        return Arrays.stream(text.split("x", -1)).mapToLong(Long::parseLong).toArray();
    }
}
