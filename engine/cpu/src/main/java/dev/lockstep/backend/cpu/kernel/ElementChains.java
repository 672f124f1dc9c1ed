package dev.lockstep.backend.cpu.kernel;

import dev.lockstep.backend.Value;
import dev.lockstep.backend.op.Elementwise;
import dev.lockstep.backend.op.Elementwise.Binary;
import dev.lockstep.backend.op.Elementwise.BinaryScalar;
import dev.lockstep.backend.op.Elementwise.Unary;
import dev.lockstep.backend.op.Fused;
import dev.lockstep.backend.op.UnaryKind;
import dev.lockstep.device.MemoryPool;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Runs a chain of element-wise ops block by block: a block goes through all ops while it is in the first-level cache,
 * by the kernels that also run the ops alone, so that the bits are theirs and nothing new has to be compiled.
 * Thread-safe.
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

    private static boolean hasKernel(Elementwise op) {
        return switch (op) {
            case Unary(UnaryKind kind) -> ElementKernels.of(kind) != null;
            case Binary binary -> ElementKernels.of(binary.kind()) != null;
            case BinaryScalar scalar -> ElementKernels.of(scalar.kind()) != null;
            case Elementwise.Clamp _, Elementwise.Where _, Elementwise.Cast _, Elementwise.Copy _ -> false;
        };
    }

    /** Executes a chain, or returns null where an op has no kernel or the inputs are not dense f32 values alike. */
    public Value @Nullable [] tryExecute(Fused op, Value... inputs) {
        boolean fits = inputs.length == op.inputs()
                && Arrays.stream(inputs)
                        .allMatch(x -> Values.isDense(x) && x.layout().hasStridesOf(inputs[0].layout()))
                && supports(op);
        if (!fits) {
            return null;
        }
        Value[] outputs = new Value[op.outputs().size()];
        Arrays.setAll(outputs, i -> Values.like(pool, inputs[0]));
        try (ChainRun run = new ChainRun(pool, op, inputs, outputs)) {
            run.run(inputs[0].shape().elements());
        }
        return outputs;
    }
}
