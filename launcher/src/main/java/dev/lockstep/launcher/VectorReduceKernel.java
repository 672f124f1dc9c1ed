package dev.lockstep.launcher;

import dev.lockstep.backend.cpu.kernel.FlatSum;
import dev.lockstep.collectives.ReduceKernel;
import dev.lockstep.collectives.ReduceOp;
import dev.lockstep.layout.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Lets collectives add f32, bf16 and f16 with the kernels of the CPU backend. */
public final class VectorReduceKernel implements ReduceKernel {
    private static final int WARM_BYTES = 1 << 10;
    private static final int WARM_CALLS = 250; // Enough that it is compiled, of a size that costs little until it is.

    /** Makes the kernel. */
    public VectorReduceKernel() {}

    @Override
    public boolean combine(DType dtype, ReduceOp op, MemorySegment left, MemorySegment right, MemorySegment target) {
        if (op != ReduceOp.SUM && op != ReduceOp.MEAN) {
            return false;
        }
        long count = target.byteSize() / dtype.sizeBytes();
        switch (dtype) {
            case F32 -> FlatSum.add(left.address(), right.address(), target.address(), count);
            case BF16 -> FlatSum.addBf16(left.address(), right.address(), target.address(), count);
            case F16 -> FlatSum.addF16(left.address(), right.address(), target.address(), count);
            case F64, I8, U8, I16, I32, I64, BOOL -> {
                return false;
            }
        }
        return true;
    }

    /** Has the kernel compiled: until then every vector is an object and an addition takes a hundred times as long. */
    public void warmUp() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(WARM_BYTES, Long.BYTES);
            for (int call = 0; call < WARM_CALLS; call++) {
                combine(DType.F32, ReduceOp.SUM, data, data, data);
            }
        }
    }
}
