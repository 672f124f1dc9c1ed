package dev.lockstep.optim;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Backends;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Update;
import dev.lockstep.layout.Layout;
import dev.lockstep.layout.Shape;
import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An in-place op on tensors of one shape, ready to run. It reads and writes each element apart from all others, so it
 * may be run in pieces, on several threads, without a change of bits.
 *
 * @param op the op
 * @param operands its inputs, the parameter first
 */
public record ElementwiseUpdate(Update op, List<Tensor> operands) {
    /** The elements of a piece: its operands fit in a core's second-level cache. */
    private static final long PIECE = 32 * 1024;

    /** Makes an update of a parameter with its gradient and state. */
    public static ElementwiseUpdate of(Update op, Tensor... operands) {
        return new ElementwiseUpdate(op, List.of(operands));
    }

    /** {@return this update as runnable pieces that may run in any order and at the same time} */
    List<Runnable> pieces() {
        boolean divisible = operands.stream().allMatch(Tensor::isContiguous);
        long count = operands.getFirst().numel();
        if (!divisible || count <= PIECE) {
            return List.of(() -> execute(operands.stream().map(Tensor::value).toArray(Value[]::new)));
        }
        List<Runnable> pieces = new ArrayList<>();
        for (long start = 0; start < count; start += PIECE) {
            long from = start;
            pieces.add(() -> executePart(from, Math.min(PIECE, count - from)));
        }
        return pieces;
    }

    private void executePart(long from, long count) {
        Value[] parts = operands.stream().map(x -> part(x.value(), from, count)).toArray(Value[]::new);
        try {
            execute(parts);
        } finally {
            Arrays.stream(parts).forEach(Value::close);
        }
    }

    private static Value part(Value value, long from, long count) {
        return value.view(
                Layout.of(Shape.of(count), new long[] {1}, value.layout().offset() + from));
    }

    private void execute(Value... values) {
        Backend backend = Backends.of(operands.getFirst().device());
        backend.execute(op, values);
    }
}
