package dev.lockstep.benchmarks.kernel;

import static dev.lockstep.tensor.Tensors.ones;
import static dev.lockstep.tensor.Tensors.randn;
import static dev.lockstep.tensor.Tensors.zeros;

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

/** What is computed row by row. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RowsBenchmark {
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
