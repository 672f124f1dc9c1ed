package dev.lockstep.backend.cpu.onednn;

import dev.lockstep.backend.Backend;
import dev.lockstep.backend.Value;
import dev.lockstep.backend.cpu.kernel.Dense;
import dev.lockstep.backend.cpu.kernel.Lanes;
import dev.lockstep.backend.op.Recurrence;
import org.jspecify.annotations.Nullable;

/** LSTMs over time on f32 values, by {@link LstmScan}. Thread-safe. */
public final class LstmScans {
    private final Backend backend;

    /** Makes the scans of a backend, which copies what oneDNN cannot read in place. */
    public LstmScans(Backend backend) {
        this.backend = backend;
    }

    /** Executes a scan, or returns null for other ops, other dtypes, and states shorter than a vector. */
    public Value @Nullable [] tryExecute(Recurrence op, Value... inputs) {
        return tryExecute(op, Factors.EXACT, inputs);
    }

    /** The same with what products do to their factors, which are f32 or bf16. */
    Value @Nullable [] tryExecute(Recurrence op, Factors factors, Value... inputs) {
        LstmScan scan = new LstmScan(backend.memory(), factors.stored());
        return switch (op) {
            case Recurrence.LstmScan _ when isLong(inputs) -> Dense.run(backend, op, scan::forward, inputs);
            case Recurrence.LstmScanGrad _ when isLong(inputs) -> Dense.run(backend, op, scan::backward, inputs);
            default -> null;
        };
    }

    private static boolean isLong(Value... inputs) {
        return inputs.length > 1
                && inputs[1].shape().rank() == 2
                && inputs[1].shape().size(1) >= Lanes.COUNT;
    }
}
