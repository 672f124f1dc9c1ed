package dev.lockstep.benchmarks.kernel;

import static dev.lockstep.tensor.Tensors.randn;

import dev.lockstep.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Chains of element-wise ops, which run as one loop, beside the loop that one would write. */
public class ChainBenchmark extends KernelBenchmark {
    /** Elements: below the first cache, in the second, in memory. */
    @Param({"1000", "65536", "10000000"})
    public int elements;

    private Tensor x = randn(1);
    private Tensor y = randn(1);
    private float[] a = {};
    private float[] b = {};
    private float[] c = {};

    /** Makes the operands. */
    @Setup
    public void setUp() {
        x = randn(elements);
        y = randn(elements);
        a = x.toFloatArray();
        b = y.toFloatArray();
        c = new float[elements];
    }

    /** max(x + y, 0). */
    @Benchmark
    public long addRelu() {
        return Results.of(() -> x.add(y).relu());
    }

    /** The same as a loop over arrays. */
    @Benchmark
    public float[] addReluLoop() {
        for (int i = 0; i < c.length; i++) {
            c[i] = Math.max(a[i] + b[i], 0);
        }
        return c;
    }

    /** A gate: x sigmoid(x) y + x. */
    @Benchmark
    public long gate() {
        return Results.of(() -> x.silu().mul(y).add(x));
    }

    /** Normal distribution's GELU. */
    @Benchmark
    public long gelu() {
        return Results.of(() -> x.gelu());
    }
}
