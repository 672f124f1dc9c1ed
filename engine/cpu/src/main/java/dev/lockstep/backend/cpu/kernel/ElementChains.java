package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Elementwise.Binary;
import dev.lockstep.backend.op.Elementwise.BinaryScalar;
import dev.lockstep.backend.op.Elementwise.Unary;
import dev.lockstep.backend.op.Fused;
import dev.lockstep.backend.op.Pointwise;
import dev.lockstep.backend.op.Sampling;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.device.MemoryPool;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Runs a chain of pointwise ops block by block: a block goes through all ops while it is in the first-level cache, by
 * the kernels that also run the ops alone, so that the bits are theirs and nothing new has to be compiled. Thread-safe.
 */
public final class ElementChains {
    private final MemoryPool pool;

    /** Makes the chains of a backend. */
    public ElementChains(MemoryPool pool) {
        this.pool = pool;
    }

    /** {@return whether there is a kernel for each op of a chain} */
    public static boolean supports(Fused op) {
        return op.links().stream().allMatch(link -> hasKernel(link.op()));
    }

    private static boolean hasKernel(Pointwise op) {
        return switch (op) {
            case Unary(UnaryKind kind) -> ElementKernels.of(kind) != null;
            case Binary binary -> ElementKernels.of(binary.kind()) != null;
            case BinaryScalar scalar -> ElementKernels.of(scalar.kind()) != null;
            case Elementwise.Normalize _, Sampling.Dropout _ -> true;
            case Elementwise.Clamp _, Elementwise.Where _, Elementwise.Cast _, Elementwise.Copy _ -> false;
        };
    }

    /** Executes a chain, or returns null where an op has no kernel or the inputs do not fit. */
    public Value @Nullable [] tryExecute(Fused op, Value... inputs) {
        if (!fits(op, inputs)) {
            return null;
        }
        Value largest = Value.largest(inputs);
        Value[] outputs = new Value[op.outputs().size()];
        Arrays.setAll(outputs, _ -> Values.like(pool, largest));
        try (ChainRun run = new ChainRun(pool, op, inputs, outputs)) {
            run.run();
        }
        return outputs;
    }

    /** {@return whether kernels are there, and all inputs are f32 values that fit} */
    private static boolean fits(Fused op, Value... inputs) {
        return inputs.length == op.inputs()
                && supports(op)
                && Arrays.stream(inputs).allMatch(Values::isFloat)
                && op.fitsInBlocks(Arrays.stream(inputs).map(Value::layout).toList());
    }
}
