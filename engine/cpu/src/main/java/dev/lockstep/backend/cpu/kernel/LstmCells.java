package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Recurrence;
import dev.lockstep.layout.Shape;
import org.jspecify.annotations.Nullable;

/** Steps of an LSTM on f32 values. Thread-safe. */
public final class LstmCells {
    private final Backend backend;

    /** Makes the cells of a backend, which copies what kernels cannot read in place. */
    public LstmCells(Backend backend) {
        this.backend = backend;
    }

    /** Executes a step, or returns null where its inputs are no f32 values, or their rows shorter than a vector. */
    public Value @Nullable [] tryExecute(Recurrence op, Value... inputs) {
        for (Value input : inputs) {
            if (input.shape().rank() > 0 && input.shape().size(-1) < Lanes.COUNT) {
                return null;
            }
        }
        return switch (op) {
            case Recurrence.LstmCell _ -> Dense.run(backend, op, LstmCells::forward, inputs);
            case Recurrence.LstmCellGrad _ -> Dense.run(backend, op, LstmCells::backward, inputs);
            default -> null;
        };
    }

    private static LstmCellKernels.Size size(Value state) {
        Shape shape = state.shape();
        return new LstmCellKernels.Size(shape.size(0), shape.size(1));
    }

    private static void forward(Value[] in, Value[] out) {
        LstmCellKernels.forward(new LstmCellKernels.Forward(
                size(in[2]),
                in[0].address(),
                in[1].address(),
                in[2].address(),
                out[0].address(),
                out[1].address(),
                out[2].address(),
                out[3].address()));
    }

    private static void backward(Value[] in, Value[] out) {
        LstmCellKernels.backward(new LstmCellKernels.Backward(
                size(in[4]),
                in[0].address(),
                in[1].address(),
                in[2].address(),
                in[3].address(),
                in[4].address(),
                in[5].address(),
                out[0].address(),
                out[1].address()));
    }
}
