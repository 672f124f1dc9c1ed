package dev.lockstep.benchmarks.kernel;

import static dev.lockstep.tensor.Tensors.randn;

import dev.lockstep.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Products of matrices: 2 m k n operations. */
public class MatmulBenchmark extends KernelBenchmark {
    /** m x k x n. */
    @Param({"16x16x16", "64x64x64", "127x65x33", "128x784x512", "128x512x10", "256x256x256", "1024x1024x1024"})
    public String sizes = "";

    private Tensor a = randn(1, 1);
    private Tensor b = randn(1, 1);
    private Tensor weight = randn(1, 1);
    private Tensor bias = randn(1);

    /** Makes the matrices. */
    @Setup
    public void setUp() {
        long[] mkn = Results.sizes(sizes);
        a = randn(mkn[0], mkn[1]);
        b = randn(mkn[1], mkn[2]);
        weight = randn(mkn[2], mkn[1]);
        bias = randn(mkn[2]);
    }

    /** A B, both row by row. */
    @Benchmark
    public long product() {
        return Results.of(() -> a.matmul(b));
    }

    /** A layer: A W^T + c. */
    @Benchmark
    public long linear() {
        return Results.of(() -> a.linear(weight, bias));
    }
}
