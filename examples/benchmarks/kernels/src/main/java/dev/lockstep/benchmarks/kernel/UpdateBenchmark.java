package dev.lockstep.benchmarks.kernel;

import static dev.lockstep.tensor.Tensors.randn;

import dev.lockstep.optim.AdamW;
import dev.lockstep.optim.Optimizer;
import dev.lockstep.optim.SGD;
import dev.lockstep.tensor.Gradients;
import dev.lockstep.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Updates of one parameter. */
public class UpdateBenchmark extends KernelBenchmark {
    /** Elements of the parameter. */
    @Param({"1000", "65536", "10000000"})
    public int elements;

    private Tensor parameter = randn(1);
    private Gradients gradients = Gradients.of(Map.of());
    private Optimizer adamW = new SGD(List.of(parameter), o -> o);
    private Optimizer sgd = adamW;

    /** Makes parameter, gradient and optimizers. */
    @Setup
    public void setUp() {
        parameter = randn(elements).requiresGrad(true);
        gradients = Gradients.of(Map.of(parameter, randn(elements)));
        adamW = new AdamW(List.of(parameter), o -> o.lr(1e-6).weightDecay(0.1));
        sgd = new SGD(List.of(parameter), o -> o.lr(1e-6).momentum(0.9));
    }

    /** AdamW: reads four arrays, writes three. */
    @Benchmark
    public Optimizer adamW() {
        adamW.step(gradients);
        return adamW;
    }

    /** SGD with momentum: reads three arrays, writes two. */
    @Benchmark
    public Optimizer sgdMomentum() {
        sgd.step(gradients);
        return sgd;
    }
}
