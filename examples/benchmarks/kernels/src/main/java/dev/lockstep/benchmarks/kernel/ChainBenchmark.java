package dev.lockstep.benchmarks.kernel;

import static dev.lockstep.tensor.Tensors.randn;

import dev.lockstep.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Chains of element-wise ops, which run as one loop, beside the loop that one would write. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ChainBenchmark {
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
