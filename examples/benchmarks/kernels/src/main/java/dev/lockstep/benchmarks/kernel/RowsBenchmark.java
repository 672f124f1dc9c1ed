package dev.lockstep.benchmarks.kernel;

import static dev.lockstep.tensor.Tensors.ones;
import static dev.lockstep.tensor.Tensors.randn;
import static dev.lockstep.tensor.Tensors.zeros;

import dev.lockstep.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** What is computed row by row. */
public class RowsBenchmark extends KernelBenchmark {
    /** Rows x columns. */
    @Param({"7x13", "128x10", "2048x128", "1024x1000", "4096x768"})
    public String sizes = "";

    private Tensor x = randn(1, 1);
    private Tensor scale = ones(1);
    private Tensor shift = zeros(1);

    /** Makes the rows. */
    @Setup
    public void setUp() {
        long[] rc = Results.sizes(sizes);
        x = randn(rc[0], rc[1]);
        scale = ones(rc[1]);
        shift = zeros(rc[1]);
    }

    /** Softmax. */
    @Benchmark
    public long softmax() {
        return Results.of(() -> x.softmax(1));
    }

    /** Layer normalisation. */
    @Benchmark
    public long layerNorm() {
        return Results.of(() -> x.layerNorm(scale, shift, 1e-5));
    }

    /** Sums of rows. */
    @Benchmark
    public long sum() {
        return Results.of(() -> x.sum(1));
    }
}
