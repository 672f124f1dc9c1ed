package dev.lockstep.benchmarks.kernel;

import static dev.lockstep.tensor.Tensors.randn;

import dev.lockstep.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Convolutions of squares with padding that keeps their size: 2 n h h c k s s operations. */
public class ConvolutionBenchmark extends KernelBenchmark {
    /** Images x channels x height x filters x size of a filter. */
    @Param({"64x1x28x6x5", "64x6x14x16x5", "32x64x32x64x3", "32x128x16x128x3", "32x512x4x512x3"})
    public String sizes = "";

    private Tensor images = randn(1, 1, 1, 1);
    private Tensor filters = randn(1, 1, 1, 1);
    private Tensor trained = randn(1, 1, 1, 1);
    private int padding;

    /** Makes images and filters. */
    @Setup
    public void setUp() {
        long[] nchks = Results.sizes(sizes);
        images = randn(nchks[0], nchks[1], nchks[2], nchks[2]);
        trained = randn(nchks[0], nchks[1], nchks[2], nchks[2]).requiresGrad(true);
        filters = randn(nchks[3], nchks[1], nchks[4], nchks[4]).requiresGrad(true);
        padding = (int) nchks[4] / 2;
    }

    /** Forward. */
    @Benchmark
    public long forward() {
        return Results.of(() -> images.conv2d(filters, null, 1, padding));
    }

    /** Forward, then the gradient of the filters. */
    @Benchmark
    public long forwardAndFilterGradient() {
        return gradient(images);
    }

    /** Forward, then the gradients of filters and images. */
    @Benchmark
    public long forwardAndGradients() {
        return gradient(trained);
    }

    private long gradient(Tensor x) {
        try (var _ = dev.lockstep.tensor.Scope.open("benchmark")) {
            return x.conv2d(filters, null, 1, padding)
                    .sum()
                    .backward()
                    .get(filters)
                    .value()
                    .address();
        }
    }
}
