package dev.lockstep.benchmarks.kernel;

import static dev.lockstep.tensor.Tensors.randn;

import dev.lockstep.optim.AdamW;
import dev.lockstep.optim.Optimizer;
import dev.lockstep.optim.SGD;
import dev.lockstep.tensor.Gradients;
import dev.lockstep.tensor.Tensor;
import java.util.List;
import java.util.Map;
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

/** Updates of one parameter. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class UpdateBenchmark {
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
