package dev.lockstep.benchmarks.kernel;

import static dev.lockstep.tensor.Tensors.ones;
import static dev.lockstep.tensor.Tensors.randn;
import static dev.lockstep.tensor.Tensors.zeros;

import dev.lockstep.backend.BackendDecorator;
import dev.lockstep.backend.Backends;
import dev.lockstep.device.Device;
import dev.lockstep.tensor.Autograd;
import dev.lockstep.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Normalisations with what stands before and after them, fused and op by op; steps are forward and backward. */
public class FusedNormBenchmark extends KernelBenchmark {
    /** Images x channels x side x side: the layers of a residual net, and an odd one. */
    @Param({"32x64x32x32", "32x128x16x16", "32x512x4x4", "7x37x15x13"})
    public String images = "";

    /** Rows x width: a transformer's, and an odd one. */
    @Param({"2048x128", "1031x257"})
    public String rows = "";

    /** Whether chains run as one op. */
    @Param({"true", "false"})
    public boolean fused;

    private Tensor x = randn(1);
    private Tensor shortcut = randn(1);
    private Tensor scale = ones(1);
    private Tensor shift = zeros(1);
    private Tensor row = randn(1);
    private Tensor residual = randn(1);
    private Tensor rowScale = ones(1);
    private Tensor rowShift = zeros(1);

    /** Makes the operands and chooses the backend. */
    @Setup
    public void setUp() {
        if (!fused && Backends.of(Device.CPU) instanceof BackendDecorator fusing) {
            Backends.use(fusing.below());
        }
        long[] nchw = Results.sizes(images);
        x = randn(nchw[0], nchw[2], nchw[3], nchw[1]).permute(0, 3, 1, 2).detach();
        shortcut = randn(nchw[0], nchw[2], nchw[3], nchw[1]).permute(0, 3, 1, 2).detach();
        scale = ones(nchw[1]);
        shift = zeros(nchw[1]);
        long[] rc = Results.sizes(rows);
        row = randn(rc[0], rc[1]);
        residual = randn(rc[0], rc[1]);
        rowScale = ones(rc[1]);
        rowShift = zeros(rc[1]);
    }

    private Tensor batchNorm(Tensor images) {
        return images.batchNorm(scale, shift, 1e-5).output();
    }

    /** relu(batchNorm(x)). */
    @Benchmark
    public long batchNormRelu() {
        return Results.of(() -> batchNorm(x).relu());
    }

    /** relu(batchNorm(x) + shortcut). */
    @Benchmark
    public long batchNormAddRelu() {
        return Results.of(() -> batchNorm(x).add(shortcut).relu());
    }

    /** The first with the gradients of x and the parameters. */
    @Benchmark
    public long batchNormReluStep() {
        return step(weight -> x.batchNorm(weight, shift, 1e-5).output().relu());
    }

    /** The same of the second. */
    @Benchmark
    public long batchNormAddReluStep() {
        return step(weight ->
                x.batchNorm(weight, shift, 1e-5).output().add(shortcut).relu());
    }

    /** layerNorm(x + residual), of which the sum is used again. */
    @Benchmark
    public long residualNorm() {
        return Results.of(() -> {
            Tensor sum = row.add(residual);
            return sum.layerNorm(rowScale, rowShift, 1e-5).add(sum);
        });
    }

    /** x + dropout(residual). */
    @Benchmark
    public long dropoutResidual() {
        return Results.of(() -> row.add(residual.dropout(0.1)));
    }

    /** Computes a function of the weight and its gradients, for a gradient as large as the result. */
    private long step(UnaryOperator<Tensor> function) {
        return Results.recorded(() -> {
            Tensor weight = scale.detach().requiresGrad(true);
            return Autograd.grad(
                            List.of(function.apply(weight)),
                            List.of(shortcut),
                            List.of(weight),
                            UnaryOperator.identity())
                    .getFirst()
                    .orElseThrow();
        });
    }
}
